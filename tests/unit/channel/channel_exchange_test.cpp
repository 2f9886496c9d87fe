// Exchanges: what counts as the answer, and what the caller hears when there is none.
#include "unit/channel/channel_fixture.hpp"

#include <gmock/gmock.h>

namespace busbar::channel::test {
namespace {

using ::testing::HasSubstr;

class ChannelExchange : public ChannelFixture {};

TEST_F(ChannelExchange, PayloadOfTheAnswer) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked, {1, 2, 3})); };
  const auto reply = exchange(request(orion::read_status));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->payload, (Bytes{1, 2, 3}));
  EXPECT_EQ(reply->attempts, 1u);
  EXPECT_LE(reply->sent, reply->received);
  EXPECT_EQ(far_.requests, (std::vector<Bytes>{*from_hex("ea d1 01 04 ff 03 f8 f5")}));
}

TEST_F(ChannelExchange, AnswerInSingleBytes) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver_bytewise(answer_to(asked)); };
  EXPECT_TRUE(exchange(request(orion::read_status)));
}

TEST_F(ChannelExchange, AnswerCutAtEveryOffset) {
  const Bytes answer = frame(orion::read_status);
  std::size_t cut = 0;
  far_.on_request = [&](const Bytes&) {
    far_.deliver_pieces({Bytes(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(cut)),
                         Bytes(answer.begin() + static_cast<std::ptrdiff_t>(cut), answer.end())});
  };
  for (cut = 1; cut < answer.size(); ++cut) EXPECT_TRUE(exchange(request(orion::read_status))) << cut;
}

TEST_F(ChannelExchange, NoiseBeforeAndAfterTheAnswer) {
  far_.on_request = [this](const Bytes& asked) {
    far_.deliver(glue(*from_hex("00 ff 41 54 2b 53 54 41 54 0d 0a"), glue(answer_to(asked), {0, 0xff})));
  };
  for (int poll = 0; poll < 3; ++poll) EXPECT_TRUE(exchange(request(orion::read_status)));
  EXPECT_EQ(channel_->health().bytes_skipped, 3u * 13 - 0);
}

TEST_F(ChannelExchange, AnAnswerBehindAFalseStartIsFoundAtTheDeadline) {
  // ea d1 01 40: looks like a frame of 68 bytes that never comes.
  far_.on_request = [this](const Bytes& asked) {
    far_.deliver(glue(*from_hex("ea d1 01 40 ff 05"), answer_to(asked)));
  };
  const auto reply = exchange(request(orion::read_status));
  ASSERT_TRUE(reply) << to_string(reply.error());
  EXPECT_EQ(channel_->health().timeouts, 0u);
}

TEST_F(ChannelExchange, SilenceIsATimeoutInWords) {
  const auto reply = exchange(request(orion::read_status));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::timeout);
  EXPECT_EQ(reply.error().detail, "no answer within 20 ms");
  EXPECT_EQ(channel_->health().timeouts, 1u);
}

TEST_F(ChannelExchange, ADamagedAnswerSaysSoAndShowsTheBytes) {
  far_.on_request = [this](const Bytes& asked) {
    Bytes answer = answer_to(asked);
    answer[7] ^= 0x10;
    far_.deliver(answer);
  };
  const auto reply = exchange(request(orion::read_status));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::bad_checksum);
  EXPECT_EQ(reply.error().bytes.size(), frame(orion::read_status).size());
}

TEST_F(ChannelExchange, AGoodAnswerAfterADamagedOneStillCounts) {
  far_.on_request = [this](const Bytes& asked) {
    Bytes damaged = answer_to(asked);
    damaged[7] ^= 0x10;
    far_.deliver(glue(damaged, answer_to(asked)));
  };
  EXPECT_TRUE(exchange(request(orion::read_status)));
}

TEST_F(ChannelExchange, ABrokenOffAnswerSaysSo) {
  const Bytes answer = frame(orion::read_status);
  std::size_t length = 0;
  far_.on_request = [&](const Bytes&) { far_.deliver(ByteView{answer}.first(length)); };
  for (length = 1; length < answer.size(); ++length) {
    const auto reply = exchange(request(orion::read_status));
    ASSERT_FALSE(reply) << length;
    EXPECT_EQ(reply.error().code, Errc::truncated_frame) << length;
  }
}

TEST_F(ChannelExchange, AnotherAddressOrCommandIsNoAnswer) {
  far_.on_request = [this](const Bytes&) { far_.deliver(frame(orion::read_status, {1}, 2)); };
  EXPECT_EQ(exchange(request(orion::read_status)).error().code, Errc::wrong_address);
  far_.on_request = [this](const Bytes&) { far_.deliver(frame(orion::read_capacity, {1}, 1)); };
  EXPECT_EQ(exchange(request(orion::read_status)).error().code, Errc::wrong_command);
  EXPECT_EQ(channel_->health().foreign_frames, 2u);
}

