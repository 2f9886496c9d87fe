// Simulated Victron products over TCP, heard by the daemon once.
#include "support/family_once.hpp"

namespace busbar::test {
namespace {

using VeDirectOnce = FamilyOnce;

TEST_F(VeDirectOnce, HearsBothBlocksOfABatteryMonitor) {
  const Simulator shunt{BUSBAR_BINARY, {.family = "vedirect"}};
  const auto readings = once(shunt, "  b: {profile: victron_bmv, channel: bus}\n").at("b");
  EXPECT_NEAR(readings.at("realtime").at("battery_voltage").get<double>(), 13.2, 0.3);
  EXPECT_NEAR(readings.at("realtime").at("state_of_charge").get<double>(), 61, 2);
  EXPECT_EQ(readings.at("realtime").at("dc_monitor_mode"), "battery_monitor");
  EXPECT_EQ(readings.at("history").at("charged_energy"), 17.02);
}

TEST_F(VeDirectOnce, HearsAChargerThroughNoise) {
  const Simulator charger{BUSBAR_BINARY,
                          {.family = "vedirect", .faults = {"at_noise", "dribble:1ms"}, .variant = "mppt"}};
  const auto readings = once(charger, "  m: {profile: victron_mppt, channel: bus}\n").at("m");
  EXPECT_EQ(readings.at("realtime").at("yield_total"), 144.0);
  EXPECT_EQ(readings.at("realtime").at("load_on"), true);
}

TEST_F(VeDirectOnce, HearsNothingInDamagedBlocksAndSaysSo) {
  const Simulator shunt{BUSBAR_BINARY,
                        {.family = "vedirect", .faults = {"wrong_checksum"}, .variant = "mppt"}};
  EXPECT_TRUE(once(shunt, "  m: {profile: victron_mppt, channel: bus}\n", 75).empty());
}

TEST_F(VeDirectOnce, AsksForRegistersWhileTheTextGoesOn) {
  const Simulator shunt{BUSBAR_BINARY, {.family = "vedirect", .faults = {"garbage@0.2", "dribble:1ms@0.3"}}};
  const auto readings =
      once(shunt,
           "  b: {profile: victron_bmv, channel: bus, intervals: {capacity: 10s, serial: 10s, ping: 10s}}\n")
          .at("b");
  EXPECT_EQ(readings.at("capacity").at("battery_capacity"), 100);
  EXPECT_EQ(readings.at("serial").at("serial_number"), "HQ0000BUSBR");
  EXPECT_EQ(readings.at("ping").at("firmware_version"), "4.14");
  EXPECT_EQ(readings.at("ping").at("firmware_type"), "application");
  EXPECT_TRUE(readings.contains("realtime"));
  EXPECT_TRUE(readings.contains("history"));
}

TEST_F(VeDirectOnce, ARegisterThatTheProductLacksHasNoReadingAndNoOtherSuffers) {
  const Simulator inverter{BUSBAR_BINARY, {.family = "vedirect", .variant = "phoenix"}};
  const auto readings =
      once(inverter, "  b: {profile: victron_bmv, channel: bus, intervals: {history: off, capacity: 10s}}\n")
          .at("b");
  EXPECT_FALSE(readings.contains("capacity"));
  EXPECT_TRUE(readings.contains("realtime"));
}

}  // namespace
}  // namespace busbar::test
