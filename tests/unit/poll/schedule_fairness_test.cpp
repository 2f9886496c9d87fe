// What becomes of the queries of a device whose polls take longer than their periods.
#include "poll/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;

/// How often each query is polled when every poll takes `duration`.
template <std::size_t N>
std::array<int, N> poll(const std::array<std::chrono::milliseconds, N>& periods,
                        std::chrono::milliseconds duration, int rounds) {
  Schedule schedule;
  const Steady start{1h};
  for (const auto period : periods) schedule.add(period, start);
  std::array<int, N> counts{};
  Steady now = start;
  for (int round = 0; round < rounds; ++round) {
    const Due due = schedule.next(now);
    now = std::max(now, due.at) + duration;
    ++counts.at(due.query);
    schedule.done(due.query);
  }
  return counts;
}

TEST(OverloadedSchedule, StarvesNoQuery) {
  EXPECT_THAT(poll<3>({1s, 1s, 1s}, 1500ms, 300), ElementsAre(100, 100, 100));
  EXPECT_THAT(poll<3>({50ms, 50ms, 50ms}, 4s, 300), ElementsAre(100, 100, 100));
}

TEST(OverloadedSchedule, StarvesNoRareQueryForAFrequentOne) {
  EXPECT_THAT(poll<2>({1s, 30s}, 5s, 120), Each(Ge(15)));
}

TEST(OverloadedSchedule, StillPrefersTheFrequentOneWhenThereIsRoom) {
  const auto counts = poll<2>({1s, 10s}, 200ms, 110);
  EXPECT_THAT(counts, ElementsAre(100, 10));
}

}  // namespace
}  // namespace busbar::poll
