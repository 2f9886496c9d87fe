// Values, times and numbers as text, the same in every locale. What the path of every reading needs is
// appended to a buffer that is used again.
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

/// Shortest decimal text that reads back as the same double: "3.311", "0.001", "-40", "1e+06".
[[nodiscard]] std::string number_text(double value);

}  // namespace busbar
