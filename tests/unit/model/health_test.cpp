// The words sinks show for a state, and how lateness is sorted: each bound belongs to the bucket it closes.
#include "model/health.hpp"

#include <gtest/gtest.h>

namespace busbar {
namespace {

using namespace std::chrono_literals;

TEST(Health, StatesHaveTheWordsSinksShow) {
  EXPECT_EQ(to_string(Availability::unknown), "unknown");
  EXPECT_EQ(to_string(Availability::online), "online");
  EXPECT_EQ(to_string(Availability::offline), "offline");
  EXPECT_EQ(to_string(Breaker::closed), "closed");
  EXPECT_EQ(to_string(Breaker::open), "open");
  EXPECT_EQ(to_string(Breaker::half_open), "half_open");
}

TEST(Lateness, ABoundIsInTheBucketItClosesAndWhatIsBeyondTheLastInOneMore) {
  Lateness lateness;
  lateness.add(1ms);
  lateness.add(1001us);
  lateness.add(10s);
  lateness.add(11s);
  EXPECT_EQ(lateness.counts.front(), 1U);
  EXPECT_EQ(lateness.counts[1], 1U);
  EXPECT_EQ(lateness.counts[Lateness::bounds.size() - 1], 1U);
  EXPECT_EQ(lateness.counts.back(), 1U);
  EXPECT_NEAR(lateness.sum, 21.002001, 1e-9);
}

TEST(Lateness, APollBeforeItsTickIsNotLateAndTakesNothingFromTheSum) {
  Lateness lateness;
  lateness.add(-5s);
  EXPECT_EQ(lateness.counts.front(), 1U);
  EXPECT_EQ(lateness.sum, 0);
}

TEST(Lateness, OfSeveralDevicesAddsUpBucketByBucket) {
  Lateness one;
  one.add(1ms);
  one.add(3ms);
  Lateness other;
  other.add(4ms);
  one += other;
  EXPECT_EQ(one.counts[0], 1U);
  EXPECT_EQ(one.counts[2], 2U);
  EXPECT_NEAR(one.sum, 0.008, 1e-9);
}

}  // namespace
}  // namespace busbar
