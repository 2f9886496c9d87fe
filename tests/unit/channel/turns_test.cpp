// Who goes next: priorities, turns between devices, deadlines.
#include "channel/turns.hpp"

#include <gtest/gtest.h>

namespace busbar::channel {
namespace {

using namespace std::chrono_literals;

constexpr Steady t0 = Steady{} + 1h;

Job job(JobId id, std::string device, Priority priority = Priority::scheduled) {
  return {.id = id, .device = std::move(device), .priority = priority};
}

/// Serves everything that is ready, in order.
std::vector<JobId> drain(Turns& turns) {
  std::vector<JobId> order;
  while (const Job* const next = turns.next(t0)) {
    order.push_back(next->id);
    (void)turns.serve(next->id);
  }
  return order;
}

TEST(Turns, WritesBeforeQuestionsBeforePolls) {
  Turns turns;
  turns.push(job(1, "a"));
  turns.push(job(2, "a", Priority::on_demand));
  turns.push(job(3, "a", Priority::write));
  EXPECT_EQ(drain(turns), (std::vector<JobId>{3, 2, 1}));
}

TEST(Turns, DevicesTakeTurnsInsideOnePriority) {
  Turns turns;
  for (JobId n = 0; n < 3; ++n) turns.push(job(10 + n, "greedy"));
  turns.push(job(20, "b"));
  turns.push(job(30, "c"));
  EXPECT_EQ(drain(turns), (std::vector<JobId>{10, 20, 30, 11, 12}));
}

TEST(Turns, FirstComeFirstServedInsideOneDevice) {
  Turns turns;
  for (JobId n = 1; n <= 5; ++n) turns.push(job(n, "a"));
  EXPECT_EQ(drain(turns), (std::vector<JobId>{1, 2, 3, 4, 5}));
}

TEST(Turns, NobodyStarvesBesideAGreedyDevice) {
  Turns turns;
  turns.push(job(1000, "modest"));
  JobId id = 0;
  for (int n = 0; n < 3; ++n) turns.push(job(++id, "greedy"));
  for (int turn = 0; turn < 2; ++turn) {
    const JobId served = turns.serve(turns.next(t0)->id)->id;
    turns.push(job(++id, "greedy"));
    if (served == 1000) return;
  }
  FAIL() << "the modest device had no turn within two";
}

TEST(Turns, NotReadyBeforeItsTime) {
  Turns turns;
  Job later = job(1, "a");
  later.not_before = t0 + 200ms;
  turns.push(later);
  EXPECT_EQ(turns.next(t0), nullptr);
  EXPECT_EQ(turns.next_change(t0), t0 + 200ms);
  ASSERT_NE(turns.next(t0 + 200ms), nullptr);
}

TEST(Turns, ExpiresAtTheDeadline) {
  Turns turns;
  Job mortal = job(1, "a");
  mortal.deadline = t0 + 1s;
  turns.push(mortal);
  turns.push(job(2, "a"));
  EXPECT_FALSE(turns.take_expired(t0 + 999ms));
  EXPECT_EQ(turns.next_change(t0), t0 + 1s);
  ASSERT_TRUE(turns.take_expired(t0 + 1s));
  EXPECT_EQ(turns.size(), 1u);
}

TEST(Turns, TakeRemovesOnlyThatJob) {
  Turns turns;
  turns.push(job(1, "a"));
  turns.push(job(2, "a"));
  EXPECT_EQ(turns.take(1)->id, 1u);
  EXPECT_FALSE(turns.take(1));
  EXPECT_EQ(drain(turns), (std::vector<JobId>{2}));
  EXPECT_TRUE(turns.empty());
  EXPECT_FALSE(turns.take_any());
  EXPECT_EQ(turns.next_change(t0), Steady::max());
}

}  // namespace
}  // namespace busbar::channel
