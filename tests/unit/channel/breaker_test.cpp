// The ladder of a device's circuit breaker.
#include "channel/breaker.hpp"

#include <gtest/gtest.h>

namespace busbar::channel {
namespace {

using namespace std::chrono_literals;

constexpr Steady t0 = Steady{} + 1h;

CircuitBreaker opened(Steady at) {
  CircuitBreaker breaker{3, 10s, 300s};
  for (int poll = 0; poll < 3; ++poll) breaker.failed_at(at);
  return breaker;
}

TEST(CircuitBreaker, OpensAfterThatManyFailuresInARow) {
  CircuitBreaker breaker{3, 10s, 300s};
  breaker.failed_at(t0);
  breaker.failed_at(t0);
  EXPECT_EQ(breaker.state(), Breaker::closed);
  EXPECT_TRUE(breaker.allows(t0));
  breaker.failed_at(t0);
  EXPECT_EQ(breaker.state(), Breaker::open);
  EXPECT_FALSE(breaker.allows(t0 + 9999ms));
  EXPECT_TRUE(breaker.allows(t0 + 10s));
}

TEST(CircuitBreaker, ASuccessBetweenStartsTheCountAgain) {
  CircuitBreaker breaker{3, 10s, 300s};
  for (int round = 0; round < 10; ++round) {
    breaker.failed_at(t0);
    breaker.failed_at(t0);
    breaker.succeeded();
  }
  EXPECT_EQ(breaker.state(), Breaker::closed);
  EXPECT_FALSE(breaker.suspect());
}

TEST(CircuitBreaker, ProbesGetRarerUpToTheMaximum) {
  CircuitBreaker breaker = opened(t0);
  Steady now = t0;
  for (const auto delay : {10s, 20s, 40s, 80s, 160s, 300s, 300s, 300s}) {
    EXPECT_FALSE(breaker.allows(now + delay - 1ms)) << delay.count();
    now += delay;
    ASSERT_TRUE(breaker.allows(now));
    breaker.started();
    EXPECT_EQ(breaker.state(), Breaker::half_open);
    breaker.failed_at(now);
    EXPECT_EQ(breaker.state(), Breaker::open);
  }
}

TEST(CircuitBreaker, OneSuccessfulProbeClosesAndResetsTheLadder) {
  CircuitBreaker breaker = opened(t0);
  breaker.started();
  breaker.failed_at(t0 + 10s);
  breaker.started();
  breaker.succeeded();
  EXPECT_EQ(breaker.state(), Breaker::closed);
  for (int poll = 0; poll < 3; ++poll) breaker.failed_at(t0 + 1min);
  EXPECT_EQ(breaker.probe_at(), t0 + 1min + 10s);
}

TEST(CircuitBreaker, AnUndecidedProbeMayBeRepeatedAtOnce) {
  CircuitBreaker breaker = opened(t0);
  breaker.started();
  breaker.undecided();
  EXPECT_EQ(breaker.state(), Breaker::open);
  EXPECT_TRUE(breaker.allows(t0 + 10s));
}

TEST(CircuitBreaker, ExpediteAllowsAProbeButKeepsTheLadder) {
  CircuitBreaker breaker = opened(t0);
  breaker.expedite(t0 + 1s);
  ASSERT_TRUE(breaker.allows(t0 + 1s));
  breaker.started();
  breaker.failed_at(t0 + 1s);
  EXPECT_EQ(breaker.probe_at(), t0 + 1s + 20s);
}

TEST(CircuitBreaker, ExpediteNeverDelays) {
  CircuitBreaker breaker = opened(t0);
  breaker.expedite(t0 + 1h);
  EXPECT_EQ(breaker.probe_at(), t0 + 10s);
}

TEST(CircuitBreaker, ZeroFailuresMeansNoBreaker) {
  CircuitBreaker breaker{0, 10s, 300s};
  for (int poll = 0; poll < 1000; ++poll) breaker.failed_at(t0);
  EXPECT_EQ(breaker.state(), Breaker::closed);
  EXPECT_TRUE(breaker.suspect());
}

}  // namespace
}  // namespace busbar::channel
