// So many a minute, and never more, however they come.
#include "poll/rate_limit.hpp"

#include <gtest/gtest.h>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;

constexpr Steady t0 = Steady{} + 1h;

int taken(RateLimit& limit, Steady now, int attempts) {
  int count = 0;
  for (int i = 0; i < attempts; ++i) count += limit.take(now) ? 1 : 0;
  return count;
}

TEST(RateLimit, AsManyAtOnceAsAMinuteAllows) {
  RateLimit limit{6};
  EXPECT_EQ(taken(limit, t0, 100), 6);
  EXPECT_EQ(limit.wait(t0), 10s);
}

TEST(RateLimit, TheyComeBackOneByOne) {
  RateLimit limit{6};
  (void)taken(limit, t0, 6);
  EXPECT_FALSE(limit.take(t0 + 9s));
  EXPECT_EQ(limit.wait(t0 + 9s), 1s);
  EXPECT_EQ(limit.wait(t0 + 10s), 0s);
  EXPECT_EQ(taken(limit, t0 + 10s, 9), 1);
  EXPECT_EQ(taken(limit, t0 + 30s, 9), 2);
}

TEST(RateLimit, ALongPauseSavesUpNoMore) {
  RateLimit limit{6};
  (void)taken(limit, t0, 6);
  EXPECT_EQ(taken(limit, t0 + 24h, 100), 6);
}

TEST(RateLimit, RefusalsCostNothing) {
  RateLimit limit{6};
  (void)taken(limit, t0, 6);
  for (auto now = t0; now < t0 + 10s; now += 100ms) EXPECT_FALSE(limit.take(now));
  EXPECT_TRUE(limit.take(t0 + 10s));
}

TEST(RateLimit, NeverMoreInAnyMinuteThanTwiceTheNumber) {
  RateLimit limit{6};
  int in_a_minute = 0;
  for (auto now = t0; now < t0 + 60s; now += 10ms) in_a_minute += limit.take(now) ? 1 : 0;
  EXPECT_LE(in_a_minute, 12);
  EXPECT_GE(in_a_minute, 11);
}

TEST(RateLimit, ATimeBeforeTheLastGivesNothing) {
  RateLimit limit{1};
  EXPECT_TRUE(limit.take(t0));
  EXPECT_FALSE(limit.take(t0 - 1h));
  EXPECT_FALSE(limit.take(t0 + 59s));
  EXPECT_TRUE(limit.take(t0 + 60s));
}

}  // namespace
}  // namespace busbar::poll
