// The silences before a request.
#include "channel/quiet.hpp"

#include <gtest/gtest.h>

namespace busbar::channel {
namespace {

using namespace std::chrono_literals;

constexpr Steady t0 = Steady{} + 1h;
constexpr Quiet::Pauses pauses{.after_connect = 1000ms, .on_unit_change = 50ms, .settle = 500ms};

TEST(Quiet, WaitsAfterConnect) {
  Quiet quiet{pauses};
  quiet.connected(t0);
  EXPECT_EQ(quiet.earliest(1, 200ms), t0 + 1000ms);
}

TEST(Quiet, SpacingCountsFromTheEndOfTheResponse) {
  Quiet quiet{pauses};
  quiet.response_ended(t0, 1);
  EXPECT_EQ(quiet.earliest(1, 200ms), t0 + 200ms);
  EXPECT_EQ(quiet.earliest(1, 0ms), t0);
}

TEST(Quiet, AnotherUnitWaitsLonger) {
  Quiet quiet{pauses};
  quiet.response_ended(t0, 1);
  EXPECT_EQ(quiet.earliest(2, 200ms), t0 + 250ms);
}

TEST(Quiet, SettlesAfterAnUnansweredRequest) {
  Quiet quiet{pauses};
  quiet.unanswered(t0, 1);
  EXPECT_EQ(quiet.earliest(1, 200ms), t0 + 500ms);
  EXPECT_EQ(quiet.earliest(1, 800ms), t0 + 800ms);
}

TEST(Quiet, ALateAnswerIsFollowedBySpacingToo) {
  Quiet quiet{pauses};
  quiet.unanswered(t0, 1);
  quiet.response_ended(t0 + 450ms, 1);
  EXPECT_EQ(quiet.earliest(1, 200ms), t0 + 650ms);
}

TEST(Quiet, ANewConnectionForgetsTheLine) {
  Quiet quiet{pauses};
  quiet.response_ended(t0, 1);
  quiet.connected(t0 + 1ms);
  EXPECT_EQ(quiet.earliest(2, 5000ms), t0 + 1001ms);
}

}  // namespace
}  // namespace busbar::channel
