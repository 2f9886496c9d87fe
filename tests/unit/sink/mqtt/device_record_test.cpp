// What is remembered of a device: which readings it has, what is missing, what is stale, what it lost.
#include "sink/mqtt/device_record.hpp"

#include "unit/sink/mqtt/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::sink::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class DeviceRecordTest : public testing::Test {
 protected:
  DeviceRecordTest() { device.describe(test::pack("shed")); }
  bool take(std::string query, std::vector<Reading> readings, Steady at = test::steady_zero) {
    return device.take(test::report("shed", std::move(query), std::move(readings), at));
  }
  std::string latest(std::string_view query) const { return device.queries().find(query)->second.latest; }
  std::string merged(Steady now, double factor = 3) {
    std::string text;
    device.append_merged(text, now, factor);
    return text;
  }

  DeviceRecord device{"shed"};
};

TEST_F(DeviceRecordTest, KeepsTheReadingsInTheOrderOfTheReport) {
  EXPECT_FALSE(take("capacity", {{&test::soc, 81.0}, {&test::voltage, 53.2}})) << "announced from the start";
  EXPECT_EQ(latest("capacity"), R"(,"soc":81,"pack_voltage":53.20)");
}

TEST_F(DeviceRecordTest, AReadingThatIsMissingBecomesNull) {
  (void)take("capacity", {{&test::voltage, 53.2}, {&test::soc, 81.0}});
  (void)take("capacity", {{&test::voltage, 53.1}});
  EXPECT_EQ(latest("capacity"), R"(,"pack_voltage":53.10,"soc":null)")
      << "no old value under a new timestamp";
}

TEST_F(DeviceRecordTest, AReadingNeverSeenIsNotNull) {
  (void)take("status", {{&test::alarm, false}});
  EXPECT_EQ(latest("status"), R"(,"cell_overvoltage":false)") << "there may be no such probe";
}

TEST_F(DeviceRecordTest, TellsOfAFirstReadingOnce) {
  EXPECT_TRUE(take("status", {{&test::alarm, false}, {&test::temperature, 21.0}}));
  EXPECT_FALSE(take("status", {{&test::alarm, false}, {&test::temperature, 22.0}}));
  EXPECT_FALSE(take("status", {{&test::alarm, false}}));
  EXPECT_EQ(latest("status"), R"(,"cell_overvoltage":false,"mos_temperature":null)");
}

TEST_F(DeviceRecordTest, AKeyTwiceInAReportCountsOnce) {
  (void)take("capacity", {{&test::soc, 81.0}, {&test::soc, 12.0}, {&test::voltage, 53.2}});
  EXPECT_EQ(latest("capacity"), R"(,"soc":81,"pack_voltage":53.20)")
      << "twice the same key is no valid JSON object";
}

TEST_F(DeviceRecordTest, AReportOfAQueryNobodyDescribedIsKept) {
  EXPECT_TRUE(take("unknown", {{&test::serial, std::string{"A1"}}}));
  EXPECT_EQ(latest("unknown"), R"(,"serial_number":"A1")");
}

TEST_F(DeviceRecordTest, MergesTheQueriesNewestFirst) {
  (void)take("status", {{&test::alarm, false}}, test::steady_zero);
  (void)take("capacity", {{&test::voltage, 53.2}, {&test::soc, 81.0}}, test::steady_zero + 5s);
  EXPECT_EQ(merged(test::steady_zero + 6s), R"(,"pack_voltage":53.20,"soc":81,"cell_overvoltage":false)");
}

TEST_F(DeviceRecordTest, AKeyOfTwoQueriesIsThatOfTheNewer) {
  (void)take("status", {{&test::soc, 1.0}}, test::steady_zero + 5s);
  (void)take("capacity", {{&test::soc, 2.0}}, test::steady_zero);
  EXPECT_EQ(merged(test::steady_zero + 6s), R"(,"soc":1,"cell_overvoltage":null,"pack_voltage":null)");
  (void)take("capacity", {{&test::soc, 3.0}, {&test::voltage, 53.2}}, test::steady_zero + 7s);
  EXPECT_EQ(merged(test::steady_zero + 8s), R"(,"soc":3,"pack_voltage":53.20,"cell_overvoltage":null)");
}

