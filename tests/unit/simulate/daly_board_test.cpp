// Simulated Daly boards answer as captured ones do, each in its own name.
#include "simulate/daly_board.hpp"

#include <busbar/protocol/daly.hpp>

#include <gtest/gtest.h>

namespace busbar::simulate {
namespace {

namespace daly = protocol::daly;
using namespace std::chrono_literals;

class DalyModelTest : public testing::Test {
 protected:
  std::vector<Bytes> ask(DalyModel& model, std::uint32_t command, std::uint32_t address = 1) {
    protocol::Query query;
    query.address = address;
    query.command = command;
    const Bytes request = codec->build(query).value();
    return model.respond(protocol::parse_frame(*codec, request).value(), 5s);
  }
  Bytes payload(DalyModel& model, std::uint32_t command) {
    const auto frames = ask(model, command);
    EXPECT_EQ(frames.size(), 1U);
    const auto frame = protocol::parse_frame(*codec, frames.at(0)).value();
    return {frame.payload.begin(), frame.payload.end()};
  }
  static unsigned u16(ByteView data, std::size_t at) {
    return static_cast<unsigned>(data[at] << 8 | data[at + 1]);
  }
  std::unique_ptr<protocol::Codec> codec = daly::make_codec().value();
};

TEST_F(DalyModelTest, EveryReadingIsPlausible) {
  DalyModel model{{.cells = 16, .probes = 3}};
  const Bytes pack = payload(model, daly::read_pack);
  EXPECT_NEAR(u16(pack, 0), 530, 20) << "decivolts of sixteen cells";
  EXPECT_NEAR(u16(pack, 4), 30000, 301);
  EXPECT_LE(u16(pack, 6), 1000U);
  const Bytes status = payload(model, daly::read_status);
  EXPECT_EQ(status[0], 16);
  EXPECT_EQ(status[1], 3);
  const Bytes extremes = payload(model, daly::read_extreme_cells);
  EXPECT_GE(u16(extremes, 0), u16(extremes, 3));
}

TEST_F(DalyModelTest, CellsComeThreeAFrame) {
  DalyModel model{{.cells = 16}};
  const auto frames = ask(model, daly::read_cells);
  ASSERT_EQ(frames.size(), 6U);
  for (std::size_t i = 0; i < frames.size(); ++i) EXPECT_EQ(frames[i][4], i + 1);
  EXPECT_EQ(u16(frames.back(), 7), 0U) << "the room of cell 17 is empty";
}

TEST_F(DalyModelTest, OlderBoardsSendAllFrames) {
  DalyModel model{{.cells = 8, .probes = 1, .all_frames = true}};
  EXPECT_EQ(ask(model, daly::read_cells).size(), 16U);
  EXPECT_EQ(ask(model, daly::read_temperatures).size(), 3U);
}

TEST_F(DalyModelTest, EachBoardAnswersInItsName) {
  DalyModel model{{.count = 3}};
  for (const std::uint32_t board : {1U, 2U, 3U}) {
    const auto frames = ask(model, daly::read_pack, board);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0][1], board);
  }
  EXPECT_TRUE(ask(model, daly::read_pack, 4).empty());
  EXPECT_EQ(ask(model, daly::read_pack, daly::bluetooth_master).at(0)[1], 1);
}

TEST_F(DalyModelTest, AnswersOfOtherBoardsAreNoRequests) {
  DalyModel model{{}};
  const Bytes answer = daly::encode(0x01, daly::read_pack).value();
  EXPECT_TRUE(model.respond(protocol::parse_frame(*codec, answer).value(), 1s).empty());
}

TEST_F(DalyModelTest, ForgedFramesAreWhatTheySeem) {
  DalyModel model{{}};
  const Bytes frame = ask(model, daly::read_pack).at(0);
  const auto other = model.forger().other_address(frame);
  EXPECT_EQ(protocol::parse_frame(*codec, other).value().address, 2U);
  EXPECT_EQ(protocol::parse_frame(*codec, model.forger().bad_checksum(frame)).error().code,
            Errc::bad_checksum);
}

TEST(DalyOptionsCheck, NamesWhatIsOutOfBounds) {
  EXPECT_TRUE(check(DalyOptions{}).has_value());
  EXPECT_TRUE(check(DalyOptions{.count = 17}).has_error());
  EXPECT_TRUE(check(DalyOptions{.cells = 49}).has_error());
  EXPECT_TRUE(check(DalyOptions{.probes = 0}).has_error());
}

TEST(BatteryTest, ReturnsWhatItTook) {
  Battery battery{1};
  double most = 0;
  double least = Battery::capacity;
  for (int second = 0; second < 600; ++second) {
    battery.advance(std::chrono::seconds{second});
    most = std::max(most, battery.remaining());
    least = std::min(least, battery.remaining());
    EXPECT_LE(std::abs(battery.current()), 30.0);
  }
  EXPECT_NEAR(least, 60, 0.1);
  EXPECT_NEAR(most, 61.6, 0.1);
}

}  // namespace
}  // namespace busbar::simulate
