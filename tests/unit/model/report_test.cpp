// Values and times as text: the same in every locale.
#include "model/value_text.hpp"

#include <busbar/model/report.hpp>

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <utility>

namespace busbar {
namespace {

std::string text(const Value& value, int precision = 0) {
  Quantity quantity;
  quantity.precision = precision;
  return format_value(quantity, value);
}

TEST(FormatValue, UsesThePrecisionOfTheQuantity) {
  EXPECT_EQ(text(3.311, 3), "3.311");
  EXPECT_EQ(text(13.24, 1), "13.2");
  EXPECT_EQ(text(100.0, 2), "100.00");
  EXPECT_EQ(text(96.0), "96");
  EXPECT_EQ(text(-12.5, 1), "-12.5");
}

TEST(FormatValue, ZeroHasNoSign) {
  EXPECT_EQ(text(-0.0), "0");
  EXPECT_EQ(text(-0.0, 2), "0.00");
  EXPECT_EQ(text(-0.004, 2), "0.00");
  EXPECT_EQ(text(-0.006, 2), "-0.01");
}

TEST(FormatValue, WhatIsNoNumberIsEmpty) {
  EXPECT_EQ(text(std::numeric_limits<double>::quiet_NaN(), 2), "");
  EXPECT_EQ(text(std::numeric_limits<double>::infinity(), 2), "");
  EXPECT_EQ(text(-std::numeric_limits<double>::infinity()), "");
  EXPECT_EQ(text(std::monostate{}, 2), "");
}

TEST(NumberText, IsTheShortestThatReadsBackAsTheSameNumber) {
  const std::pair<double, const char*> cases[] = {
      {0, "0"},
      {-40, "-40"},
      {3.311, "3.311"},
      {0.001, "0.001"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1e6, "1e+06"},
      {1234567, "1234567"},
      {1e-7, "1e-07"},
      {-std::numeric_limits<double>::max(), "-1.7976931348623157e+308"},
  };
  for (const auto& [value, shown] : cases) {
    EXPECT_EQ(number_text(value), shown);
    EXPECT_EQ(std::stod(number_text(value)), value);
  }
}

TEST(FormatValue, HugeNumbersAndOddPrecisionsAreNoDanger) {
  EXPECT_EQ(text(std::numeric_limits<double>::max(), 17).size(), 309U + 1 + 17);
  EXPECT_EQ(text(-std::numeric_limits<double>::max(), 1000).size(), 1 + 309U + 1 + 17);
  EXPECT_EQ(text(1.5, -3), "2");
}

/// What the C library makes of it, except for the sign of zero.
std::string expected(double value, int precision) {
  char buffer[400];
  std::snprintf(buffer, sizeof buffer, "%.*f", precision, value);
  std::string shown{buffer};
  if (shown.front() == '-' && shown.find_first_not_of("-0.") == std::string::npos) shown.erase(0, 1);
  return shown;
}

TEST(FormatValue, RoundsAsTheExactNumberDoesWhicheverWayItIsWritten) {
  std::mt19937_64 random{1};
  std::uniform_int_distribution<int> raw{-70000, 70000};
  std::uniform_real_distribution<double> anything{-2e9, 2e9};
  for (int round = 0; round < 20000; ++round) {
    for (const int precision : {0, 1, 2, 3, 6, 9}) {
      // As devices give them, in the middle between two texts, and whatever else there is.
      const double device = raw(random) * 0.001;
      const double middle = (raw(random) + 0.5) / std::pow(10, precision);
      for (const double value :
           {device, middle, std::nextafter(middle, 1e9), anything(random), 1e-9 * device})
        ASSERT_EQ(text(value, precision), expected(value, precision)) << precision << " digits of " << value;
    }
  }
}

TEST(FormatValue, AppendsToWhatIsThere) {
  std::string out = "soc=";
  append_value(out, Quantity{}, 81.0);
  append_value(out, Quantity{}, std::monostate{});
  append_number(out += " at ", 18446744073709551615U);
  append_utc(out += " ", UtcMillis{});
  EXPECT_EQ(out, "soc=81 at 18446744073709551615 1970-01-01T00:00:00.000Z");
}

TEST(FormatValue, FlagsAndText) {
  EXPECT_EQ(text(true), "true");
  EXPECT_EQ(text(false), "false");
  EXPECT_EQ(text(std::string{"SN 1"}), "SN 1");
}

TEST(FormatValue, DecimalPointDoesNotDependOnTheLocale) {
  // Where the locale is not installed the test still checks the "C" locale.
  const char* const german = std::setlocale(LC_ALL, "de_DE.UTF-8");
  const std::string shown = text(1234.5, 1);
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(shown, "1234.5") << (german == nullptr ? "C" : german);
}

TEST(FormatUtc, IsIso8601WithMilliseconds) {
  using namespace std::chrono;
  const auto day = sys_days{2026y / November / 21};
  EXPECT_EQ(format_utc(day + hours{7} + minutes{15} + seconds{52} + milliseconds{123}),
            "2026-11-21T07:15:52.123Z");
  EXPECT_EQ(format_utc(UtcMillis{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_utc(UtcMillis{milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_utc(sys_days{2028y / February / 29}), "2028-02-29T00:00:00.000Z");
}

TEST(FormatUtc, StopsAtTheYearsThatHaveFourDigits) {
  EXPECT_EQ(format_utc(UtcMillis::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_utc(UtcMillis::min()), "0000-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace busbar
