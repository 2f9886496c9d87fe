// Devices that speak by themselves: the newest frame is kept, given once, and grows too old.
#include "unit/channel/channel_fixture.hpp"

namespace busbar::channel::test {
namespace {

class ChannelListen : public ChannelFixture {
 protected:
  static Request listening(std::uint16_t command = orion::read_status, milliseconds timeout = 5000ms) {
    Request wanted = request(command);
    wanted.query.name = "command " + std::to_string(command);
    wanted.listen = true;
    wanted.timeout = timeout;
    return wanted;
  }
  void connected() {
    start();
    run_until([this] { return channel_->health().connected; });
  }
};

TEST_F(ChannelListen, GivesWhatComesWithoutAsking) {
  connected();
  std::optional<Result<Reply>> heard;
  tasks_.spawn("listener", keep(listening(), heard));
  io_.poll();
  far_.deliver(frame(orion::read_capacity, {9}));
  far_.deliver(frame(orion::read_status, {1, 2, 3}));
  run_until([&] { return heard.has_value(); });
  EXPECT_EQ((*heard)->payload, (Bytes{1, 2, 3}));
  EXPECT_EQ(channel_->health().bytes_sent, 0u);
  EXPECT_EQ(channel_->health().foreign_frames, 1u) << "the frame nobody listens for";
}

TEST_F(ChannelListen, KeepsTheNewestAndGivesItOnce) {
  connected();
  EXPECT_FALSE(exchange(listening(orion::read_status, 1ms))) << "from now on somebody listens";
  for (std::uint8_t n = 1; n <= 3; ++n) far_.deliver(frame(orion::read_status, {n}));
  run_until([this] { return channel_->health().frames == 3; });
  EXPECT_EQ(exchange(listening())->payload, (Bytes{3}));
  EXPECT_EQ(exchange(listening(orion::read_status, 1ms)).error().code, Errc::timeout);
  EXPECT_EQ(channel_->health().foreign_frames, 0u);
}

TEST_F(ChannelListen, SilenceIsATimeoutThatSaysSo) {
  connected();
  const auto heard = exchange(listening(orion::read_status, 5ms));
  ASSERT_FALSE(heard);
  EXPECT_EQ(heard.error().code, Errc::timeout);
  EXPECT_NE(heard.error().detail.find("nothing was heard within 5 ms"), std::string::npos);
}

TEST_F(ChannelListen, DoesNotWaitForWhatComesNowAndThen) {
  connected();
  Request wanted = listening();
  wanted.wait = false;
  EXPECT_EQ(exchange(wanted).error().code, Errc::timeout);
  EXPECT_EQ(channel_->health().timeouts, 0u) << "that is no failure";
  far_.deliver(frame(orion::read_status, {5}));
  run_until([this] { return channel_->health().frames == 1; });
  EXPECT_EQ(exchange(wanted)->payload, (Bytes{5}));
}

TEST_F(ChannelListen, WorksBesidePolls) {
  far_.on_request = [this](const Bytes& asked) {
    far_.deliver(glue(frame(orion::read_capacity, {7}), answer_to(asked, {1})));
  };
  connected();
  EXPECT_FALSE(exchange(listening(orion::read_capacity, 1ms)));
  EXPECT_EQ(exchange(request(orion::read_status))->payload, (Bytes{1}));
  EXPECT_EQ(exchange(listening(orion::read_capacity))->payload, (Bytes{7}));
}

TEST_F(ChannelListen, EndsWithTheChannel) {
  connected();
  std::optional<Result<Reply>> heard;
  tasks_.spawn("listener", keep(listening(), heard));
  io_.poll();
  channel_->stop();
  run_until([&] { return heard.has_value(); });
  EXPECT_EQ(heard->error().code, Errc::cancelled);
}

}  // namespace
}  // namespace busbar::channel::test
