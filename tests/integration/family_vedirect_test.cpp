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

}  // namespace
}  // namespace busbar::test
