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

TEST_F(JkOnce, ReadsSeveralBoardsOfOneBus) {
  const Simulator bus{
      BUSBAR_BINARY,
      {.family = "jk", .count = 2, .cells = 16, .faults = {"garbage@0.3", "echo"}, .variant = "pb"}};
  const auto reports = once(bus,
                            "  b1: {profile: jk_pb, channel: bus, address: 1}\n"
                            "  b2: {profile: jk_pb, channel: bus, address: 2}\n");
  ASSERT_EQ(reports.size(), 2U);
  for (const auto& [name, queries] : reports.items()) {
    const auto& cells = queries.at("cells");
    EXPECT_NEAR(sum_of_cells(cells), cells.at("pack_voltage").get<double>(), 0.001) << name;
    EXPECT_EQ(queries.at("settings").at("cell_overvoltage_limit"), 3.65) << name;
  }
  EXPECT_NE(reports.at("b1").at("cells"), reports.at("b2").at("cells"));
}

TEST_F(JkOnce, TakesNoRecordOfAnotherBoard) {
  for (const auto* fault : {"wrong_address", "wrong_checksum"}) {
    const Simulator bus{BUSBAR_BINARY, {.family = "jk", .faults = {fault}, .variant = "pb"}};
    EXPECT_TRUE(once(bus, "  b: {profile: jk_pb, channel: bus}\n", 75).empty()) << fault;
  }
}

}  // namespace
}  // namespace busbar::test
