// Single decisions of the policy: what follows from which event.
#include "channel/policy.hpp"

#include <gtest/gtest.h>

namespace busbar::channel {
namespace {

using namespace std::chrono_literals;
using Kind = Action::Kind;

constexpr Steady t0 = Steady{} + 1h;

class PolicyTest : public ::testing::Test {
 protected:
  PolicyTest() : policy_{options(), [] { return 0.0; }} {}

  static Options options() {
    Options options;
    options.spacing = 200ms;
    options.after_connect = 1000ms;
    options.settle = 500ms;
    options.timeout = 1000ms;
    options.retries = 1;
    options.retry_backoff = 600ms;
    options.max_queue = 4;
    options.silence_limit = 30s;
    return options;
  }

  Job job(JobId id, std::string device = "a", Priority priority = Priority::scheduled) {
    return {.id = id,
            .device = std::move(device),
            .address = 1,
            .priority = priority,
            .timeout = 1000ms,
            .spacing = 200ms};
  }

  Action step(Steady now, Event event = event::Tick{}) { return policy_.step(now, event); }

  /// An open link at t0 - 1 s, so that a request may go out at t0.
  void open_link() {
    ASSERT_EQ(step(t0 - 1s).kind, Kind::open);
    ASSERT_EQ(step(t0 - 1s, event::Opened{}).kind, Kind::wait);
  }
  void send(Steady now, Job queued) {
    const JobId id = queued.id;
    const Action action = step(now, event::Queued{std::move(queued)});
    ASSERT_EQ(action.kind, Kind::send);
    ASSERT_EQ(action.job, id);
    ASSERT_EQ(step(now, event::Sent{}).until, now + 1000ms);
  }
  /// One whole poll of `device` that gets no answer.
  void silent_poll(Steady& now, const std::string& device) {
    Action action = step(now, event::Queued{job(++polls_, device)});
    while (action.kind != Kind::finish) {
      if (action.kind == Kind::send) action = step(now, event::Sent{});
      if (action.kind == Kind::wait) action = step(now = action.until);
      if (action.kind == Kind::conclude) action = step(now, event::Failed{Errc::timeout});
    }
  }

