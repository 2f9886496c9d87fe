// A simulated Voltronic inverter over TCP and over a serial line, read by the daemon once.
#include "support/family_once.hpp"

namespace busbar::test {
namespace {

using VoltronicOnce = FamilyOnce;

TEST_F(VoltronicOnce, ReadsWhatEachFirmwareHas) {
  for (const std::string variant : {"pi30", "hs", "max"}) {
    const Simulator inverter{
        BUSBAR_BINARY, {.family = "voltronic", .faults = {"garbage@0.5", "echo@0.5"}, .variant = variant}};
    const std::string profile = variant == "max" ? "pi30_max" : "pi30";
    const auto readings = once(inverter, "  i: {profile: " + profile + ", channel: bus}\n").at("i");
    const auto& status = readings.at("qpigs");
    EXPECT_EQ(status.at("ac_output_active_power"), 1200) << variant;
    EXPECT_NEAR(status.at("battery_voltage").get<double>(), 53, 2) << variant;
    EXPECT_EQ(status.contains("pv1_charging_power"), variant != "hs");
    EXPECT_EQ(status.contains("solar_feed_power"), variant == "max");
    EXPECT_EQ(readings.at("qmod").at("device_mode"), "battery");
    EXPECT_EQ(readings.at("qpiws").at("line_fail"), false);
    EXPECT_EQ(readings.at("qpiws").contains("battery_equalization"), variant != "hs");
    EXPECT_EQ(readings.at("qpiri").at("parallel_max_num").is_null(), variant == "hs");
    EXPECT_EQ(readings.at("qpiri").contains("max_discharging_current"), variant == "max");
    EXPECT_EQ(readings.at("qflag").at("buzzer"), true);
    EXPECT_EQ(readings.contains("qpigs2"), variant == "max");
  }
}

TEST_F(VoltronicOnce, ReadsPi18) {
  const Simulator inverter{BUSBAR_BINARY,
                           {.family = "voltronic", .faults = {"dribble:1ms"}, .variant = "pi18"}};
  const auto readings = once(inverter, "  i: {profile: pi18, channel: bus}\n").at("i");
  EXPECT_NEAR(readings.at("gs").at("battery_voltage").get<double>(), 53, 2);
  EXPECT_EQ(readings.at("gs").at("ac_output_voltage"), 230);
  EXPECT_EQ(readings.at("mod").at("device_mode"), "battery");
  EXPECT_EQ(readings.at("piri").at("battery_type"), "user");
}

TEST_F(VoltronicOnce, GivesNothingOfDamagedAnswers) {
  const Simulator inverter{BUSBAR_BINARY, {.family = "voltronic", .faults = {"wrong_checksum"}}};
  EXPECT_TRUE(once(inverter, "  i: {profile: pi30, channel: bus}\n", 75).empty());
}

TEST_F(VoltronicOnce, ReadsASerialLine) {
  const TemporaryDirectory directory;
  const std::string terminal = directory.path() + "/ttyInverter";
  const Simulator inverter{BUSBAR_BINARY, {.family = "voltronic", .pty = terminal}};
  const auto config = directory.write(
      "busbar.yaml", "version: 1\nchannels:\n  bus: {link: \"serial:" + terminal +
                         "?baud=2400\", spacing: 5ms, after_connect: 0}\n"
                         "devices:\n  i: {profile: pi30, channel: bus}\nsinks:\n  screen: {format: jsonl}\n");
  const auto result = run_to_end({BUSBAR_BINARY, "--config", config, "--once"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_GE(lines_of(result.out).size(), 6U) << result.out;
}

}  // namespace
}  // namespace busbar::test
