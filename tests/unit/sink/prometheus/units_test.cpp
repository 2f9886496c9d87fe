// Conversion to base units without noise in the digits.
#include "sink/prometheus/units.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <string>

namespace busbar::sink::prometheus {
namespace {

std::string converted(std::string_view unit, double value, int precision) {
  const UnitRule* rule = find_unit(unit);
  if (rule == nullptr) return "no rule";
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, to_base_unit(*rule, value, precision),
                                 std::chars_format::fixed);
  return std::string{rule->suffix} + " " + std::string{digits, end.ptr};
}

TEST(Units, BecomeBaseUnits) {
  EXPECT_EQ(converted("V", 52.34, 2), "volts 52.34");
  EXPECT_EQ(converted("mV", 3301, 0), "volts 3.301");
  EXPECT_EQ(converted("A", -12.5, 2), "amperes -12.5");
  EXPECT_EQ(converted("%", 96, 0), "ratio 0.96");
  EXPECT_EQ(converted("%", 99.9, 1), "ratio 0.999");
  EXPECT_EQ(converted("°C", -40, 0), "celsius -40");
  EXPECT_EQ(converted("°F", 212, 0), "celsius 100");
  EXPECT_EQ(converted("°F", -40, 0), "celsius -40");
  EXPECT_EQ(converted("K", 298.15, 2), "celsius 25");
  EXPECT_EQ(converted("min", 90, 0), "seconds 5400");
  EXPECT_EQ(converted("h", 1.5, 1), "seconds 5400");
  EXPECT_EQ(converted("ms", 12, 0), "seconds 0.012");
  EXPECT_EQ(converted("Ah", 100.123, 3), "coulombs 360442.8");
  EXPECT_EQ(converted("mAh", 1500, 0), "coulombs 5400");
  EXPECT_EQ(converted("Wh", 1, 0), "joules 3600");
  EXPECT_EQ(converted("kWh", 1234.5, 1), "joules 4444200000");
  EXPECT_EQ(converted("Hz", 49.98, 2), "hertz 49.98");
  EXPECT_EQ(converted("kW", 4.6, 1), "watts 4600");
  EXPECT_EQ(converted("m³/h", 3.6, 1), "cubic_meters_per_second 0.001");
}

TEST(Units, EveryPercentageHasItsShortestRatio) {
  for (int percent = 0; percent <= 100; ++percent) {
    const std::string digits = converted("%", percent, 0).substr(6);
    EXPECT_LE(digits.size(), 4U) << percent;
    EXPECT_EQ(std::lround(std::stod(digits) * 100), percent);
  }
}

TEST(Units, EveryMillivoltOfACellKeepsItsThreeDigits) {
  for (int millivolts = 500; millivolts <= 5000; ++millivolts) {
    // As a decoder computes it: the noise of the multiplication must not show.
    const std::string digits = converted("V", millivolts * 0.001, 3).substr(6);
    EXPECT_LE(digits.size(), 5U) << millivolts;
  }
}

TEST(Units, NoNegativeZero) { EXPECT_EQ(converted("A", -0.001, 2), "amperes 0"); }

TEST(Units, HugeValuesKeepTheirMagnitude) {
  EXPECT_DOUBLE_EQ(to_base_unit(*find_unit("MWh"), 1e12, 3), 3.6e21);
  EXPECT_TRUE(std::isnan(to_base_unit(*find_unit("V"), std::nan(""), 2)));
}

TEST(Units, UnknownOnesAreNotGuessed) {
  EXPECT_EQ(find_unit("furlong"), nullptr);
  EXPECT_EQ(find_unit("v"), nullptr);
  ASSERT_NE(find_unit(""), nullptr);
}

}  // namespace
}  // namespace busbar::sink::prometheus