  Policy policy_;
  JobId polls_ = 100;
};

TEST_F(PolicyTest, OpensAtOnceAndKeepsSilenceAfterConnect) {
  EXPECT_EQ(step(t0).kind, Kind::open);
  EXPECT_EQ(step(t0, event::Queued{job(1)}).kind, Kind::wait);
  const Action after = step(t0 + 50ms, event::Opened{});
  EXPECT_EQ(after.kind, Kind::wait);
  EXPECT_EQ(after.until, t0 + 1050ms);
  EXPECT_EQ(step(t0 + 1050ms).kind, Kind::send);
}

TEST_F(PolicyTest, AnswerFinishesTheJob) {
  open_link();
  send(t0, job(1));
  const Action done = step(t0 + 60ms, event::Answered{t0 + 60ms});
  EXPECT_EQ(done.kind, Kind::finish);
  EXPECT_EQ(done.job, 1u);
  EXPECT_FALSE(done.error);
  EXPECT_EQ(done.attempts, 1u);
}

TEST_F(PolicyTest, OneTotalDeadlineThenALastLook) {
  open_link();
  send(t0, job(1));
  EXPECT_EQ(step(t0 + 999ms).kind, Kind::wait);
  const Action action = step(t0 + 1000ms);
  EXPECT_EQ(action.kind, Kind::conclude);
  EXPECT_EQ(action.job, 1u);
  EXPECT_EQ(step(t0 + 1000ms, event::Answered{t0 + 998ms}).kind, Kind::finish);
}

TEST_F(PolicyTest, WhatMayNotBeRepeatedIsSentOnceWhateverHappens) {
  for (const Errc error : {Errc::timeout, Errc::bad_checksum, Errc::connection_closed}) {
    policy_ = Policy{options(), [] { return 0.0; }};
    open_link();
    Job write = job(1, "a", Priority::write);
    write.once = true;
    send(t0, std::move(write));
    (void)step(t0 + 1s);
    const Action given_up = step(t0 + 1s, event::Failed{error});
    EXPECT_EQ(given_up.kind, Kind::finish);
    EXPECT_EQ(given_up.error, error);
    EXPECT_EQ(given_up.attempts, 1u);
  }
}

TEST_F(PolicyTest, TransientErrorIsRetriedAfterABackoff) {
  open_link();
  send(t0, job(1));
  (void)step(t0 + 1s);
  EXPECT_EQ(step(t0 + 1s, event::Failed{Errc::bad_checksum}).until, t0 + 1600ms);
  EXPECT_EQ(step(t0 + 1600ms).kind, Kind::send);
  (void)step(t0 + 1600ms, event::Sent{});
  (void)step(t0 + 2600ms);
  const Action given_up = step(t0 + 2600ms, event::Failed{Errc::timeout});
  EXPECT_EQ(given_up.kind, Kind::finish);
  EXPECT_EQ(given_up.error, Errc::timeout);
  EXPECT_EQ(given_up.attempts, 2u);
  EXPECT_EQ(policy_.retries(), 1u);
}

TEST_F(PolicyTest, OthersGoFirstWhileARetryWaits) {
  open_link();
  send(t0, job(1, "a"));
  (void)step(t0 + 1s);
  (void)step(t0 + 1s, event::Failed{Errc::timeout});
  EXPECT_EQ(step(t0 + 1s, event::Queued{job(2, "b")}).until, t0 + 1500ms);  // settle
  const Action action = step(t0 + 1500ms);
  EXPECT_EQ(action.kind, Kind::send);
  EXPECT_EQ(action.job, 2u);
}

TEST_F(PolicyTest, RejectionIsNotRetriedAndProvesLife) {
  open_link();
  send(t0, job(1));
  const Action action = step(t0 + 50ms, event::Failed{Errc::rejected});
  EXPECT_EQ(action.kind, Kind::finish);
  EXPECT_EQ(action.error, Errc::rejected);
  EXPECT_FALSE(policy_.breaker("a")->suspect());
  EXPECT_EQ(step(t0 + 50ms, event::Queued{job(2)}).until, t0 + 250ms);  // spacing, not settle
}

TEST_F(PolicyTest, ASuspectDeviceGetsNoSecondAttempt) {
  open_link();
  Steady now = t0;
  for (unsigned poll = 1; poll <= 3; ++poll) {
    silent_poll(now, "a");
    EXPECT_EQ(policy_.retries(), poll) << "one lost answer or two make no suspect";
  }
  now += 10min;  // the breaker lets a probe through
  silent_poll(now, "a");
  EXPECT_EQ(policy_.retries(), 3u);
}

TEST_F(PolicyTest, AnOpenBreakerRefusesAtOnce) {
  open_link();
  Steady now = t0;
  for (int poll = 0; poll < 3; ++poll) silent_poll(now, "a");
  const Action refused = step(now, event::Queued{job(1)});
  EXPECT_EQ(refused.kind, Kind::finish);
  EXPECT_EQ(refused.error, Errc::breaker_open);
  EXPECT_EQ(refused.attempts, 0u);
  // The others are not concerned.
  EXPECT_EQ(step(now, event::Queued{job(2, "b")}).kind, Kind::wait);
}

TEST_F(PolicyTest, JobsQueuedBeforeTheBreakerOpenedAreRefusedAtTheirTurn) {
  open_link();
  Steady now = t0;
  for (int poll = 0; poll < 2; ++poll) silent_poll(now, "a");
  now += 1s;
  Job single = job(1);
  single.once = true;
  ASSERT_EQ(step(now, event::Queued{single}).kind, Kind::send);
  (void)step(now, event::Sent{});
  (void)step(now, event::Queued{job(2)});
  now += 1s;
  ASSERT_EQ(step(now).kind, Kind::conclude);
  EXPECT_EQ(step(now, event::Failed{Errc::timeout}).error, Errc::timeout);
  const Action refused = step(now);
  EXPECT_EQ(refused.kind, Kind::finish);
  EXPECT_EQ(refused.job, 2u);
  EXPECT_EQ(refused.error, Errc::breaker_open);
}

TEST_F(PolicyTest, AFullQueueRefuses) {
  (void)step(t0);
  for (JobId id = 1; id <= 4; ++id) EXPECT_EQ(step(t0, event::Queued{job(id)}).kind, Kind::wait);
  const Action refused = step(t0, event::Queued{job(5)});
  EXPECT_EQ(refused.job, 5u);
  EXPECT_EQ(refused.error, Errc::queue_full);
}

TEST_F(PolicyTest, WhoHasNoTurnInTimeIsCancelled) {
  (void)step(t0);
  Job mortal = job(1);
  mortal.deadline = t0 + 300ms;
  EXPECT_EQ(step(t0, event::Queued{mortal}).until, t0 + 300ms);
  const Action action = step(t0 + 300ms);
  EXPECT_EQ(action.kind, Kind::finish);
  EXPECT_EQ(action.error, Errc::cancelled);
}

TEST_F(PolicyTest, ARetryThatHasNoTurnInTimeReportsWhatItsAttemptGot) {
  open_link();
  Job mortal = job(1);
  mortal.deadline = t0 + 1800ms;
  send(t0, mortal);
  (void)step(t0 + 1s);
  (void)step(t0 + 1s, event::Failed{Errc::bad_checksum});
  (void)step(t0 + 1500ms, event::Queued{job(2, "b", Priority::write)});
  (void)step(t0 + 1500ms, event::Sent{});
  const Action action = step(t0 + 1800ms);
  EXPECT_EQ(action.job, 1u);
  EXPECT_EQ(action.error, Errc::bad_checksum);
  EXPECT_EQ(policy_.breaker("a")->failed(), 1u);
}

TEST_F(PolicyTest, NoRetryBeyondTheDeadline) {
  open_link();
  Job mortal = job(1);
  mortal.deadline = t0 + 1500ms;
  send(t0, mortal);
  (void)step(t0 + 1s);
  EXPECT_EQ(step(t0 + 1s, event::Failed{Errc::timeout}).kind, Kind::finish);
}

TEST_F(PolicyTest, ACallerThatLeavesTheQueueCostsNothing) {
  open_link();
  send(t0, job(1));
  (void)step(t0, event::Queued{job(2)});
  EXPECT_EQ(policy_.queued(), 1u);
  (void)step(t0, event::Dropped{2});
  EXPECT_EQ(policy_.queued(), 0u);
}

TEST_F(PolicyTest, ACallerThatLeavesInFlightStillBlocksTheLineButIsNotRetried) {
  open_link();
  send(t0, job(1));
  (void)step(t0 + 10ms, event::Dropped{1});
  EXPECT_EQ(step(t0 + 10ms, event::Queued{job(2)}).until, t0 + 1000ms);
  (void)step(t0 + 1s);
  (void)step(t0 + 1s, event::Failed{Errc::timeout});
  EXPECT_EQ(policy_.retries(), 0u);
}

TEST_F(PolicyTest, AHigherPriorityThatComesDuringTheSpacingGoesFirst) {
  open_link();
  send(t0, job(1));
  (void)step(t0 + 60ms, event::Answered{t0 + 60ms});
  EXPECT_EQ(step(t0 + 60ms, event::Queued{job(2, "b")}).until, t0 + 260ms);
  (void)step(t0 + 200ms, event::Queued{job(3, "c", Priority::write)});
  EXPECT_EQ(step(t0 + 260ms).job, 3u);
}

TEST_F(PolicyTest, ARequestMayAskForItsOwnSpacing) {
  open_link();
  send(t0, job(1));
  (void)step(t0 + 60ms, event::Answered{t0 + 60ms});
  Job patient = job(2);
  patient.spacing = 900ms;
  EXPECT_EQ(step(t0 + 60ms, event::Queued{patient}).until, t0 + 960ms);
}

}  // namespace
}  // namespace busbar::channel
