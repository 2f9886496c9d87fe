// The policy and its link: reconnects, losses in flight, what happens to those who wait.
#include "channel/policy.hpp"

#include <gtest/gtest.h>

namespace busbar::channel {
namespace {

using namespace std::chrono_literals;
using Kind = Action::Kind;

constexpr Steady t0 = Steady{} + 1h;

class PolicyLink : public ::testing::Test {
 protected:
  PolicyLink() : policy_{options(), [] { return 0.0; }} {}

  static Options options() {
    Options options;
    options.after_connect = 0ms;
    options.reconnect_min = 500ms;
    options.reconnect_max = 60s;
    options.retry_backoff = 200ms;
    options.settle = 500ms;
    options.silence_limit = 30s;
    return options;
  }
  static Job job(JobId id, std::string device = "a") {
    return {.id = id, .device = std::move(device), .address = 1, .timeout = 1000ms, .spacing = 200ms};
  }
  Action step(Steady now, Event event = event::Tick{}) { return policy_.step(now, event); }
  void open(Steady now) {
    ASSERT_EQ(step(now).kind, Kind::open);
    (void)step(now, event::Opened{});
  }
  void send(Steady now, JobId id) {
    ASSERT_EQ(step(now, event::Queued{job(id)}).kind, Kind::send);
    (void)step(now, event::Sent{});
  }

  Policy policy_;
};

TEST_F(PolicyLink, ReconnectsWithGrowingDelays) {
  Steady now = t0;
  for (const auto delay : {500ms, 1000ms, 2000ms, 4000ms}) {
    ASSERT_EQ(step(now).kind, Kind::open);
    const Action wait = step(now, event::OpenFailed{});
    ASSERT_EQ(wait.kind, Kind::wait);
    ASSERT_EQ(wait.until, now + delay);
    now = wait.until;
  }
}

TEST_F(PolicyLink, NeverMoreThanOneOpenPerDelayInAThousandFailures) {
  Steady now = t0;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    ASSERT_EQ(step(now).kind, Kind::open);
    const Action wait = step(now, event::OpenFailed{});
    ASSERT_GE(wait.until - now, 500ms);
    ASSERT_LE(wait.until - now, 60s);
    now = wait.until;
  }
}

TEST_F(PolicyLink, AGatewayThatHangsUpAtOnceIsBackedOffToo) {
  Steady now = t0;
  Steady::duration last{};
  for (int attempt = 0; attempt < 5; ++attempt) {
    open(now);
    const Action wait = step(now, event::Lost{});
    EXPECT_GT(wait.until - now, last);
    last = wait.until - now;
    now = wait.until;
  }
}

TEST_F(PolicyLink, AnAnswerResetsTheReconnectDelay) {
  Steady now = t0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    (void)step(now);
    now = step(now, event::OpenFailed{}).until;
  }
  open(now);
  send(now, 1);
  (void)step(now, event::Answered{now});
  EXPECT_EQ(step(now, event::Lost{}).until, now + 500ms);
}

TEST_F(PolicyLink, TheFirstPollWaitsForTheFirstConnect) {
  EXPECT_EQ(step(t0).kind, Kind::open);
  EXPECT_EQ(step(t0, event::Queued{job(1)}).kind, Kind::wait);
  EXPECT_EQ(step(t0 + 4s, event::Opened{}).kind, Kind::send);
}

TEST_F(PolicyLink, WhoWaitsHearsOfAFailedConnectAndLaterOnesAreRefusedAtOnce) {
  (void)step(t0);
  (void)step(t0, event::Queued{job(1)});
  const Action told = step(t0 + 1s, event::OpenFailed{});
  EXPECT_EQ(told.kind, Kind::finish);
  EXPECT_EQ(told.error, Errc::connect_failed);
  const Action refused = step(t0 + 1100ms, event::Queued{job(2)});
  EXPECT_EQ(refused.kind, Kind::finish);
  EXPECT_EQ(refused.error, Errc::connect_failed);
}

TEST_F(PolicyLink, ALossInFlightIsRetriedAfterTheReconnect) {
  open(t0);
  send(t0, 1);
  const Action wait = step(t0 + 100ms, event::Lost{});
  ASSERT_EQ(wait.kind, Kind::wait);
  Action action = step(wait.until);
  while (action.kind == Kind::wait) action = step(action.until);
  ASSERT_EQ(action.kind, Kind::open);
  action = step(t0 + 700ms, event::Opened{});
  EXPECT_EQ(action.kind, Kind::send);
  EXPECT_EQ(action.job, 1u);
}

