// The latest readings as samples: freshness, replacement, kinds, and the account of reports.
#include "sink/prometheus/readings.hpp"

#include "unit/sink/support.hpp"

namespace busbar::sink::prometheus {
namespace {

using test::report;
using test::steady_zero;
using namespace std::chrono_literals;

struct ReadingsTest : testing::Test {
  std::string text(Steady now = steady_zero) const {
    Readings::Page page;
    while (readings.collect(page, now)) continue;
    Pieces pieces;
    readings.append(pieces, std::move(page));
    std::string all;
    while (pieces.move_to(all)) continue;
    return all;
  }
  /// The lines of samples, without HELP and TYPE and the descriptions of devices.
  std::string samples(Steady now = steady_zero) const {
    const std::string page = text(now);
    std::string lines;
    std::istringstream in{page};
    for (std::string line; std::getline(in, line);)
      if (!line.starts_with('#') && !line.starts_with("busbar_device_info")) lines += line + "\n";
    return lines;
  }
  Readings readings;
};

TEST_F(ReadingsTest, EveryKindOfValue) {
  readings.store(report("pack", "status",
                        {{&test::voltage, 52.34},
                         {&test::soc, 96.0},
                         {&test::energy, 12.5},
                         {&test::alarm, true},
                         {&test::mode, std::string{"charging"}},
                         {&test::serial, std::string{"GM\"1\""}}}));
  EXPECT_EQ(samples(),
            "busbar_cell_overvoltage{device=\"pack\"} 1\n"
            "busbar_energy_joules_total{device=\"pack\"} 45000000\n"
            "busbar_mode{device=\"pack\",state=\"idle\"} 0\n"
            "busbar_mode{device=\"pack\",state=\"charging\"} 1\n"
            "busbar_mode{device=\"pack\",state=\"discharging\"} 0\n"
            "busbar_pack_voltage_volts{device=\"pack\"} 52.34\n"
            "busbar_serial_number_info{device=\"pack\",value=\"GM\\\"1\\\"\"} 1\n"
            "busbar_soc_ratio{device=\"pack\"} 0.96\n");
}

TEST_F(ReadingsTest, RepeatedFieldsCarryTheirIndexAsLabel) {
  const Quantity three = test::cell(3);
  const Quantity twelve = test::cell(12);
  readings.store(report("pack", "cells", {{&three, 3.301}, {&twelve, 3.299}}));
  EXPECT_EQ(samples(),
            "busbar_cell_voltage_volts{device=\"pack\",cell=\"3\"} 3.301\n"
            "busbar_cell_voltage_volts{device=\"pack\",cell=\"12\"} 3.299\n");
}

TEST_F(ReadingsTest, NotAvailableIsNoSample) {
  readings.store(report("pack", "status", {{&test::voltage, 52.0}, {&test::soc, 50.0}}));
  readings.store(report("pack", "status", {{&test::voltage, std::monostate{}}, {&test::soc, 51.0}}));
  EXPECT_EQ(samples(), "busbar_soc_ratio{device=\"pack\"} 0.51\n");
}

TEST_F(ReadingsTest, WhatANewReportLacksIsGone) {
  readings.store(report("pack", "status", {{&test::voltage, 52.0}, {&test::soc, 50.0}}));
  readings.store(report("pack", "status", {{&test::soc, 51.0}}));
  EXPECT_EQ(samples(), "busbar_soc_ratio{device=\"pack\"} 0.51\n");
}

TEST_F(ReadingsTest, TheQuantitiesAreNotNeededAfterwards) {
  {
    const Quantity passing = test::cell(1);
    readings.store(report("pack", "cells", {{&passing, 3.3}}));
  }
  EXPECT_EQ(samples(), "busbar_cell_voltage_volts{device=\"pack\",cell=\"1\"} 3.3\n");
}

TEST_F(ReadingsTest, ASeriesFromTwoQueriesStandsOnceWithTheNewestValue) {
  readings.store(report("pack", "status", {{&test::voltage, 51.0}}, steady_zero + 2s));
  readings.store(report("pack", "capacity", {{&test::voltage, 52.0}}, steady_zero + 1s));
  EXPECT_EQ(samples(steady_zero + 2s), "busbar_pack_voltage_volts{device=\"pack\"} 51\n");
  readings.store(report("pack", "capacity", {{&test::voltage, 53.0}}, steady_zero + 3s));
  EXPECT_EQ(samples(steady_zero + 3s), "busbar_pack_voltage_volts{device=\"pack\"} 53\n");
}

/// The series of the report before are used again as far as they are the same.
TEST_F(ReadingsTest, ReportsThatDifferInWhatTheyHaveGiveWhatEachOneHas) {
  const auto is = [&](std::vector<Reading> given, std::string_view expected) {
    readings.store(report("pack", "status", std::move(given)));
    EXPECT_EQ(samples(), expected);
  };
  const std::string text = "busbar_serial_number_info{device=\"pack\",value=\"";
  is({{&test::voltage, 52.0}, {&test::soc, 50.0}, {&test::serial, std::string{"a"}}},
     "busbar_pack_voltage_volts{device=\"pack\"} 52\n" + text +
         "a\"} 1\nbusbar_soc_ratio{device=\"pack\"} 0.5\n");
  is({{&test::voltage, 53.0}, {&test::soc, 51.0}, {&test::serial, std::string{"a longer one"}}},
     "busbar_pack_voltage_volts{device=\"pack\"} 53\n" + text +
         "a longer one\"} 1\nbusbar_soc_ratio{device=\"pack\"} 0.51\n");
  is({{&test::voltage, {}}, {&test::soc, 51.0}, {&test::serial, std::string{"b"}}},
     text + "b\"} 1\nbusbar_soc_ratio{device=\"pack\"} 0.51\n");
  is({{&test::soc, 49.0}, {&test::mode, std::string{"idle"}}, {&test::voltage, 54.0}},
     "busbar_mode{device=\"pack\",state=\"idle\"} 1\n"
     "busbar_mode{device=\"pack\",state=\"charging\"} 0\n"
     "busbar_mode{device=\"pack\",state=\"discharging\"} 0\n"
     "busbar_pack_voltage_volts{device=\"pack\"} 54\nbusbar_soc_ratio{device=\"pack\"} 0.49\n");
  is({}, "");
}

TEST_F(ReadingsTest, ADeviceDescribedAnewHasItsNewUnits) {
  Quantity power{.key = "power", .name = "Power", .unit = "W"};
  readings.describe(test::description("pack"));
  readings.store(report("pack", "status", {{&power, 5.0}}));
  power.unit = "kW";  // the profile was loaded again, to the same place in memory
  readings.describe(test::description("pack"));
  readings.store(report("pack", "status", {{&power, 5.0}}));
  EXPECT_EQ(samples(), "busbar_power_watts{device=\"pack\"} 5000\n");
}

TEST_F(ReadingsTest, DevicesDoNotMix) {
  readings.store(report("a", "status", {{&test::voltage, 51.0}}));
  readings.store(report("b", "status", {{&test::voltage, 52.0}}));
  EXPECT_EQ(samples(),
            "busbar_pack_voltage_volts{device=\"a\"} 51\nbusbar_pack_voltage_volts{device=\"b\"} 52\n");
  readings.forget("a");
  EXPECT_EQ(samples(), "busbar_pack_voltage_volts{device=\"b\"} 52\n");
  readings.forget("nobody");
}

TEST_F(ReadingsTest, ReadingsOfASilentDeviceVanishAfterThreeIntervals) {
  readings.describe(test::description("pack"));  // status every 10 s, serial on demand
  readings.store(report("pack", "status", {{&test::voltage, 52.0}}));
  readings.store(report("pack", "serial", {{&test::serial, std::string{"1"}}}));
  EXPECT_NE(samples(steady_zero + 30s).find("volts"), std::string::npos);
  EXPECT_EQ(samples(steady_zero + 30001ms), "busbar_serial_number_info{device=\"pack\",value=\"1\"} 1\n");
  EXPECT_EQ(samples(steady_zero + 5min + 1ms), "");
}

TEST(FreshFor, HasAFloorAndFollowsTheInterval) {
  EXPECT_EQ(fresh_for(1s), 30s);
  EXPECT_EQ(fresh_for(10s), 30s);
  EXPECT_EQ(fresh_for(60s), 180s);
  EXPECT_EQ(fresh_for(0s), 5min);
}

TEST_F(ReadingsTest, DescribedDevicesCarryTheirDescription) {
  readings.describe(test::description("pack"));
  EXPECT_EQ(text(),
            "# HELP busbar_device_info Description of a configured device, always 1.\n"
            "# TYPE busbar_device_info gauge\n"
            "busbar_device_info{device=\"pack\",name=\"House battery\",manufacturer=\"GoldenMate\","
            "model=\"Orion 1000\",profile=\"orion1000\",channel=\"rs485\"} 1\n");
}

struct AccountTest : ReadingsTest {
  void expect(std::uint64_t accepted, std::uint64_t acknowledged, std::uint64_t queued, std::uint64_t dropped,
              std::uint64_t coalesced) {
    const SinkAccount account = readings.account();
    EXPECT_EQ(account.accepted, accepted);
    EXPECT_EQ(account.acknowledged, acknowledged);
    EXPECT_EQ(account.queued, queued);
    EXPECT_EQ(account.dropped, dropped);
    EXPECT_EQ(account.coalesced, coalesced);
  }
  void store(std::string device, std::string query) {
    readings.store(report(std::move(device), std::move(query), {{&test::soc, 1.0}}));
  }
};

TEST_F(AccountTest, AReportIsAcknowledgedWithTheTextThatCarriesIt) {
  store("a", "status");
  store("b", "status");
  expect(2, 0, 2, 0, 0);
  const auto mark = readings.mark();
  store("a", "serial");  // after the text was made
  readings.acknowledge(mark, steady_zero);
  expect(3, 2, 1, 0, 0);
  readings.acknowledge(readings.mark(), steady_zero);
  expect(3, 3, 0, 0, 0);
}

TEST_F(AccountTest, AReportReplacedBeforeDeliveryIsCoalesced) {
  store("a", "status");
  store("a", "status");
  expect(2, 0, 1, 0, 1);
  readings.acknowledge(readings.mark(), steady_zero);
  store("a", "status");
  expect(3, 1, 1, 0, 1);
}

TEST_F(AccountTest, WhatIsServedIsAcknowledgedAtOnce) {
  readings.serve(report("a", "status", {{&test::soc, 1.0}}));
  readings.serve(report("a", "status", {{&test::soc, 2.0}}));
  expect(2, 2, 0, 0, 0);
  EXPECT_EQ(samples(), "busbar_soc_ratio{device=\"a\"} 0.02\n");
}

TEST_F(AccountTest, WhatGrewTooOldOrLostItsDeviceIsDropped) {
  store("a", "status");
  store("b", "status");
  readings.forget("b");
  expect(2, 0, 1, 1, 0);
  readings.acknowledge(readings.mark(), steady_zero + 1h);
  expect(2, 0, 0, 2, 0);
}

}  // namespace
}  // namespace busbar::sink::prometheus
