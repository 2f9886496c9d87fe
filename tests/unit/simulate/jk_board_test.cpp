// A simulated JK board answers as its codec expects, in every variant.
#include "simulate/jk_board.hpp"

#include <busbar/protocol/jk.hpp>

#include <gtest/gtest.h>

#include <algorithm>

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

TEST(JkModelTest, SwitchesItsMosAndNothingElse) {
  JkModel model{{.cells = 4}};
  const auto& codec = model.requests();
  const auto set = [&](std::uint8_t tag, std::uint8_t value) {
    protocol::Query write{.name = "w", .command = jk::write_tag, .data = {tag, value}, .write = true};
    return model.respond(protocol::parse_frame(codec, codec.build(write).value()).value(), 1s).size();
  };
  const auto state = [&] {
    const Bytes data = ask(model, jk::read_all);
    const auto at = std::ranges::search(data, Bytes{0x8C, 0x00}).begin();
    return at == data.end() ? -1 : int{at[2]};
  };
  EXPECT_EQ(state(), 3);
  EXPECT_EQ(set(0xAB, 0), 1U);
  EXPECT_EQ(state(), 2);
  EXPECT_EQ(set(0xAC, 0), 1U);
  EXPECT_EQ(state(), 0);
  EXPECT_EQ(set(0xB2, 1), 0U);
}

TEST(JkModelTest, BoardsOnABusAnswerForThemselves) {
  JkModel model{{.cells = 8, .variant = Variant::bus, .count = 2}};
  const auto& codec = model.requests();
  const auto trigger = [&](std::uint32_t address, std::uint32_t command) {
    const protocol::Query query{.name = "q", .address = address, .command = command};
    return model.respond(protocol::parse_frame(codec, codec.build(query).value()).value(), 3s);
  };
  const auto first = trigger(1, jk::trigger_cells);
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(protocol::parse_frame(codec, first[2]).value().address, 1U);
  EXPECT_NE(first[0], trigger(2, jk::trigger_cells)[0]);
  EXPECT_EQ(protocol::parse_frame(codec, trigger(2, jk::trigger_settings)[0]).value().command,
            jk::trigger_settings);
  EXPECT_TRUE(trigger(3, jk::trigger_cells).empty());
  const auto forger = model.forger();
  EXPECT_EQ(protocol::parse_frame(codec, forger.other_address(first[2])).value().address, 2U);
  EXPECT_EQ(protocol::parse_frame(codec, forger.other_address(first[0])).value().command, 0x109U);
  EXPECT_FALSE(check(JkOptions{.count = 2}));
  EXPECT_FALSE(check(JkOptions{.variant = Variant::bus, .count = 16}));
}

}  // namespace
}  // namespace busbar::simulate
