// Values and times as text: the same in every locale.
#include <busbar/model/report.hpp>

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>

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

TEST(FormatValue, HugeNumbersAndOddPrecisionsAreNoDanger) {
  EXPECT_EQ(text(std::numeric_limits<double>::max(), 17).size(), 309U + 1 + 17);
  EXPECT_EQ(text(-std::numeric_limits<double>::max(), 1000).size(), 1 + 309U + 1 + 17);
  EXPECT_EQ(text(1.5, -3), "2");
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
