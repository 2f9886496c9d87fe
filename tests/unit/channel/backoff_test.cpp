// Growing delays stay inside their bounds whatever the random number says.
#include "channel/backoff.hpp"

#include <gtest/gtest.h>

namespace busbar::channel {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesFromMinToMax) {
  Backoff backoff{500ms, 60s};
  std::chrono::milliseconds expected = 500ms;
  for (int step = 0; step < 6; ++step) {
    EXPECT_EQ(backoff.next(0.0), expected);
    expected *= 2;
  }
}

TEST(Backoff, StaysBetweenMinAndMaxForever) {
  for (const double random : {0.0, 0.3, 0.999999}) {
    Backoff backoff{500ms, 60s};
    for (int step = 0; step < 10000; ++step) {
      const auto delay = backoff.next(random);
      EXPECT_GE(delay, 500ms);
      EXPECT_LE(delay, 60s);
    }
  }
}

TEST(Backoff, JitterSpreadsClientsAlsoAtTheLimit) {
  Backoff low{500ms, 60s};
  Backoff high{500ms, 60s};
  for (int step = 0; step < 50; ++step) EXPECT_LT(low.next(0.1), high.next(0.9)) << step;
}

TEST(Backoff, ResetStartsAgain) {
  Backoff backoff{500ms, 60s};
  for (int step = 0; step < 8; ++step) (void)backoff.next(0.5);
  backoff.reset();
  EXPECT_LT(backoff.next(0.5), 1s);
}

TEST(Backoff, MaxBelowMinMeansMin) {
  Backoff backoff{500ms, 1ms};
  EXPECT_EQ(backoff.next(0.9), 500ms);
  EXPECT_EQ(backoff.next(0.9), 500ms);
}

TEST(Backoff, ZeroIsTakenAsOneMillisecond) {
  Backoff backoff{0ms, 0ms};
  EXPECT_EQ(backoff.next(0.5), 1ms);
}

}  // namespace
}  // namespace busbar::channel
