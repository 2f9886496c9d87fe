// Units of quantities and the Prometheus base units they are exported in: the one table of both.
#pragma once

#include <cstdint>
#include <string_view>

namespace busbar::sink::prometheus {

/// base = (value × multiply + offset) / divide, in integers so that no digit is lost.
struct UnitRule {
  std::string_view unit;    ///< as in Quantity::unit
  std::string_view suffix;  ///< end of the metric name: "volts"
  std::int64_t multiply = 1;
  std::int64_t divide = 1;
  std::int64_t offset = 0;
};

/// nullptr for a unit that is not in the table: exported as it is, under its sanitised name.
[[nodiscard]] const UnitRule* find_unit(std::string_view unit) noexcept;

/// `value` rounded to `precision` digits and converted exactly: the only rounding of the result is the one to
/// the nearest double, so that 96 % gives 0.96 and 3.3 mV gives 0.0033. Not finite stays not finite.
[[nodiscard]] double to_base_unit(const UnitRule& rule, double value, int precision) noexcept;

}  // namespace busbar::sink::prometheus
