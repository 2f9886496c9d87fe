// Which reports are published when the site asks for changes only.
#include "sink/mqtt/change_filter.hpp"

#include "unit/sink/mqtt/support.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace busbar::sink::mqtt {
namespace {

using namespace std::chrono_literals;

class ChangeFilterTest : public testing::Test {
 protected:
  ChangeFilterTest() {
    options.mode = PublishMode::on_change;
    options.heartbeat = 600s;
  }
  bool passes(std::vector<Reading> readings, std::string query = "capacity", std::string device = "shed") {
    now += 10s;
    return filter.passes(test::report(std::move(device), std::move(query), std::move(readings), now));
  }
  bool passes(double volts) { return passes({{&test::voltage, volts}}); }

  Options options;
  ChangeFilter filter{options};
  Steady now = test::steady_zero;
};

TEST_F(ChangeFilterTest, InModeEveryAllPass) {
  options.mode = PublishMode::every;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(passes(53.2));
}

TEST_F(ChangeFilterTest, TheFirstPassesAndItsRepetitionsDoNot) {
  EXPECT_TRUE(passes(53.2));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(passes(53.2));
}

TEST_F(ChangeFilterTest, WhatReadsTheSameIsTheSame) {
  EXPECT_TRUE(passes(53.201));
  EXPECT_FALSE(passes(53.204)) << "two digits";
  EXPECT_TRUE(passes(53.206));
}

TEST_F(ChangeFilterTest, ADeadbandCountsFromWhatWasPublishedLast) {
  options.deadband["pack_voltage"] = 0.1;
  EXPECT_TRUE(passes(53.0));
  EXPECT_FALSE(passes(53.05));
  EXPECT_FALSE(passes(53.09));
  EXPECT_TRUE(passes(53.10)) << "a slow drift is not lost";
  EXPECT_FALSE(passes(53.01));
  EXPECT_TRUE(passes(52.99));
}

/// 0.1 has no exact binary form: 53.3 - 53.2 is a little less than 0.1.
TEST_F(ChangeFilterTest, AChangeOfExactlyTheDeadbandCountsEverywhere) {
  options.deadband["pack_voltage"] = 0.1;
  for (double volts = 40; volts < 60; volts += 0.1) EXPECT_TRUE(passes(volts)) << volts;
}

TEST_F(ChangeFilterTest, ADeadbandOfAFamilyHoldsForItsMembers) {
  options.deadband["cell_voltage"] = 0.003;
  const auto first = test::cell(1);
  const auto second = test::cell(2);
  EXPECT_TRUE(passes({{&first, 3.311}, {&second, 3.312}}));
  EXPECT_FALSE(passes({{&first, 3.313}, {&second, 3.310}}));
  EXPECT_TRUE(passes({{&first, 3.311}, {&second, 3.315}})) << "one of them is enough";
}

TEST_F(ChangeFilterTest, TheKeyGoesBeforeTheFamily) {
  options.deadband = {{"cell_voltage", 1}, {"cell_02_voltage", 0}};
  const auto first = test::cell(1);
  const auto second = test::cell(2);
  EXPECT_TRUE(passes({{&first, 3.311}, {&second, 3.312}}));
  EXPECT_FALSE(passes({{&first, 3.411}, {&second, 3.312}}));
  EXPECT_TRUE(passes({{&first, 3.311}, {&second, 3.313}})) << "0: every change that can be seen";
}

TEST_F(ChangeFilterTest, ADeadbandOfAnotherReadingDoesNotMatter) {
  options.deadband["soc"] = 100;
  EXPECT_TRUE(passes(53.2));
  EXPECT_TRUE(passes(53.3));
}

TEST_F(ChangeFilterTest, TheHeartbeatComesWithoutAChange) {
  EXPECT_TRUE(passes(53.2));
  int published = 0;
  for (int i = 0; i < 180; ++i) published += passes(53.2) ? 1 : 0;  // half an hour, every 10 s
  EXPECT_EQ(published, 3);
}

TEST_F(ChangeFilterTest, AChangeStartsTheHeartbeatAnew) {
  EXPECT_TRUE(passes(53.2));
  now += 590s - 10s;
  EXPECT_TRUE(passes(53.3));
  now += 590s - 10s;
  EXPECT_FALSE(passes(53.3));
  EXPECT_TRUE(passes(53.3));
}

TEST_F(ChangeFilterTest, WithoutAHeartbeatAnUnchangedValueStaysSilent) {
  options.heartbeat = 0s;
  EXPECT_TRUE(passes(53.2));
  now += 24h;
  EXPECT_FALSE(passes(53.2));
}

TEST_F(ChangeFilterTest, AReadingThatAppearsOrVanishesIsAChange) {
  options.deadband = {{"pack_voltage", 100}, {"soc", 100}};
  EXPECT_TRUE(passes({{&test::voltage, 53.2}}));
  EXPECT_TRUE(passes({{&test::voltage, 53.2}, {&test::soc, 81.0}}));
  EXPECT_FALSE(passes({{&test::voltage, 53.2}, {&test::soc, 82.0}}));
  EXPECT_TRUE(passes({{&test::soc, 81.0}}));
  EXPECT_TRUE(passes({{&test::voltage, 53.2}})) << "as many, but not the same";
}

TEST_F(ChangeFilterTest, NotAvailableAnymoreIsAChangeWhateverTheDeadband) {
  options.deadband["pack_voltage"] = 100;
  EXPECT_TRUE(passes(53.2));
  EXPECT_TRUE(passes({{&test::voltage, std::monostate{}}}));
  EXPECT_FALSE(passes({{&test::voltage, std::monostate{}}}));
  EXPECT_TRUE(passes(53.2));
  // NaN is published as null too.
  EXPECT_TRUE(passes(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(passes(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_TRUE(passes(53.2));
}

TEST_F(ChangeFilterTest, FlagsAndTextsCountWhenTheyDiffer) {
  options.deadband = {{"cell_overvoltage", 100}, {"mode", 100}};
  EXPECT_TRUE(passes({{&test::alarm, false}, {&test::mode, std::string{"idle"}}}));
  EXPECT_FALSE(passes({{&test::alarm, false}, {&test::mode, std::string{"idle"}}}));
  EXPECT_TRUE(passes({{&test::alarm, true}, {&test::mode, std::string{"idle"}}}));
  EXPECT_TRUE(passes({{&test::alarm, true}, {&test::mode, std::string{"charging"}}}));
}

TEST_F(ChangeFilterTest, DevicesAndQueriesAreApart) {
  EXPECT_TRUE(passes({{&test::voltage, 53.2}}, "capacity", "shed"));
  EXPECT_TRUE(passes({{&test::voltage, 53.2}}, "capacity", "house"));
  EXPECT_TRUE(passes({{&test::voltage, 53.2}}, "status", "shed"));
  EXPECT_FALSE(passes({{&test::voltage, 53.2}}, "capacity", "shed"));
}

TEST_F(ChangeFilterTest, ADeviceThatComesBackIsPublishedAtOnce) {
  EXPECT_TRUE(passes({{&test::voltage, 53.2}}, "capacity", "shed"));
  EXPECT_TRUE(passes({{&test::voltage, 53.2}}, "capacity", "shed2"));
  filter.forget("shed");
  EXPECT_TRUE(passes({{&test::voltage, 53.2}}, "capacity", "shed"));
  EXPECT_FALSE(passes({{&test::voltage, 53.2}}, "capacity", "shed2")) << "only the one forgotten";
}

}  // namespace
}  // namespace busbar::sink::mqtt
