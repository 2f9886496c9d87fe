// The policy when the link replays a recording: the wait for an answer ends when the recording says so.
#include "channel/policy.hpp"

#include <gtest/gtest.h>

namespace busbar::channel {
namespace {

using namespace std::chrono_literals;
using Kind = Action::Kind;

constexpr Steady t0 = Steady{} + 1h;

Policy sent(bool replayed) {
  Options options;
  options.after_connect = 0ms;
  options.retries = 0;
  options.replayed = replayed;
  Policy policy{options, [] { return 0.0; }};
  EXPECT_EQ(policy.step(t0, event::Tick{}).kind, Kind::open);
  (void)policy.step(t0, event::Opened{});
  const Job job{.id = 1, .device = "a", .address = 1, .timeout = 1000ms, .spacing = 0ms};
  EXPECT_EQ(policy.step(t0, event::Queued{job}).kind, Kind::send);
  (void)policy.step(t0, event::Sent{});
  return policy;
}

TEST(PolicyReplay, DoesNotLookAtTheClock) {
  Policy live = sent(false);
  EXPECT_EQ(live.step(t0 + 1001ms, event::Tick{}).kind, Kind::conclude);
  Policy replayed = sent(true);
  EXPECT_EQ(replayed.step(t0 + 24h, event::Tick{}).kind, Kind::wait);
}

TEST(PolicyReplay, ConcludesWhenTheRecordedWaitEnded) {
  Policy policy = sent(true);
  const Action action = policy.step(t0 + 1ms, event::Expired{});
  EXPECT_EQ(action.kind, Kind::conclude);
  EXPECT_EQ(action.job, 1u);
  EXPECT_EQ(policy.step(t0 + 1ms, event::Failed{Errc::timeout}).error, Errc::timeout);
}

TEST(PolicyReplay, AnEndOfTheWaitWithoutAWaitChangesNothing) {
  Policy policy = sent(true);
  EXPECT_EQ(policy.step(t0 + 1ms, event::Answered{t0}).kind, Kind::finish);
  EXPECT_EQ(policy.step(t0 + 1ms, event::Expired{}).kind, Kind::wait);
}

TEST(PolicyReplay, AnAnswerBeforeTheEndOfTheWaitCounts) {
  Policy policy = sent(true);
  const Action action = policy.step(t0 + 1h, event::Answered{t0 + 1h});
  EXPECT_EQ(action.kind, Kind::finish);
  EXPECT_FALSE(action.error);
  EXPECT_EQ(action.attempts, 1u);
}

}  // namespace
}  // namespace busbar::channel
