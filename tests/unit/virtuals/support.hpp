// What the tests of virtual readings share: short ways to write definitions and reports.
#pragma once

#include "virtuals/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace busbar::virtuals::test {

using namespace std::chrono_literals;

inline const Steady start{1000s};
inline const UtcMillis start_utc{1795245352123ms};

inline const Quantity power{.key = "power", .name = "Power", .unit = "W"};
inline const Quantity voltage{.key = "voltage", .name = "Voltage", .unit = "V"};
inline const Quantity current{.key = "current", .name = "Current", .unit = "A"};
inline const Quantity charging{.key = "charging", .name = "Charging", .unit = "", .kind = Kind::flag};

inline Quantity result(std::string key, Kind kind = Kind::measurement) {
  Quantity quantity;
  quantity.key = std::move(key);
  quantity.kind = kind;
  quantity.precision = 3;
  return quantity;
}

inline Definition expression(Source output, std::string formula, std::vector<Source> inputs,
                             Kind kind = Kind::measurement) {
  return {std::move(output.device), result(std::move(output.key), kind),
          Expression{std::move(formula), std::move(inputs)}};
}

/// In watt-hours.
inline Definition energy(Source output, Source from, Sign sign = Sign::positive,
                         std::chrono::milliseconds max_gap = 60s) {
  return {std::move(output.device), result(std::move(output.key), Kind::counter),
          Energy{std::move(from), 1, 1, sign, max_gap}};
}

/// A report of one device, `after` the start.
inline Report report(std::string device, std::string query, std::chrono::milliseconds after,
                     std::vector<Reading> readings) {
  return {std::move(device), std::move(query), start_utc + after, start + after, 1, std::move(readings)};
}

/// "pack.virtual: power=12 energy=-" for a report.
inline std::string shown(const Report& made) {
  std::string text = made.device + "." + made.query + ":";
  for (const Reading& reading : made.readings) {
    const auto value = format_value(*reading.quantity, reading.value);
    text += " " + reading.quantity->key + "=" + (value.empty() ? "-" : value);
  }
  return text;
}

inline std::vector<std::string> shown(const std::vector<Report>& made) {
  std::vector<std::string> all;
  for (const Report& each : made) all.push_back(shown(each));
  return all;
}

}  // namespace busbar::virtuals::test
