// Points that wait: order, bounds, batches, and the account.
#include "sink/influx/queue.hpp"

#include <gtest/gtest.h>

namespace busbar::sink::influx {
namespace {

void expect_balance(const Queue& queue) {
  const auto account = queue.account();
  EXPECT_EQ(account.accepted, account.acknowledged + account.queued + account.dropped + account.coalesced);
}

Queue filled(std::size_t max_points, int points) {
  Queue queue{max_points, 1'000'000};
  for (int i = 1; i <= points; ++i) queue.put(std::to_string(i) + "\n");
  return queue;
}

TEST(InfluxQueue, GivesTheOldestFirst) {
  Queue queue = filled(10, 3);
  EXPECT_EQ(queue.take(2), "1\n2\n");
  queue.settle(0);
  EXPECT_EQ(queue.take(2), "3\n");
  queue.settle(0);
  EXPECT_EQ(queue.account().acknowledged, 3U);
  EXPECT_EQ(queue.account().queued, 0U);
  expect_balance(queue);
}

TEST(InfluxQueue, WhatDidNotArriveIsTheOldestAgain) {
  Queue queue = filled(10, 3);
  (void)queue.take(2);
  queue.give_back();
  queue.put("4\n");
  EXPECT_EQ(queue.take(10), "1\n2\n3\n4\n");
  expect_balance(queue);
}

TEST(InfluxQueue, WhenItIsFullTheOldestGo) {
  Queue queue = filled(3, 5);
  EXPECT_EQ(queue.account().dropped, 2U);
  EXPECT_EQ(queue.take(10), "3\n4\n5\n");
  expect_balance(queue);
}

TEST(InfluxQueue, WhatIsUnderWayIsNotDropped) {
  Queue queue = filled(3, 3);
  EXPECT_EQ(queue.take(2), "1\n2\n");
  queue.put("4\n");
  queue.put("5\n");
  queue.settle(0);
  EXPECT_EQ(queue.take(10), "5\n");
  EXPECT_EQ(queue.account().dropped, 2U) << "3 and 4";
  expect_balance(queue);
}

TEST(InfluxQueue, BytesAreBoundedToo) {
  Queue queue{1000, 100};
  for (int i = 0; i < 20; ++i) queue.put(std::string(9, 'x') + "\n");
  EXPECT_EQ(queue.size(), 10U);
  expect_balance(queue);
  queue.put(std::string(500, 'y'));
  EXPECT_EQ(queue.size(), 0U) << "a line that never fits is dropped as well";
  expect_balance(queue);
}

TEST(InfluxQueue, ABatchIsAtMostAMebibyteButAtLeastALine) {
  Queue queue{1000, 100'000'000};
  queue.put(std::string(2'000'000, 'x'));
  for (int i = 0; i < 3; ++i) queue.put(std::string(400'000, 'y'));
  EXPECT_EQ(queue.take(100).size(), 2'000'000U);
  queue.settle(0);
  EXPECT_EQ(queue.take(100).size(), 800'000U);
}

TEST(InfluxQueue, RefusedPointsAreDroppedTheOthersWritten) {
  Queue queue = filled(10, 5);
  (void)queue.take(5);
  queue.settle(2);
  EXPECT_EQ(queue.account().acknowledged, 3U);
  EXPECT_EQ(queue.account().dropped, 2U);
  Queue more = filled(10, 2);
  (void)more.take(2);
  more.settle(99);
  EXPECT_EQ(more.account().dropped, 2U) << "never more than there were";
  expect_balance(more);
}

}  // namespace
}  // namespace busbar::sink::influx
