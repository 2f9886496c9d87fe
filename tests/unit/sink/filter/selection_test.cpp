// Which readings pass, in descriptions and in reports.
#include "sink/filter/selection.hpp"

#include "unit/sink/support.hpp"

#include <gmock/gmock.h>

namespace busbar::sink::filter {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(Selection, APatternIsOfDeviceAndKeyOrOfTheKeyOfAnyDevice) {
  EXPECT_TRUE(fits("pack1.soc", "pack1", "soc"));
  EXPECT_FALSE(fits("pack1.soc", "pack2", "soc"));
  EXPECT_TRUE(fits("soc", "pack2", "soc"));
  EXPECT_TRUE(fits("pack*.cell_*_voltage", "pack-7", "cell_03_voltage"));
  EXPECT_FALSE(fits("pack*.cell_*_voltage", "pack-7", "cell_voltage_min"));
  EXPECT_TRUE(fits("*", "pack1", "soc"));
  EXPECT_TRUE(fits("pack1.*", "pack1", "soc"));
  EXPECT_FALSE(fits("pack1.*", "pack12", "soc"));
}

TEST(Selection, NothingSaidMeansEverything) { EXPECT_TRUE(passes({}, "pack", "soc")); }

TEST(Selection, ExcludeGoesBeforeInclude) {
  const Options options{.include = {"pack*.*"}, .exclude = {"cell_*", "pack9.*"}};
  EXPECT_TRUE(passes(options, "pack1", "soc"));
  EXPECT_FALSE(passes(options, "meter", "soc"));
  EXPECT_FALSE(passes(options, "pack1", "cell_01_voltage"));
  EXPECT_FALSE(passes(options, "pack9", "soc"));
}

TEST(Selection, OnlyExcludeLeavesTheRest) {
  const Options options{.exclude = {"cell_*"}};
  EXPECT_TRUE(passes(options, "meter", "power"));
  EXPECT_FALSE(passes(options, "meter", "cell_01_voltage"));
}

TEST(Selection, ADescriptionLosesWhatDoesNotPass) {
  DeviceDescription device = test::description("pack");
  device.queries = {{"status", 10s, {&test::soc, &test::voltage}, {&test::voltage}},
                    {"cells", 30s, {&test::energy}, {}}};
  const auto left = selected({.include = {"soc"}}, device);
  ASSERT_TRUE(left);
  ASSERT_EQ(left->queries.size(), 1U);
  EXPECT_THAT(left->queries[0].quantities, ElementsAre(&test::soc));
  EXPECT_TRUE(left->queries[0].guaranteed.empty());
  EXPECT_EQ(left->queries[0].interval, 10s);
  EXPECT_EQ(left->name, device.name);
  EXPECT_FALSE(selected({.include = {"other.*"}}, device));
}

TEST(Selection, ADescriptionSaysHowOftenSumsCome) {
  DeviceDescription device = test::description("pack");
  device.queries = {{"status", 10s, {&test::soc}, {}},
                    {"slow", 5min, {&test::voltage}, {}},
                    {"asked", 0s, {&test::energy}, {}}};
  const auto left = selected({.aggregate = Aggregation{60s, Function::mean}}, device);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->queries[0].interval, 60s);
  EXPECT_EQ(left->queries[1].interval, 5min);
  EXPECT_EQ(left->queries[2].interval, 0s);
}

TEST(Selection, AReportLosesWhatDoesNotPass) {
  const auto report = test::report("pack", "status", {{&test::soc, 96.0}, {&test::voltage, 52.0}});
  Report left = test::report("other", "cells", {{&test::serial, std::string{"of another report"}}, {}, {}});
  ASSERT_TRUE(select({.exclude = {"soc"}}, report, left));
  ASSERT_EQ(left.readings.size(), 1U);
  EXPECT_EQ(left.readings[0].quantity, &test::voltage);
  EXPECT_EQ(left.readings[0].value, Value{52.0});
  EXPECT_EQ(left.device, "pack");
  EXPECT_EQ(left.query, "status");
  EXPECT_EQ(left.timestamp, report.timestamp);
  EXPECT_FALSE(select({.include = {"energy*"}}, report, left));
}

}  // namespace
}  // namespace busbar::sink::filter