TEST_F(ChannelExchange, TheEchoOfTheRequestIsSkipped) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver(glue(asked, answer_to(asked))); };
  EXPECT_TRUE(exchange(request(orion::read_status)));
  far_.on_request = [this](const Bytes& asked) { far_.deliver(asked); };
  EXPECT_EQ(exchange(request(orion::read_status)).error().code, Errc::timeout);
  EXPECT_EQ(channel_->health().bytes_skipped, 16u);
  EXPECT_EQ(channel_->health().foreign_frames, 0u);
}

TEST_F(ChannelExchange, AWriteIsAcknowledgedNotEchoed) {
  Request write = request(orion::forbid_discharge);
  write.query.write = true;
  far_.on_request = [this](const Bytes& asked) {
    far_.deliver(glue(asked, *from_hex("ea d1 01 04 ff ff 04 f5")));
  };
  EXPECT_TRUE(exchange(write));
  far_.on_request = [this](const Bytes& asked) { far_.deliver(asked); };
  EXPECT_EQ(exchange(write).error().code, Errc::timeout);
}

TEST_F(ChannelExchange, SeveralFramesAreOneAnswer) {
  Request wanted = request(orion::read_voltages);
  wanted.query.collect = protocol::Collect{.header = 3, .total_at = 2, .item = 2};
  far_.on_request = [this](const Bytes&) {
    far_.deliver(glue(frame(orion::read_voltages, {2, 1, 3, 0x0c, 0x01, 0x0c, 0x02}),
                      frame(orion::read_voltages, {1, 1, 3, 0x0c, 0x03})));
  };
  const auto reply = exchange(wanted);
  ASSERT_TRUE(reply) << to_string(reply.error());
  EXPECT_EQ(reply->payload, (Bytes{2, 1, 3, 0x0c, 0x01, 0x0c, 0x02, 0x0c, 0x03}));
}

TEST_F(ChannelExchange, AMissingFrameOfSeveralIsATimeout) {
  Request wanted = request(orion::read_voltages);
  wanted.query.collect = protocol::Collect{.header = 3, .total_at = 2, .item = 2};
  far_.on_request = [this](const Bytes&) {
    far_.deliver(frame(orion::read_voltages, {1, 1, 3, 0x0c, 0x01}));
  };
  const auto reply = exchange(wanted);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::timeout);
  EXPECT_THAT(reply.error().detail, HasSubstr("no further frame after 1"));
}

TEST_F(ChannelExchange, FramesThatContradictEachOtherAreAnError) {
  Request wanted = request(orion::read_voltages);
  wanted.query.collect = protocol::Collect{.header = 3, .total_at = 2, .item = 2};
  far_.on_request = [this](const Bytes&) {
    far_.deliver(glue(frame(orion::read_voltages, {1, 1, 3, 0x0c, 0x01}),
                      frame(orion::read_voltages, {1, 1, 4, 0x0c, 0x02})));
  };
  EXPECT_EQ(exchange(wanted).error().code, Errc::bad_value);
}

TEST_F(ChannelExchange, WhatTheProtocolCannotExpressIsRefusedBeforeTheWire) {
  EXPECT_EQ(exchange(request(0x1234)).error().code, Errc::unknown_query);
  EXPECT_EQ(exchange(request(0xFF13)).error().code, Errc::not_allowed);
  EXPECT_TRUE(far_.requests.empty());
}

TEST_F(ChannelExchange, OneRequestAtATime) {
  std::size_t outstanding = 0;
  far_.on_request = [&](const Bytes& asked) {
    EXPECT_EQ(++outstanding, 1u);
    far_.deliver(answer_to(asked));
    --outstanding;
  };
  std::vector<Request> wanted;
  for (std::uint32_t n = 0; n < 50; ++n)
    wanted.push_back(request(orion::read_status, 1 + n % 8, "pack" + std::to_string(n % 8)));
  for (const auto& reply : exchange_all(wanted)) EXPECT_TRUE(reply);
  EXPECT_EQ(far_.requests.size(), 50u);
}

TEST_F(ChannelExchange, AWriteUnderWayAtTheEndIsNotSaidToBeUnsent) {
  far_.on_request = [](const Bytes&) {};
  auto options = quick_options();
  options.timeout = 10s;
  make(std::move(options));
  auto write = request(orion::forbid_charge);
  write.query.write = true;
  std::optional<Result<Reply>> under_way;
  std::optional<Result<Reply>> waiting;
  start();
  tasks_.spawn("write", keep(write, under_way));
  tasks_.spawn("write", keep(write, waiting));
  run_until([this] { return !far_.requests.empty(); });
  channel_->stop();
  run_until([&] { return under_way && waiting; });
  EXPECT_EQ(under_way->error().code, Errc::connection_closed);
  EXPECT_EQ(waiting->error().code, Errc::cancelled);
}

}  // namespace
}  // namespace busbar::channel::test
