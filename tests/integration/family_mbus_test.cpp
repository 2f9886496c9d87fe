// Simulated M-Bus meters over TCP, read by the daemon once: nothing is configured but their address.
#include "support/family_once.hpp"

namespace busbar::test {
namespace {

using MbusOnce = FamilyOnce;

TEST_F(MbusOnce, ReadsMetersByPrimaryAddress) {
  const Simulator bus{BUSBAR_BINARY, {.family = "mbus", .count = 3}};
  const auto all = once(bus,
                        "  heat: {profile: mbus, channel: bus, address: 1}\n"
                        "  water: {profile: mbus, channel: bus, address: 2}\n"
                        "  power: {profile: mbus, channel: bus, address: 3}\n");
  const auto& heat = all.at("heat").at("readout");
  EXPECT_NEAR(heat.at("energy").get<double>(), 100000, 60);
  EXPECT_EQ(heat.at("flow_temperature"), 62.5);
  EXPECT_EQ(heat.at("meter_id"), "12345001");
  EXPECT_EQ(heat.at("meter_problem"), false);
  const auto& water = all.at("water").at("readout");
  EXPECT_EQ(water.at("meter_medium"), "water");
  EXPECT_NEAR(water.at("volume").get<double>(), 200, 1);
  const auto& power = all.at("power").at("readout");
  EXPECT_EQ(power.at("voltage_l1"), 230.1);
  EXPECT_EQ(power.at("voltage_l2"), 231.2);
  EXPECT_EQ(power.at("energy_backward"), 12.345);
}

TEST_F(MbusOnce, ReadsAMeterBySecondaryAddressAndAllItsTelegrams) {
  const Simulator bus{BUSBAR_BINARY, {.family = "mbus", .count = 12, .variant = "two-telegrams"}};
  const auto readings =
      once(bus, "  meter: {profile: mbus, channel: bus, address: 12345010}\n").at("meter").at("readout");
  EXPECT_EQ(readings.at("meter_id"), "12345010");
  EXPECT_NEAR(readings.at("energy").get<double>(), 1000000, 60);
  EXPECT_NEAR(readings.at("energy_storage_1").get<double>(), 999000, 60);
  EXPECT_EQ(readings.at("date_storage_1"), "2014-12-31");
}

TEST_F(MbusOnce, ReadsByAllDigitsAndByWildcards) {
  const Simulator bus{BUSBAR_BINARY, {.family = "mbus", .count = 3}};
  const auto all = once(bus,
                        "  heat: {profile: mbus, channel: bus, address: \"1234500124400104\"}\n"
                        "  water: {profile: mbus, channel: bus, address: \"FFFFFFFFFFFFFF07\"}\n"
                        "  power: {profile: mbus, channel: bus, address: \"1FFFFFF3\"}\n");
  EXPECT_EQ(all.at("heat").at("readout").at("meter_id"), "12345001");
  EXPECT_EQ(all.at("water").at("readout").at("meter_id"), "12345002") << "the only one of this medium";
  EXPECT_EQ(all.at("power").at("readout").at("meter_id"), "12345003");
}

TEST_F(MbusOnce, ComputesWithWhatAMeterNames) {
  const Simulator bus{BUSBAR_BINARY, {.family = "mbus"}};
  const auto all =
      once(bus,
           "  heat:\n    {profile: mbus, channel: bus, address: 1, virtual: {spread: {expression: "
           "flow_temperature - return_temperature, unit: K, precision: 1}}}\n");
  EXPECT_EQ(all.at("heat").at("virtual").at("spread"), 21.4);
}

TEST_F(MbusOnce, GivesNothingOfDamagedFrames) {
  const Simulator bus{BUSBAR_BINARY, {.family = "mbus", .faults = {"wrong_checksum"}}};
  EXPECT_TRUE(once(bus, "  meter: {profile: mbus, channel: bus, address: 1}\n", 75).empty());
}

}  // namespace
}  // namespace busbar::test
