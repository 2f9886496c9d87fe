// Simulated Daly boards over TCP, read by the daemon once: the right values, also through faults, and none
// through those that cannot be seen through.
#include "support/family_once.hpp"

namespace busbar::test {
namespace {

std::string boards(unsigned count) {
  std::string devices;
  for (unsigned i = 1; i <= count; ++i) {
    const std::string number = std::to_string(i);
    devices.append("  b").append(number).append(": {profile: daly, channel: bus, address: ");
    devices.append(number).append("}\n");
  }
  return devices;
}

using DalyOnce = FamilyOnce;

TEST_F(DalyOnce, GivesCellsThatAddUpToThePack) {
  const Simulator board{BUSBAR_BINARY, {.family = "daly", .cells = 16, .variant = "all-frames"}};
  const auto readings = once(board, boards(1)).at("b1");
  double sum = 0;
  for (const auto& [key, value] : readings.at("cells").items())
    if (key.starts_with("cell_") && key.ends_with("_voltage")) sum += value.get<double>();
  EXPECT_NEAR(sum, readings.at("pack").at("pack_voltage").get<double>(), 0.2);
  EXPECT_TRUE(readings.at("cells").contains("cell_16_voltage"));
  EXPECT_FALSE(readings.at("cells").contains("cell_17_voltage"));
  EXPECT_EQ(readings.at("status").at("cell_count"), 16);
  EXPECT_EQ(readings.at("failures").at("cell_overvoltage"), false);
  EXPECT_NEAR(readings.at("temperatures").at("temperature_1").get<double>(), 22, 6);
}

TEST_F(DalyOnce, KeepsSeveralBoardsOfOneAdapterApart) {
  const Simulator three{BUSBAR_BINARY, {.family = "daly", .count = 3, .cells = 8}};
  const auto reports = once(three, boards(3));
  ASSERT_EQ(reports.size(), 3U);
  for (const auto& [name, queries] : reports.items()) EXPECT_EQ(queries.size(), 8U) << name;
  EXPECT_NE(reports.at("b1").at("switches"), reports.at("b2").at("switches"));
}

TEST_F(DalyOnce, SeesThroughNoise) {
  const Simulator board{BUSBAR_BINARY, {.family = "daly", .cells = 8, .faults = {"garbage", "dribble:1ms"}}};
  EXPECT_EQ(once(board, boards(1)).at("b1").size(), 8U);
}

TEST_F(DalyOnce, GivesNothingOfDamagedFrames) {
  for (const auto* fault : {"wrong_checksum", "wrong_address"}) {
    const Simulator board{BUSBAR_BINARY, {.family = "daly", .cells = 8, .faults = {fault}}};
    EXPECT_TRUE(once(board, boards(1), 75).empty()) << fault;
  }
}

TEST_F(DalyOnce, ReadsRegistersOfSeveralBoards) {
  const Simulator boards{BUSBAR_BINARY, {.family = "daly", .count = 2, .cells = 8, .variant = "registers"}};
  const auto reports = once(boards,
                            "  b1: {profile: daly_registers, channel: bus, address: 1}\n"
                            "  b2: {profile: daly_registers, channel: bus, address: 2}\n");
  ASSERT_EQ(reports.size(), 2U);
  const auto& cells = reports.at("b1").at("cells");
  EXPECT_EQ(cells.at("cell_count"), 8);
  EXPECT_TRUE(cells.contains("cell_08_voltage"));
  EXPECT_FALSE(cells.contains("cell_09_voltage"));
  EXPECT_NEAR(cells.at("pack_voltage").get<double>(), 8 * cells.at("cell_voltage_mean").get<double>(), 0.2);
  EXPECT_NE(reports.at("b1").at("cells"), reports.at("b2").at("cells"));
  EXPECT_EQ(reports.at("b2").at("status").at("charge_mos"), true);
}

TEST_F(DalyOnce, ReadsTheOnlyBoardWhateverItsNumberThroughNoise) {
  const Simulator board{
      BUSBAR_BINARY,
      {.family = "daly", .cells = 16, .faults = {"at_noise", "dribble:1ms"}, .variant = "registers"}};
  const auto status = once(board, "  d: {profile: daly_d2, channel: bus}\n").at("d").at("status");
  EXPECT_TRUE(status.contains("cell_16_voltage"));
  EXPECT_EQ(status.at("cell_overvoltage"), false);
}

TEST_F(DalyOnce, GivesNothingOfDamagedRegisters) {
  for (const auto* fault : {"wrong_checksum", "wrong_address", "truncated"}) {
    const Simulator board{BUSBAR_BINARY, {.family = "daly", .faults = {fault}, .variant = "registers"}};
    EXPECT_TRUE(once(board, "  d: {profile: daly_d2, channel: bus}\n", 75).empty()) << fault;
  }
}

}  // namespace
}  // namespace busbar::test
