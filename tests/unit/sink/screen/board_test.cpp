// The board: order of devices and queries, replacement, and the copies it keeps.
#include "sink/screen/board.hpp"

#include "unit/sink/support.hpp"

namespace busbar::sink::screen {
namespace {

Block block(std::string query, double soc) {
  return block_of(test::report("pack", std::move(query), {{&test::soc, soc}}));
}

TEST(BlockOf, CopiesWhatTheQuantitySays) {
  Block copied;
  {
    const Quantity passing = test::cell(3);
    copied = block_of(test::report("pack", "cells", {{&passing, 3.3015}}));
  }
  ASSERT_EQ(copied.rows.size(), 1U);
  EXPECT_EQ(copied.rows[0].key, "cell_03_voltage");
  EXPECT_EQ(copied.rows[0].name, "Cell 3 voltage");
  EXPECT_EQ(copied.rows[0].unit, "V");
  EXPECT_EQ(copied.rows[0].text, "3.301");
}

TEST(BlockOf, AnAlarmIsAProblemThatIsPresent) {
  const auto alarm_of = [](const Quantity& quantity, Value value) {
    return block_of(test::report("pack", "status", {{&quantity, std::move(value)}})).rows[0].alarm;
  };
  Quantity charging = test::alarm;
  charging.device_class.clear();
  EXPECT_TRUE(alarm_of(test::alarm, true));
  EXPECT_FALSE(alarm_of(test::alarm, false));
  EXPECT_FALSE(alarm_of(test::alarm, std::monostate{}));
  EXPECT_FALSE(alarm_of(charging, true));
}

TEST(Board, KeepsTheOrderOfTheConfigurationWhateverComesFirst) {
  Board board;
  board.describe(test::description("pack"));
  board.describe(test::description("shed"));
  board.store("shed", block("status", 1));
  board.store("pack", block("serial", 2));
  board.store("pack", block("status", 3));
  ASSERT_EQ(board.devices().size(), 2U);
  EXPECT_EQ(board.devices()[0].id, "pack");
  ASSERT_EQ(board.devices()[0].blocks.size(), 2U);
  EXPECT_EQ(board.devices()[0].blocks[0].query, "status");
  EXPECT_EQ(board.devices()[0].blocks[1].query, "serial");
}

TEST(Board, SaysWhetherABlockReplacedAnother) {
  Board board;
  EXPECT_TRUE(board.store("pack", block("status", 1)));
  EXPECT_FALSE(board.store("pack", block("status", 2)));
  EXPECT_TRUE(board.store("pack", block("cells", 3)));
  EXPECT_EQ(board.devices()[0].blocks[0].rows[0].text, "2");
}

TEST(Board, ForgetsAndDescribesAgain) {
  Board board;
  board.describe(test::description("pack"));
  board.store("pack", block("status", 1));
  board.describe(test::description("pack"));
  EXPECT_EQ(board.devices()[0].blocks[0].rows.size(), 1U);
  board.forget("pack");
  EXPECT_TRUE(board.devices().empty());
  EXPECT_EQ(board.heading("pack").id, "pack");
}

TEST(Board, TheModelIsMakerAndType) {
  Board board;
  DeviceDescription device = test::description("pack");
  board.describe(device);
  EXPECT_EQ(board.heading("pack").model, "GoldenMate Orion 1000");
  device.manufacturer.clear();
  board.describe(device);
  EXPECT_EQ(board.heading("pack").model, "Orion 1000");
}

}  // namespace
}  // namespace busbar::sink::screen
