// Fixed rate: no drift, no burst, skipped ticks counted.
#include "poll/schedule.hpp"

#include <gtest/gtest.h>

#include <random>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;

constexpr Steady t0 = Steady{} + 1h;

TEST(Schedule, TicksLieAtFirstPlusMultiplesOfThePeriodForever) {
  Schedule schedule;
  schedule.add(10s, t0);
  std::minstd_rand random{1};
  Steady now = t0;
  for (int n = 0; n < 10000; ++n) {
    const Due due = schedule.next(now);
    ASSERT_EQ(due.at, t0 + n * 10s);
    now = due.at + std::chrono::milliseconds{random() % 9000};  // whatever the poll takes
    schedule.done(due.query);
  }
  EXPECT_EQ(schedule.skipped(), 0u);
}

TEST(Schedule, AnOverlongPollSkipsTicksAndNeverBursts) {
  Schedule schedule;
  schedule.add(10s, t0);
  schedule.done(schedule.next(t0).query);
  const Due due = schedule.next(t0 + 47s);
  EXPECT_EQ(due.at, t0 + 40s);
  EXPECT_EQ(schedule.skipped(), 3u);
  schedule.done(due.query);
  EXPECT_EQ(schedule.next(t0 + 47s).at, t0 + 50s);
}

TEST(Schedule, ASuspendedNightIsOnePollNotThousands) {
  Schedule schedule;
  schedule.add(10s, t0);
  schedule.done(schedule.next(t0).query);
  const Due due = schedule.next(t0 + 8h + 3s);
  EXPECT_EQ(due.at, t0 + 8h);
  schedule.done(due.query);
  EXPECT_EQ(schedule.next(t0 + 8h + 3s).at, t0 + 8h + 10s);
  EXPECT_EQ(schedule.skipped(), 8u * 360 - 1);
}

TEST(Schedule, ALateTickWithinItsPeriodIsStillDone) {
  Schedule schedule;
  schedule.add(10s, t0);
  EXPECT_EQ(schedule.next(t0 + 9999ms).at, t0);
  EXPECT_EQ(schedule.skipped(), 0u);
}

TEST(Schedule, EveryQueryKeepsItsOwnPeriod) {
  Schedule schedule;
  schedule.add(30s, t0);
  schedule.add(10s, t0);
  std::array<int, 2> count{};
  Steady now = t0;
  while (now < t0 + 300s) {
    const Due due = schedule.next(now);
    now = due.at;
    if (now >= t0 + 300s) break;
    ++count[due.query];
    schedule.done(due.query);
  }
  EXPECT_EQ(count, (std::array{10, 30}));
}

TEST(Schedule, EqualTicksGoInTheOrderOfTheProfile) {
  Schedule schedule;
  schedule.add(10s, t0);
  schedule.add(10s, t0);
  EXPECT_EQ(schedule.next(t0).query, 0u);
  schedule.done(0);
  EXPECT_EQ(schedule.next(t0).query, 1u);
}

/// The ticks of a query the device refuses each time.
std::vector<std::chrono::milliseconds> refused_ticks(std::chrono::milliseconds period, int count) {
  Schedule schedule;
  schedule.add(period, t0);
  std::vector<std::chrono::milliseconds> ticks;
  for (Steady now = t0; count > 0; --count) {
    now = schedule.next(now).at;
    ticks.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(now - t0));
    schedule.refused(0);
  }
  EXPECT_EQ(schedule.skipped(), 0u) << "left out on purpose";
  return ticks;
}

TEST(Schedule, WhatIsRefusedIsAskedEverMoreRarely) {
  EXPECT_EQ(refused_ticks(10s, 5), (std::vector<std::chrono::milliseconds>{0s, 20s, 60s, 140s, 300s}));
  const auto ticks = refused_ticks(10s, 20);
  EXPECT_EQ(ticks[19] - ticks[18], 1h) << "at last once an hour";
  const auto odd = refused_ticks(7min, 9);
  EXPECT_EQ(odd[8] - odd[7], 56min) << "the last of its own ticks within the hour";
  EXPECT_EQ(refused_ticks(24h, 3), (std::vector<std::chrono::milliseconds>{0h, 24h, 48h}));
}

TEST(Schedule, AnAnswerEndsTheRest) {
  Schedule schedule;
  schedule.add(10s, t0);
  schedule.refused(0);
  schedule.refused(0);
  EXPECT_EQ(schedule.next(t0).at, t0 + 60s);
  schedule.done(0);
  EXPECT_EQ(schedule.next(t0).at, t0 + 70s);
  schedule.refused(0);
  EXPECT_EQ(schedule.next(t0).at, t0 + 90s);
}

TEST(Schedule, ARestDelaysNoOther) {
  Schedule schedule;
  schedule.add(10s, t0);
  schedule.add(10s, t0 + 1s);
  schedule.refused(0);
  for (int n = 0; n < 2; ++n) {
    EXPECT_EQ(schedule.next(t0).query, 1u);
    schedule.done(1);
  }
  EXPECT_EQ(schedule.next(t0).query, 0u);
}

TEST(Schedule, AnEmptyOneIsNeverDue) {
  Schedule schedule;
  EXPECT_TRUE(schedule.empty());
  EXPECT_EQ(schedule.next(t0).at, Steady::max());
}

TEST(Stagger, SpreadsStartsEvenly) {
  for (std::size_t n = 0; n < 8; ++n) EXPECT_EQ(stagger(n, 8, 10s), n * 1250ms);
  EXPECT_EQ(stagger(0, 0, 10s), 0ms);
  EXPECT_EQ(stagger(3, 1, 10s), 0ms);
}

}  // namespace
}  // namespace busbar::poll
