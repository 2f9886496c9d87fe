// One reading is one value with its description; one report is all readings of one successful query.
#pragma once

#include <busbar/model/quantity.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace busbar {

using Steady = std::chrono::steady_clock::time_point;
using UtcMillis = std::chrono::sys_time<std::chrono::milliseconds>;

/// monostate: the device says "not available". Never turned into zero; published as JSON null.
using Value = std::variant<std::monostate, bool, double, std::string>;

struct Reading {
  const Quantity* quantity = nullptr;  ///< owned by the profile; sinks must not keep it beyond the call
  Value value{};
};

struct Report {
  std::string device;               ///< device id
  std::string query;                ///< name of the query in the profile
  UtcMillis timestamp{};            ///< wall clock, when the answer was complete; may jump with the clock
  Steady received{};                ///< steady-clock moment of the last response byte
  std::uint64_t sequence = 0;       ///< per device, gapless, from 1
  std::vector<Reading> readings{};  ///< in the order of the profile; what was dropped is not among them
};

/// Fixed notation with the quantity's precision, '.' as decimal point in every locale, "" for monostate,
/// "true"/"false" for flags. The one way a value becomes text.
[[nodiscard]] std::string format_value(const Quantity& quantity, const Value& value);
/// 2026-11-21T07:15:52.123Z
[[nodiscard]] std::string format_utc(UtcMillis time);

}  // namespace busbar
