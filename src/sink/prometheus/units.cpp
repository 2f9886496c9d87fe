// Units of quantities and the Prometheus base units they are exported in: the one table of both.
// Base units: Prometheus documentation, "Metric and label naming", section "Base units".
#include "sink/prometheus/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace busbar::sink::prometheus {
namespace {

constexpr std::array rules{
    UnitRule{"", ""},
    UnitRule{"V", "volts"},
    UnitRule{"mV", "volts", 1, 1000},
    UnitRule{"kV", "volts", 1000},
    UnitRule{"A", "amperes"},
    UnitRule{"mA", "amperes", 1, 1000},
    UnitRule{"W", "watts"},
    UnitRule{"kW", "watts", 1000},
    UnitRule{"VA", "volt_amperes"},
    UnitRule{"kVA", "volt_amperes", 1000},
    UnitRule{"var", "volt_amperes_reactive"},
    UnitRule{"kvar", "volt_amperes_reactive", 1000},
    UnitRule{"Wh", "joules", 3600},
    UnitRule{"kWh", "joules", 3600000},
    UnitRule{"MWh", "joules", 3600000000},
    UnitRule{"J", "joules"},
    UnitRule{"kJ", "joules", 1000},
    UnitRule{"MJ", "joules", 1000000},
    UnitRule{"GJ", "joules", 1000000000},
    UnitRule{"Ah", "coulombs", 3600},
    UnitRule{"mAh", "coulombs", 18, 5},
    UnitRule{"%", "ratio", 1, 100},
    UnitRule{"°C", "celsius"},
    UnitRule{"°F", "celsius", 5, 9, -160},
    UnitRule{"K", "celsius", 100, 100, -27315},
    UnitRule{"Hz", "hertz"},
    UnitRule{"kHz", "hertz", 1000},
    UnitRule{"Ω", "ohms"},
    UnitRule{"mΩ", "ohms", 1, 1000},
    UnitRule{"ms", "seconds", 1, 1000},
    UnitRule{"s", "seconds"},
    UnitRule{"min", "seconds", 60},
    UnitRule{"h", "seconds", 3600},
    UnitRule{"d", "seconds", 86400},
    UnitRule{"m³", "cubic_meters"},
    UnitRule{"L", "cubic_meters", 1, 1000},
    UnitRule{"m³/h", "cubic_meters_per_second", 1, 3600},
    UnitRule{"L/min", "cubic_meters_per_second", 1, 60000},
    UnitRule{"Pa", "pascals"},
    UnitRule{"hPa", "pascals", 100},
    UnitRule{"mbar", "pascals", 100},
    UnitRule{"bar", "pascals", 100000},
    UnitRule{"B", "bytes"},
    UnitRule{"kB", "bytes", 1000},
};

/// Integers beyond this are not all doubles, so that the exact way ends there.
constexpr double exact_limit = 9007199254740992.0;

}  // namespace

const UnitRule* find_unit(std::string_view unit) noexcept {
  const auto found = std::ranges::find(rules, unit, &UnitRule::unit);
  return found == rules.end() ? nullptr : &*found;
}

double to_base_unit(const UnitRule& rule, double value, int precision) noexcept {
  const auto multiply = static_cast<double>(rule.multiply);
  const auto divide = static_cast<double>(rule.divide);
  const auto offset = static_cast<double>(rule.offset);
  const double power = std::pow(10.0, std::clamp(precision, 0, 15));
  const double digits = std::round(value * power);
  const double numerator = digits * multiply + offset * power;
  const double denominator = divide * power;
  // Both sides are whole numbers that a double holds exactly, hence one division rounds once.
  if (std::abs(digits) < exact_limit && std::abs(numerator) < exact_limit && denominator < exact_limit)
    return numerator / denominator + 0.0;  // + 0.0: no negative zero
  return (value * multiply + offset) / divide;
}

}  // namespace busbar::sink::prometheus
