// The channel and its link: connects, losses, stopping, callers that leave.
#include "unit/channel/channel_fixture.hpp"

#include <gmock/gmock.h>

namespace busbar::channel::test {
namespace {

using ::testing::HasSubstr;

class ChannelLink : public ChannelFixture {};

TEST_F(ChannelLink, TheFirstExchangeWaitsForTheConnect) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked)); };
  EXPECT_TRUE(exchange(request(orion::read_status)));
  EXPECT_EQ(channel_->health().connects, 1u);
}

TEST_F(ChannelLink, ARefusedConnectIsToldInTheWordsOfTheLink) {
  far_.on_open = [] { return Error{Errc::connect_failed, "cannot connect to tcp://gateway:26: refused"}; };
  const auto reply = exchange(request(orion::read_status));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::connect_failed);
  EXPECT_THAT(reply.error().detail, HasSubstr("gateway:26"));
  run_until([this] { return channel_->health().connect_failures >= 5; });
  EXPECT_FALSE(channel_->health().connected);
}

TEST_F(ChannelLink, WhyTheLinkDoesNotOpenIsKeptApart) {
  far_.on_open = [] { return Error{Errc::permission_denied, "may not open serial port /dev/ttyUSB0"}; };
  const auto reply = exchange(request(orion::read_status));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::permission_denied);
  EXPECT_THAT(reply.error().detail, HasSubstr("/dev/ttyUSB0"));
}

TEST_F(ChannelLink, WorksAgainAfterTheGatewayIsBack) {
  int refusals = 3;
  far_.on_open = [&]() -> std::optional<Error> {
    if (refusals-- > 0) return Error{Errc::connect_failed, "refused"};
    return std::nullopt;
  };
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked)); };
  start();
  run_until([this] { return channel_->health().connected; });
  EXPECT_TRUE(exchange(request(orion::read_status)));
}

TEST_F(ChannelLink, AResetAtEveryByteOfTheAnswerIsMendedByOneRetry) {
  Options options = quick_options();
  options.retries = 1;
  make(options);
  const Bytes answer = frame(orion::read_status);
  std::size_t length = 0;
  bool healthy = true;
  far_.on_request = [&](const Bytes&) {
    if (std::exchange(healthy, !healthy)) return far_.deliver(answer);
    far_.deliver(ByteView{answer}.first(length));
    far_.hang_up();
  };
  for (length = 0; length < answer.size(); ++length) {
    healthy = false;
    const auto reply = exchange(request(orion::read_status));
    ASSERT_TRUE(reply) << length << ": " << to_string(reply.error());
    EXPECT_EQ(reply->attempts, 2u);
    healthy = true;
  }
  EXPECT_EQ(channel_->health().connects, answer.size() + 1);
}

TEST_F(ChannelLink, AThousandResetsAreSurvived) {
  far_.on_request = [this](const Bytes&) { far_.hang_up(); };
  Options options = quick_options();
  options.reconnect_max = 1ms;
  make(options);
  for (int reset = 0; reset < 200; ++reset) {
    const auto reply = exchange(request(orion::read_status));
    ASSERT_FALSE(reply);
    ASSERT_EQ(reply.error().code, Errc::connection_closed);
  }
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked)); };
  EXPECT_TRUE(exchange(request(orion::read_status)));
  EXPECT_EQ(far_.closes, 200);
}

TEST_F(ChannelLink, AFailedWriteReopensTheStream) {
  far_.write_fault = Error{Errc::io_error, "write to script: not accepted within 5 ms"};
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked)); };
  const auto reply = exchange(request(orion::read_status));
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().detail, HasSubstr("not accepted"));
  EXPECT_TRUE(exchange(request(orion::read_status)));
  EXPECT_EQ(channel_->health().connects, 2u);
}

TEST_F(ChannelLink, StopClosesTheStreamOnceAndTellsEverybody) {
  std::array<std::optional<Result<Reply>>, 3> results;
  start();
  for (auto& result : results) tasks_.spawn("exchange", keep(request(orion::read_status), result));
  run_until([this] { return !far_.requests.empty(); });
  channel_->stop();
  run_until([&] { return std::ranges::all_of(results, [](const auto& r) { return r.has_value(); }); });
  for (const auto& result : results) EXPECT_EQ(result->error().code, Errc::cancelled);
  run_until([this] { return tasks_.size() == 0; });
  EXPECT_EQ(far_.closes, 1);
  EXPECT_FALSE(channel_->health().connected);
  EXPECT_EQ(exchange(request(orion::read_status)).error().code, Errc::cancelled);
}

