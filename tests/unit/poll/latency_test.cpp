// Response times: the percentiles of the recent exchanges.
#include "poll/latency.hpp"

#include <gtest/gtest.h>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;

TEST(LatencyWindow, IsEmptyBeforeTheFirstAnswer) {
  const auto summary = LatencyWindow{}.summary();
  EXPECT_EQ(summary.count, 0U);
  EXPECT_EQ(summary.max, 0);
}

TEST(LatencyWindow, OfOneAnswerIsThatAnswer) {
  LatencyWindow window;
  window.add(21500us);
  const auto summary = window.summary();
  EXPECT_FLOAT_EQ(static_cast<float>(summary.p50), 21.5F) << "in milliseconds";
  EXPECT_EQ(summary.p50, summary.p99);
  EXPECT_EQ(summary.p99, summary.max);
}

TEST(LatencyWindow, RanksWhateverTheOrder) {
  LatencyWindow window;
  for (int i = 100; i >= 1; --i) window.add(std::chrono::milliseconds{i});
  const auto summary = window.summary();
  EXPECT_EQ(summary.p50, 50);
  EXPECT_EQ(summary.p99, 99);
  EXPECT_EQ(summary.max, 100);
  EXPECT_EQ(summary.count, 100U);
}

TEST(LatencyWindow, ForgetsWhatIsLongAgoButCountsIt) {
  LatencyWindow window;
  window.add(10s);
  for (int i = 0; i < 128; ++i) window.add(20ms);
  EXPECT_EQ(window.summary().max, 20) << "one slow answer of yesterday is no news";
  EXPECT_EQ(window.summary().count, 129U);
}

TEST(LatencyWindow, KnowsWithoutSortingWhetherThePercentileIsBeyondABound) {
  LatencyWindow window;
  EXPECT_FALSE(window.p99_beyond(0)) << "nothing has come";
  for (int i = 0; i < 300; ++i) {
    window.add(std::chrono::milliseconds{(i * 37) % 101});
    const double p99 = window.summary().p99;
    EXPECT_FALSE(window.p99_beyond(p99)) << i;
    if (p99 > 0) {
      EXPECT_TRUE(window.p99_beyond(p99 - 0.5)) << i;
    }
  }
}

}  // namespace
}  // namespace busbar::poll
