// A simulated JK board over TCP, read by the daemon once, in each of its layouts.
#include "support/family_once.hpp"

namespace busbar::test {
namespace {

using JkOnce = FamilyOnce;

double sum_of_cells(const nlohmann::json& readings) {
  double sum = 0;
  for (const auto& [key, value] : readings.items())
    if (key.starts_with("cell_") && key.ends_with("_voltage")) sum += value.get<double>();
  return sum;
}

TEST_F(JkOnce, ReadsFrames) {
  const Simulator board{BUSBAR_BINARY, {.family = "jk", .cells = 16, .faults = {"garbage"}}};
  const auto readings = once(board, "  b: {profile: jk_terminal, channel: bus}\n").at("b").at("all");
  EXPECT_NEAR(sum_of_cells(readings), readings.at("pack_voltage").get<double>(), 0.02);
  EXPECT_EQ(readings.at("cell_count"), 16);
  EXPECT_GT(readings.at("current").get<double>(), 0) << "the cycle starts with charging";
  EXPECT_EQ(readings.at("software_version"), "BUSBAR_SIM_1.00");
}

TEST_F(JkOnce, ReadsRecordsOfBothLayouts) {
  for (const std::string profile : {"jk02_24s", "jk02_32s"}) {
    const Simulator board{BUSBAR_BINARY,
                          {.family = "jk", .cells = 14, .faults = {"dribble:1ms"}, .variant = profile}};
    const auto readings = once(board, "  b: {profile: " + profile + ", channel: bus}\n").at("b").at("cells");
    EXPECT_NEAR(sum_of_cells(readings), readings.at("pack_voltage").get<double>(), 0.001) << profile;
    EXPECT_FALSE(readings.contains("cell_15_voltage"));
    EXPECT_NEAR(readings.at("mos_temperature").get<double>(), 25, 6);
    EXPECT_EQ(readings.at("soh"), 100);
  }
}

TEST_F(JkOnce, GivesNothingOfDamagedFrames) {
  for (const std::string profile : {"jk_terminal", "jk02_32s"}) {
    const Simulator board{
        BUSBAR_BINARY,
        {.family = "jk", .faults = {"wrong_checksum"}, .variant = profile == "jk_terminal" ? "" : profile}};
    EXPECT_TRUE(once(board, "  b: {profile: " + profile + ", channel: bus}\n", 75).empty()) << profile;
  }
}

}  // namespace
}  // namespace busbar::test
