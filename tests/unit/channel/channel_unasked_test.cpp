// A product that speaks all the time and is asked in between: neither disturbs the other.
#include "unit/channel/channel_fixture.hpp"

#include <busbar/protocol/vedirect.hpp>

namespace busbar::channel::test {
namespace {

namespace vedirect = protocol::vedirect;
using vedirect::Hex;

class ChannelUnasked : public ChannelFixture {
 protected:
  ChannelUnasked() {
    channel_ = std::make_unique<Channel>(io_.get_executor(), quick_options(),
                                         std::make_unique<busbar::test::ScriptedLink>(far_),
                                         vedirect::make_codec().value());
  }
  static Request get(std::uint32_t register_id) {
    return {.device = "shunt",
            .query = {.name = "get", .command = vedirect::command_of(Hex::get, register_id)},
            .deadline = Steady::max()};
  }
  static Request listening(std::uint32_t command, milliseconds timeout = 5000ms) {
    return {.device = "shunt",
            .query = {.name = "listen " + std::to_string(command), .command = command},
            .listen = true,
            .deadline = Steady::max(),
            .timeout = timeout};
  }
  /// From now on somebody listens.
  void listen_to(std::uint32_t command) { EXPECT_FALSE(exchange(listening(command, 1ms))); }
  static Bytes half(bool first) {
    const Bytes block = vedirect::encode("\r\nPID\t0xA389\r\nV\t12800");
    const auto middle = block.begin() + 20;
    return first ? Bytes{block.begin(), middle} : Bytes{middle, block.end()};
  }
  static Bytes answer(Hex command, Bytes data) { return vedirect::encode_hex(command, data); }
};

TEST_F(ChannelUnasked, ABlockThatTheRequestFallsIntoIsNotLost) {
  far_.on_request = [this](const Bytes&) {
    far_.deliver(glue(answer(Hex::get, {0x00, 0x10, 0x00, 200, 0}), half(false)));
  };
  start();
  run_until([this] { return channel_->health().connected; });
  listen_to(vedirect::product_block);
  far_.deliver(half(true));
  run_until([this] { return channel_->health().bytes_received == 20; });
  EXPECT_EQ(exchange(get(0x1000))->payload, (Bytes{200, 0}));
  EXPECT_TRUE(exchange(listening(vedirect::product_block)));
  EXPECT_EQ(channel_->health().bytes_skipped, 0u);
}

TEST_F(ChannelUnasked, WhatComesUnaskedIsTakenForNoAnswer) {
  far_.on_request = [this](const Bytes&) {
    far_.deliver(answer(Hex::unasked, {0x00, 0x10, 0x00, 1, 0}));
    far_.deliver(answer(Hex::unasked, {0xDB, 0xED, 0x00, 0x75, 0x08}));
    far_.deliver(answer(Hex::get, {0x00, 0x10, 0x00, 200, 0}));
  };
  listen_to(vedirect::command_of(Hex::unasked, 0xEDDB));
  EXPECT_EQ(exchange(get(0x1000))->payload, (Bytes{200, 0}));
  EXPECT_EQ(exchange(listening(vedirect::command_of(Hex::unasked, 0xEDDB)))->payload, (Bytes{0x75, 0x08}));
  EXPECT_EQ(channel_->health().foreign_frames, 1u) << "the register nobody listens for is counted";
}

TEST_F(ChannelUnasked, TextInsteadOfAnAnswerIsAPlainTimeoutAndIsHeard) {
  far_.on_request = [this](const Bytes&) { far_.deliver(glue(half(true), half(false))); };
  listen_to(vedirect::product_block);
  const auto silent = exchange(get(0x1000));
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, Errc::timeout) << to_string(silent.error());
  EXPECT_TRUE(exchange(listening(vedirect::product_block)));
}

TEST_F(ChannelUnasked, ATimeoutInTheMiddleOfABlockDoesNotCostTheBlock) {
  far_.on_request = [this](const Bytes&) { far_.deliver(half(true)); };
  listen_to(vedirect::product_block);
  EXPECT_EQ(exchange(get(0x1000)).error().code, Errc::timeout) << "and no answer that broke off";
  far_.deliver(half(false));
  EXPECT_TRUE(exchange(listening(vedirect::product_block)));
}

TEST_F(ChannelUnasked, ARefusalIsAnErrorAndTheProductIsAlive) {
  far_.on_request = [this](const Bytes&) { far_.deliver(answer(Hex::get, {0x00, 0x10, 0x01})); };
  const auto refused = exchange(get(0x1000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::rejected);
  EXPECT_EQ(channel_->health().timeouts, 0u);
}

}  // namespace
}  // namespace busbar::channel::test
