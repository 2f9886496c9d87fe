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