TEST_F(ChannelLink, CancellingRunClosesTheStreamAndTellsEverybody) {
  std::optional<Result<Reply>> result;
  start();
  run_until([this] { return channel_->health().connected; });
  tasks_.cancel();
  run_until([this] { return tasks_.size() == 0; });
  EXPECT_EQ(far_.closes, 1);
  tasks_.spawn("exchange", keep(request(orion::read_status), result));
  run_until([&] { return result.has_value(); });
  EXPECT_EQ(result->error().code, Errc::cancelled);
}

TEST_F(ChannelLink, DestructionCompletesWhoWaits) {
  std::array<std::optional<Result<Reply>>, 3> results;
  for (auto& result : results) tasks_.spawn("exchange", keep(request(orion::read_status), result));
  io_.poll();
  channel_.reset();
  run_until([&] { return std::ranges::all_of(results, [](const auto& r) { return r.has_value(); }); });
  for (const auto& result : results) EXPECT_EQ(result->error().code, Errc::cancelled);
}

TEST_F(ChannelLink, ACancelledCallerFreesItsPlace) {
  Options options = quick_options();
  options.timeout = 500ms;
  make(options);
  start();
  async::TaskGroup callers{io_.get_executor(), {}};
  std::array<std::optional<Result<Reply>>, 3> results;
  for (auto& result : results) callers.spawn("caller", keep(request(orion::read_status), result));
  run_until([this] { return !far_.requests.empty() && channel_->health().queue_depth == 2; });
  callers.cancel();
  run_until([&] { return callers.size() == 0 && channel_->health().queue_depth == 0; });
  for (const auto& result : results) EXPECT_FALSE(result.has_value());
  // The one in flight keeps the line until its answer is there; then the next goes out.
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked)); };
  far_.deliver(frame(orion::read_status));
  EXPECT_TRUE(exchange(request(orion::read_capacity)));
  EXPECT_EQ(far_.requests.size(), 2u);
}

TEST_F(ChannelLink, ADeadDeviceIsRefusedWithoutUsingTheWire) {
  Options options = quick_options();
  options.timeout = 2ms;
  options.breaker_failures = 3;
  options.breaker_probe_min = 1h;
  options.breaker_probe_max = 1h;
  make(options);
  for (int poll = 0; poll < 3; ++poll)
    EXPECT_EQ(exchange(request(orion::read_status)).error().code, Errc::timeout);
  const auto refused = exchange(request(orion::read_status));
  EXPECT_EQ(refused.error().code, Errc::breaker_open);
  EXPECT_THAT(refused.error().detail, HasSubstr("pack did not answer 3 times; next try in"));
  EXPECT_EQ(far_.requests.size(), 3u);
  EXPECT_EQ(channel_->breaker("pack"), Breaker::open);
  EXPECT_EQ(channel_->breaker("other"), Breaker::closed);
}

TEST_F(ChannelLink, RetriesAreCountedAndNamed) {
  Options options = quick_options();
  options.timeout = 2ms;
  options.retries = 2;
  make(options);
  const auto reply = exchange(request(orion::read_status));
  EXPECT_EQ(reply.error().detail, "no answer within 2 ms (3 attempts)");
  EXPECT_EQ(channel_->health().retries, 2u);
  EXPECT_EQ(far_.requests.size(), 3u);
}

TEST_F(ChannelLink, AQueryMayHaveItsOwnTimeout) {
  Request wanted = request(orion::read_status);
  wanted.timeout = 3ms;
  EXPECT_EQ(exchange(wanted).error().detail, "no answer within 3 ms");
}

TEST_F(ChannelLink, CountsBytesAndBusyTime) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked, {1, 2, 3})); };
  EXPECT_TRUE(exchange(request(orion::read_status)));
  const ChannelHealth health = channel_->health();
  EXPECT_EQ(health.bytes_sent, 8u);
  EXPECT_EQ(health.bytes_received, 11u);
  EXPECT_EQ(health.frames, 1u);
  EXPECT_GT(health.busy.count(), 0);
  EXPECT_EQ(health.endpoint, "script:");
}

}  // namespace
}  // namespace busbar::channel::test
