// Ranges that go by what the device says, and lists it gives.
#include "profile/bounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::profile {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

const Bounds by_battery{
    .reading = "battery_rating_voltage", .query = "qpiri", .ranges = {{24, 22, 25.5, 0.5}, {48, 44, 51, 1}}};
const Bounds listed{.reading = "selectable", .query = "list"};

Value text(std::string value) { return value; }

TEST(Bounds, TheRangeIsThatOfTheDevice) {
  for (const double volts : {44.0, 46.0, 51.0}) EXPECT_FALSE(by_battery.refusal(volts, 48.0)) << volts;
  for (const double volts : {22.0, 23.5, 25.5}) EXPECT_FALSE(by_battery.refusal(volts, 24.0)) << volts;
  for (const double volts : {43.0, 52.0, 44.5, 23.0}) EXPECT_TRUE(by_battery.refusal(volts, 48.0)) << volts;
  EXPECT_THAT(
      by_battery.refusal(23, 48.0),
      Optional(HasSubstr("with a battery_rating_voltage of 48 the device takes 44 to 51 in steps of 1")));
}

TEST(Bounds, ABatteryOfAboutThatVoltageCounts) {
  EXPECT_FALSE(by_battery.refusal(46, 51.2));
  EXPECT_FALSE(by_battery.refusal(23, 25.6));
}

TEST(Bounds, WhatNobodyKnowsIsRefused) {
  EXPECT_THAT(by_battery.refusal(46, 36.0),
              Optional(HasSubstr("no range for a battery_rating_voltage of 36")));
  EXPECT_THAT(by_battery.refusal(46, Value{}),
              Optional(HasSubstr("does not say its battery_rating_voltage")));
  EXPECT_TRUE(by_battery.refusal(46, text("48")));
}

TEST(Bounds, AListHoldsWhatThereIs) {
  EXPECT_FALSE(listed.refusal(2, text("002 010 020 030")));
  EXPECT_FALSE(listed.refusal(30, text("002,010,020,030")));
  EXPECT_THAT(listed.refusal(25, text("002 010 020 030")),
              Optional(std::string{"the device itself lists 2, 10, 20, 30"}));
  EXPECT_TRUE(listed.refusal(0, text("010")));
}

TEST(Bounds, AListWithoutNumbersRefusesNothing) {
  EXPECT_FALSE(listed.refusal(25, text("")));
  EXPECT_FALSE(listed.refusal(25, text("--- x 1e1 0x2")));
  EXPECT_FALSE(listed.refusal(25, Value{}));
}

}  // namespace
}  // namespace busbar::profile
