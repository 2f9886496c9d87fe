// Values and times as text at the end of a buffer that is used again: what the path of every reading needs.
#pragma once

#include <busbar/model/report.hpp>

#include <string>
#include <string_view>

namespace busbar {

/// What format_value() returns, appended.
void append_value(std::string& out, const Quantity& quantity, const Value& value);
/// What format_utc() returns, appended.
void append_utc(std::string& out, UtcMillis time);
void append_number(std::string& out, std::uint64_t number);

}  // namespace busbar
