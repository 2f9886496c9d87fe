// Late, doubled and unasked frames are never taken for the answer that is waited for.
#include "unit/channel/channel_fixture.hpp"

namespace busbar::channel::test {
namespace {

class ChannelLate : public ChannelFixture {};

TEST_F(ChannelLate, ALateAnswerIsCountedNotTaken) {
  EXPECT_FALSE(exchange(request(orion::read_voltages)));
  far_.on_request = [this](const Bytes& asked) {
    far_.deliver(glue(frame(orion::read_voltages, {9, 9, 9}), answer_to(asked, {1, 2, 3})));
  };
  const auto reply = exchange(request(orion::read_status));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->payload, (Bytes{1, 2, 3}));
  EXPECT_EQ(channel_->health().late_frames, 1u);
}

TEST_F(ChannelLate, ALateAnswerOfAnotherUnitIsNotTakenForThisOnes) {
  EXPECT_FALSE(exchange(request(orion::read_status, 1, "one")));
  far_.on_request = [this](const Bytes&) { far_.deliver(frame(orion::read_status, {9, 9, 9}, 1)); };
  EXPECT_FALSE(exchange(request(orion::read_status, 2, "two")));
  EXPECT_EQ(channel_->health().late_frames, 1u);
}

TEST_F(ChannelLate, ALateAnswerBetweenRequestsIsGoneBeforeTheNext) {
  EXPECT_FALSE(exchange(request(orion::read_status)));
  far_.deliver(frame(orion::read_status, {9, 9, 9}));
  run_until([this] { return channel_->health().late_frames == 1; });
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked, {1, 2, 3})); };
  EXPECT_EQ(exchange(request(orion::read_status))->payload, (Bytes{1, 2, 3}));
}

TEST_F(ChannelLate, ADoubledAnswerIsNotTakenForTheNext) {
  far_.on_request = [this](const Bytes& asked) {
    far_.deliver(glue(answer_to(asked, {1}), answer_to(asked, {1})));
  };
  EXPECT_TRUE(exchange(request(orion::read_status)));
  EXPECT_TRUE(exchange(request(orion::read_capacity)));
  EXPECT_EQ(channel_->health().foreign_frames, 2u);
}

TEST_F(ChannelLate, TenThousandMixedRequestsNeverGetAnothersAnswer) {
  // The far side answers with its own address and command as data, but every third answer comes with the next
  // one.
  Bytes held;
  int count = 0;
  far_.on_request = [&](const Bytes& asked) {
    const Bytes answer = answer_to(asked, {asked[2], asked[5]});
    if (++count % 3 == 0) {
      held = answer;
      return;
    }
    far_.deliver(glue(std::exchange(held, {}), answer));
  };
  Options options = quick_options();
  options.spacing = options.settle = 0ms;
  options.timeout = 1ms;
  make(options);
  constexpr std::array commands{orion::read_voltages, orion::read_status, orion::read_capacity};
  std::size_t good = 0;
  for (std::uint32_t n = 0; n < 500; ++n) {
    const std::uint32_t address = 1 + n % 7;
    const std::uint16_t command = commands[n % 3];
    const auto reply = exchange(request(command, address));
    if (!reply) continue;
    ++good;
    ASSERT_EQ(reply->payload, (Bytes{static_cast<std::uint8_t>(address), static_cast<std::uint8_t>(command)}))
        << n;
  }
  EXPECT_GT(good, 300u);
}

TEST_F(ChannelLate, AnUnfinishedRestIsDroppedBeforeTheNextRequest) {
  far_.on_request = [this](const Bytes& asked) {
    far_.deliver(glue(answer_to(asked), *from_hex("ea d1 01 40")));
  };
  EXPECT_TRUE(exchange(request(orion::read_status)));
  EXPECT_TRUE(exchange(request(orion::read_status)));
  EXPECT_EQ(channel_->health().bytes_skipped, 4u);
}

}  // namespace
}  // namespace busbar::channel::test
