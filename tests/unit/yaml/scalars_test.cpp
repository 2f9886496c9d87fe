// Numbers, durations and near names as people type them.
#include "yaml/map_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <clocale>

namespace busbar::yaml {
namespace {

using namespace std::chrono_literals;

TEST(Integer, decimal_and_hexadecimal) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("010"), 10);  // never octal
  EXPECT_EQ(parse_integer("-7"), -7);
  EXPECT_EQ(parse_integer("+7"), 7);
  EXPECT_EQ(parse_integer("0xFF02"), 0xFF02);
  EXPECT_EQ(parse_integer("9223372036854775807"), INT64_MAX);
  for (const std::string_view bad : {"", "-", "+", "+-1", "0x", "0x-1", "1_000", "1e3", "1.0", " 1", "1 ",
                                     "0b1", "0o7", "9223372036854775808", "twelve"}) {
    EXPECT_FALSE(parse_integer(bad)) << bad;
  }
}

TEST(Number, finite_only) {
  EXPECT_EQ(parse_number("1"), 1.0);
  EXPECT_EQ(parse_number("-0.05"), -0.05);
  EXPECT_EQ(parse_number("1e3"), 1000.0);
  EXPECT_EQ(parse_number("+.5"), 0.5);
  EXPECT_EQ(parse_number("0x10"), 16.0);
  for (const std::string_view bad :
       {"", ".", "nan", "inf", "-inf", ".inf", "1e999", "1,5", "1 000", "--1", "+-1"}) {
    EXPECT_FALSE(parse_number(bad)) << bad;
  }
}

TEST(Number, the_locale_changes_nothing) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) {
    std::setlocale(LC_ALL, "C.UTF-8");
  }
  EXPECT_EQ(parse_number("1.5"), 1.5);
  std::setlocale(LC_ALL, before.c_str());
}

TEST(Duration, reads_each_unit) {
  EXPECT_EQ(parse_duration("200ms"), 200ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("5min"), 5min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("10 s"), 10s);
  EXPECT_EQ(parse_duration("0"), 0ms);
  for (const std::string_view bad : {"", "10", "s", "5m", "1w", "-1s", "1.5ms", "1.2.3s", "1s 2s", "1e3s",
                                     "s10", "10S", "99999999999999999999d", "."}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Duration, the_shortest_form_is_read_back) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(10min), "10min");
  EXPECT_EQ(format_duration(48h), "2d");
  for (const auto value : {1ms, 999ms, 1000ms, 61'000ms, 3'600'000ms, 86'400'001ms}) {
    EXPECT_EQ(parse_duration(format_duration(value)), value);
  }
}

TEST(Nearest, names_what_was_probably_meant) {
  constexpr std::array<std::string_view, 4> words{"interval", "intervals", "address", "profile"};
  EXPECT_EQ(nearest("intervall", words), "interval");
  EXPECT_EQ(nearest("adress", words), "address");
  EXPECT_EQ(nearest("porfile", words), "profile");
  EXPECT_EQ(nearest("colour", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest("x", {}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), words), "");
}

TEST(InQuotes, is_short_and_harmless_on_a_terminal) {
  EXPECT_EQ(in_quotes("a"), "'a'");
  EXPECT_EQ(in_quotes("a\nb\x1b[31m"), "'a\\nb\\x1b[31m'");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "'" + std::string(60, 'x') + "…'");
  const std::string umlauts = in_quotes(std::string(59, 'x') + "üü");
  EXPECT_EQ(umlauts, "'" + std::string(59, 'x') + "ü…'");
}

}  // namespace
}  // namespace busbar::yaml
