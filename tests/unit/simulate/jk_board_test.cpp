// A simulated JK board answers as its codec expects, in every variant.
#include "simulate/jk_board.hpp"

#include <busbar/protocol/jk.hpp>

#include <gtest/gtest.h>

namespace busbar::simulate {
namespace {

namespace jk = protocol::jk;
using namespace std::chrono_literals;
using Variant = JkOptions::Variant;

/// The payload of the only answer to `command`.
Bytes ask(JkModel& model, std::uint32_t command) {
  protocol::Query query;
  query.command = command;
  const protocol::Codec& codec = model.requests();
  const Bytes request = codec.build(query).value();
  const auto frames = model.respond(protocol::parse_frame(codec, request).value(), 3s);
  EXPECT_EQ(frames.size(), 1U);
  const auto frame = protocol::parse_frame(codec, frames.at(0)).value();
  EXPECT_TRUE(codec.answers(query, frame));
  return {frame.payload.begin(), frame.payload.end()};
}

TEST(JkModelTest, SendsTagsForEveryCell) {
  JkModel model{{.cells = 8}};
  const Bytes data = ask(model, jk::read_all);
  EXPECT_EQ(data[0], 0x79);
  EXPECT_EQ(data[1], 24);
  EXPECT_EQ(data[26], 0x80);
}

TEST(JkModelTest, SendsRecordsOfBothLayouts) {
  for (const auto& [variant, pack_at] : {std::pair{Variant::record_24, 112U}, {Variant::record_32, 144U}}) {
    JkModel model{{.cells = 16, .variant = variant}};
    const Bytes data = ask(model, jk::read_cells);
    ASSERT_EQ(data.size(), 293U);
    unsigned sum = 0;
    for (std::size_t i = 0; i < 16; ++i) sum += data[2 * i] | data[2 * i + 1] << 8U;
    EXPECT_EQ(sum, data[pack_at] | data[pack_at + 1] << 8U);
    EXPECT_EQ(ask(model, jk::read_device)[0], 'B');
  }
}

TEST(JkModelTest, AnswersNobodyElse) {
  JkModel model{{}};
  const Bytes answer = jk::encode_terminal(0, Bytes{0}).value();
  EXPECT_TRUE(model.respond(protocol::parse_frame(model.requests(), answer).value(), 1s).empty());
}

TEST(JkModelTest, ForgedFramesAreWhatTheySeem) {
  JkModel model{{}};
  const Bytes frame = jk::encode_terminal(0, Bytes{0x85, 50}).value();
  const Bytes other = model.forger().other_address(frame);
  EXPECT_EQ(protocol::parse_frame(model.requests(), other).value().address, 1U);
  EXPECT_TRUE(protocol::parse_frame(model.requests(), model.forger().bad_checksum(frame)).has_error());
}

TEST(JkOptionsCheck, NamesWhatIsOutOfBounds) {
  EXPECT_TRUE(check(JkOptions{.cells = 32}).has_value());
  EXPECT_TRUE(check(JkOptions{.cells = 25, .variant = Variant::record_24}).has_error());
  EXPECT_TRUE(check(JkOptions{.cells = 0}).has_error());
}

}  // namespace
}  // namespace busbar::simulate