TEST_F(PolicyLink, ASecondLossIsReported) {
  open(t0);
  send(t0, 1);
  (void)step(t0, event::Lost{});
  (void)step(t0 + 500ms);
  ASSERT_EQ(step(t0 + 500ms, event::Opened{}).kind, Kind::send);
  (void)step(t0 + 500ms, event::Sent{});
  const Action told = step(t0 + 600ms, event::Lost{});
  EXPECT_EQ(told.kind, Kind::finish);
  EXPECT_EQ(told.error, Errc::connection_closed);
  EXPECT_EQ(told.attempts, 2u);
}

TEST_F(PolicyLink, LossesDoNotOpenABreaker) {
  Steady now = t0;
  for (JobId id = 1; id <= 20; ++id) {
    now += 2min;
    open(now);
    send(now, id);
    (void)step(now, event::Lost{});
    while (step(now, event::Tick{}).kind == Kind::finish) {
    }
    (void)step(now, event::Dropped{id});
  }
  EXPECT_EQ(policy_.breaker("a")->state(), Breaker::closed);
}

TEST_F(PolicyLink, AFailedWriteClosesTheStream) {
  open(t0);
  ASSERT_EQ(step(t0, event::Queued{job(1)}).kind, Kind::send);
  EXPECT_EQ(step(t0, event::Failed{Errc::connection_closed}).kind, Kind::reconnect);
  // Nothing is sent before the stream is open again.
  EXPECT_EQ(step(t0 + 300ms).kind, Kind::wait);
  EXPECT_EQ(step(t0 + 300ms, event::Lost{}).kind, Kind::wait);
}

TEST_F(PolicyLink, LastingSilenceOfEverybodyReopensTheLink) {
  open(t0);
  Steady now = t0;
  JobId id = 0;
  for (int poll = 0; poll < 100; ++poll) {
    Action action = step(now, event::Queued{job(++id, "unit" + std::to_string(id % 40))});
    while (action.kind == Kind::wait) action = step(now = action.until);
    if (action.kind == Kind::send) {
      (void)step(now, event::Sent{});
      now += 1s;
      ASSERT_EQ(step(now).kind, Kind::conclude);
      action = step(now, event::Failed{Errc::timeout});
      (void)step(now, event::Dropped{id});
    }
    if (action.kind == Kind::reconnect || step(now).kind == Kind::reconnect) {
      EXPECT_GE(now - t0, 30s);
      EXPECT_LE(now - t0, 33s);
      return;
    }
  }
  FAIL() << "never reopened";
}

TEST_F(PolicyLink, AnyByteKeepsTheLinkOpen) {
  open(t0);
  Steady now = t0;
  for (JobId id = 1; id <= 100; ++id) {
    Action action = step(now, event::Queued{job(id, "unit" + std::to_string(id))});
    while (action.kind == Kind::wait) action = step(now = action.until);
    ASSERT_EQ(action.kind, Kind::send);
    (void)step(now, event::Sent{});
    policy_.heard(now += 1s);
    ASSERT_EQ(step(now).kind, Kind::conclude);
    ASSERT_NE(step(now, event::Failed{Errc::bad_checksum}).kind, Kind::reconnect);
    (void)step(now, event::Dropped{id});
  }
}

TEST_F(PolicyLink, ANewConnectionProbesWhatWasSilentBehindTheOldOne) {
  open(t0);
  Steady now = t0;
  for (JobId id = 1; id <= 3; ++id) {
    Action action = step(now, event::Queued{job(id)});
    while (action.kind != Kind::finish) {
      if (action.kind == Kind::send) action = step(now, event::Sent{});
      if (action.kind == Kind::wait) action = step(now = action.until);
      if (action.kind == Kind::conclude) action = step(now, event::Failed{Errc::timeout});
    }
  }
  ASSERT_EQ(step(now, event::Queued{job(4)}).error, Errc::breaker_open);
  (void)step(now, event::Lost{});
  open(now + 1s);
  EXPECT_EQ(step(now + 1s, event::Queued{job(5)}).kind, Kind::send);
}

}  // namespace
}  // namespace busbar::channel
