// Counters, hysteresis of availability, response times.
#include "poll/standing.hpp"

#include "poll/advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;

auto success(Standing& standing) { return standing.succeeded(UtcMillis{1s}, Steady{} + 1s, 60ms); }

TEST(Standing, OneAnswerMakesADeviceOnline) {
  Standing standing{3};
  EXPECT_EQ(standing.availability(), Availability::unknown);
  const auto change = success(standing);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->availability, Availability::online);
  EXPECT_FALSE(success(standing));
}

TEST(Standing, OfflineOnlyAfterThatManyFailuresInARow) {
  Standing standing{3};
  (void)success(standing);
  for (int round = 0; round < 100; ++round) {
    EXPECT_FALSE(standing.failed(Errc::timeout));
    EXPECT_FALSE(standing.failed(Errc::bad_checksum));
    EXPECT_FALSE(success(standing));
  }
  EXPECT_FALSE(standing.failed(Errc::timeout));
  EXPECT_FALSE(standing.failed(Errc::timeout));
  const auto change = standing.failed(Error{Errc::timeout, "no answer within 1000 ms"});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->availability, Availability::offline);
  EXPECT_EQ(change->reason, "timeout: no answer within 1000 ms");
  EXPECT_FALSE(standing.failed(Errc::timeout)) << "said once";
  EXPECT_TRUE(success(standing));
}

TEST(Standing, ADeviceThatNeverAnsweredBecomesOfflineToo) {
  Standing standing{1};
  EXPECT_TRUE(standing.failed(Errc::timeout));
}

TEST(Standing, RefusedPollsOfASilentDeviceCountTowardsOffline) {
  Standing standing{5};
  for (int n = 0; n < 3; ++n) EXPECT_FALSE(standing.failed(Errc::timeout));
  EXPECT_FALSE(standing.failed(Errc::breaker_open));
  EXPECT_TRUE(standing.failed(Errc::breaker_open));
  EXPECT_EQ(standing.health().polls_failed, 3u);
  EXPECT_EQ(standing.health().polls_discarded, 2u);
}

TEST(Standing, ABusyBusSaysNothingAboutTheDevice) {
  Standing standing{1};
  (void)success(standing);
  EXPECT_FALSE(standing.failed(Errc::cancelled));
  EXPECT_FALSE(standing.failed(Errc::queue_full));
  EXPECT_EQ(standing.health().polls_skipped, 2u);
  EXPECT_EQ(standing.availability(), Availability::online);
}

TEST(Standing, WhatADeviceDoesNotKnowSaysNothingAgainstIt) {
  Standing standing{2};
  (void)success(standing);
  for (int n = 0; n < 10; ++n) EXPECT_FALSE(standing.failed(Errc::rejected));
  EXPECT_EQ(standing.availability(), Availability::online);
  const DeviceHealth health = standing.health();
  EXPECT_EQ(health.polls_refused, 10u);
  EXPECT_EQ(health.polls_failed, 0u);
  EXPECT_EQ(health.errors.at(Errc::rejected), 10u);
}

TEST(Standing, ARefusalIsAnAnswerButNoReading) {
  Standing standing{2};
  EXPECT_FALSE(standing.failed(Errc::timeout));
  EXPECT_FALSE(standing.failed(Errc::rejected));
  EXPECT_FALSE(standing.failed(Errc::timeout)) << "not in a row";
  EXPECT_TRUE(standing.failed(Errc::timeout));
  EXPECT_FALSE(standing.failed(Errc::rejected)) << "nothing is read yet: it stays offline";
  EXPECT_EQ(standing.availability(), Availability::offline);
}

TEST(Standing, WritesAreCountedByVerdict) {
  Standing standing{2};
  standing.wrote(Verdict::accepted);
  standing.wrote(Verdict::refused);
  standing.wrote(Verdict::refused);
  const auto writes = standing.health().writes;
  EXPECT_EQ(writes[static_cast<std::size_t>(Verdict::accepted)], 1u);
  EXPECT_EQ(writes[static_cast<std::size_t>(Verdict::refused)], 2u);
  EXPECT_EQ(writes[static_cast<std::size_t>(Verdict::mismatch)], 0u);
}

TEST(Standing, RepeatsOfOneErrorAreCounted) {
  Standing standing{3};
  for (std::uint64_t n = 1; n <= 5; ++n) {
    (void)standing.failed(Errc::timeout);
    EXPECT_EQ(standing.repeats(), n);
  }
  (void)standing.failed(Errc::bad_checksum);
  EXPECT_EQ(standing.repeats(), 1u);
  const DeviceHealth health = standing.health();
  EXPECT_EQ(health.errors.at(Errc::timeout), 5u);
  EXPECT_EQ(health.errors.at(Errc::bad_checksum), 1u);
  EXPECT_EQ(health.last_error, "bad_checksum");
}

TEST(Standing, BecomesSlowOnceWhenAnswersComeCloseToTheTimeout) {
  Standing standing{3};
  for (int n = 0; n < 50; ++n) (void)standing.succeeded({}, {}, 850ms);
  EXPECT_TRUE(standing.became_slow(1000ms));
  EXPECT_FALSE(standing.became_slow(1000ms));
  for (int n = 0; n < 200; ++n) (void)standing.succeeded({}, {}, 100ms);
  EXPECT_FALSE(standing.became_slow(1000ms));
  for (int n = 0; n < 200; ++n) (void)standing.succeeded({}, {}, 900ms);
  EXPECT_TRUE(standing.became_slow(1000ms));
}

TEST(LatencyWindow, NearestRankOverTheRecentOnes) {
  LatencyWindow window;
  EXPECT_EQ(window.summary().count, 0u);
  for (int n = 1; n <= 100; ++n) window.add(std::chrono::milliseconds{n});
  const Latency latency = window.summary();
  EXPECT_DOUBLE_EQ(latency.p50, 50);
  EXPECT_DOUBLE_EQ(latency.p99, 99);
  EXPECT_DOUBLE_EQ(latency.max, 100);
  for (int n = 0; n < 128; ++n) window.add(7ms);
  EXPECT_DOUBLE_EQ(window.summary().max, 7);
  EXPECT_EQ(window.summary().count, 228u);
}

TEST(Advice, TellsWhatToDoAndHowOften) {
  const std::string text = explain(Error{Errc::timeout, "no answer within 1000 ms"}, 8);
  EXPECT_THAT(text, ::testing::StartsWith("timeout: no answer within 1000 ms; check power"));
  EXPECT_THAT(text, ::testing::EndsWith("(8 times)"));
  EXPECT_EQ(explain(Errc::rejected, 1), "rejected");
  // Each trouble of a link has a cure of its own.
  EXPECT_NE(advice(Errc::resolve_failed), advice(Errc::connect_failed));
  EXPECT_NE(advice(Errc::permission_denied), advice(Errc::connect_failed));
}

}  // namespace
}  // namespace busbar::poll
