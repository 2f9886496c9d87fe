// What a person can do about an error of a poll.
#pragma once

#include <busbar/model/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace busbar::poll {

/// "check power, wiring, address and baud rate"; "" when there is nothing to advise.
[[nodiscard]] std::string_view advice(Errc error) noexcept;
/// The error, the advice and how often it came: "timeout: no answer within 1000 ms; check power, … (8
/// times)".
[[nodiscard]] std::string explain(const Error& error, std::uint64_t times);

}  // namespace busbar::poll