TEST_F(DeviceRecordTest, LeavesOutWhatIsStale) {
  (void)take("capacity", {{&test::voltage, 53.2}, {&test::soc, 81.0}});  // every 10 s: stale after 30 s
  (void)take("status", {{&test::alarm, true}});                          // every 30 s: stale after 90 s
  EXPECT_EQ(merged(test::steady_zero + 30s), R"(,"pack_voltage":53.20,"soc":81,"cell_overvoltage":true)");
  EXPECT_EQ(merged(test::steady_zero + 31s), R"(,"cell_overvoltage":true)");
  EXPECT_EQ(merged(test::steady_zero + 91s), "");
  EXPECT_EQ(merged(test::steady_zero + 10h, 0), merged(test::steady_zero)) << "factor 0: nothing ever is";
}

TEST_F(DeviceRecordTest, WhatIsAskedOnDemandOnlyNeverIsStale) {
  auto description = test::pack("shed");
  description.queries.push_back({"serial", 0s, {&test::serial}, {}});
  device.describe(description);
  (void)take("serial", {{&test::serial, std::string{"A1"}}});
  EXPECT_EQ(merged(test::steady_zero + 24h), R"(,"serial_number":"A1")");
}

TEST_F(DeviceRecordTest, ANewDescriptionKeepsWhatIsKnownAndItsValues) {
  (void)take("status", {{&test::alarm, false}, {&test::temperature, 21.0}});
  auto faster = test::pack("shed");
  faster.queries.back().interval = 5s;
  device.describe(faster);
  EXPECT_TRUE(device.components().contains("mos_temperature"));
  EXPECT_THAT(device.retired(), IsEmpty());
  EXPECT_EQ(latest("status"), R"(,"cell_overvoltage":false,"mos_temperature":21)");
}

TEST_F(DeviceRecordTest, ReadingsThatAreGoneAreRetired) {
  (void)take("status", {{&test::alarm, false}, {&test::temperature, 21.0}});
  auto smaller = test::pack("shed");
  smaller.queries.pop_back();
  device.describe(smaller);
  EXPECT_THAT(device.retired(), UnorderedElementsAre(Pair("cell_overvoltage", "binary_sensor"),
                                                     Pair("mos_temperature", "sensor")));
  device.describe(test::pack("shed"));
  EXPECT_FALSE(device.retired().contains("cell_overvoltage")) << "back again";
}

TEST_F(DeviceRecordTest, AnEarlierRunIsRemembered) {
  device.recall({{"mos_temperature", "sensor"}, {"fan", "binary_sensor"}, {"soc", "sensor"}});
  EXPECT_TRUE(device.components().contains("mos_temperature")) << "this pack has the probe";
  EXPECT_THAT(device.retired(), ElementsAre(Pair("fan", "binary_sensor")));
}

TEST_F(DeviceRecordTest, AKeyThatChangesItsPlatformIsNotWithdrawnUnderItsNewOne) {
  device.recall({{"soc", "binary_sensor"}});
  EXPECT_THAT(device.retired(), IsEmpty());
  EXPECT_EQ(device.components().at("soc"), "sensor");
}

TEST(Expiry, IsAFactorOfTheIntervalButNeverHasty) {
  EXPECT_EQ(expiry(60s, 3), 180s);
  EXPECT_EQ(expiry(1s, 3), 30s);
  EXPECT_EQ(expiry(10100ms, 3), 31s) << "rounded up";
  EXPECT_EQ(expiry(0s, 3), 0s);
  EXPECT_EQ(expiry(10s, 0), 0s);
  EXPECT_EQ(expiry(10s, -1), 0s);
  EXPECT_EQ(expiry(10s, std::numeric_limits<double>::quiet_NaN()), 0s);
  EXPECT_EQ(expiry(std::chrono::hours{24 * 365}, 1e300), 320000000s) << "no overflow";
}

}  // namespace
}  // namespace busbar::sink::mqtt
