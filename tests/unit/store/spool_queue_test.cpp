// The queue by itself: when it asks for the file, and that nothing is lost, doubled or out of turn.
#include "store/spool_queue.hpp"

#include "unit/store/support.hpp"

#include <gmock/gmock.h>

namespace busbar::store {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SpoolQueueTest : public ::testing::Test {
 protected:
  void start(SpoolOptions options) {
    options.path = "file";
    queue.emplace(options);
    adopt(0);
  }
  void adopt(std::uint64_t found) {
    ASSERT_TRUE(queue->order(now));
    queue->done({.count = found}, now);
  }
  void put(int first, int last) {
    for (int number = first; number <= last; ++number) queue->put(record(number), now);
  }
  /// Hands out as many as possible, at most `most`.
  std::vector<int> send(std::size_t most = 1000) {
    std::vector<int> sent;
    while (sent.size() < most) {
      const auto sending = queue->next();
      if (!sending) break;
      ids.push_back(sending->id);
      sent.push_back(std::stoi(sending->record->payload));
    }
    return sent;
  }
  void acknowledge_all() {
    for (const auto id : ids) queue->acknowledge(id, now);
    ids.clear();
  }
  std::optional<Order> order() { return queue->order(now); }
  void expect_balance() const {
    const auto account = queue->account();
    EXPECT_EQ(account.accepted, account.acknowledged + account.queued + account.dropped);
  }

  Steady now{1000s};
  std::optional<SpoolQueue> queue;
  std::vector<std::uint64_t> ids;
};

TEST_F(SpoolQueueTest, AHealthyOutputNeverTouchesTheFile) {
  start({.spill_after = 30s});
  for (int number = 1; number <= 1000; ++number) {
    put(number, number);
    EXPECT_THAT(send(), ElementsAre(number));
    now += 1s;  // a slow broker is no outage
    acknowledge_all();
    ASSERT_EQ(queue->order_due(), Steady::max());
  }
  EXPECT_EQ(queue->account().acknowledged, 1000U);
  EXPECT_EQ(queue->health().writes, 0U);
  expect_balance();
}

TEST_F(SpoolQueueTest, ItFirstAsksWhatAnEarlierRunLeft) {
  queue.emplace(SpoolOptions{.path = "file"});
  put(1, 1);
  EXPECT_THAT(send(), IsEmpty()) << "something older may be in the file";
  const auto first = order();
  ASSERT_TRUE(first);
  EXPECT_THAT(first->append, IsEmpty());
  queue->done({.count = 7}, now);
  EXPECT_EQ(queue->account().queued, 8U);
  EXPECT_EQ(queue->account().accepted, 8U);
  EXPECT_THAT(send(), IsEmpty());
  const auto second = order();
  ASSERT_TRUE(second);
  EXPECT_GT(second->load, 0U);
  expect_balance();
}

TEST_F(SpoolQueueTest, AnOutageGoesToTheFileAfterSpillAfter) {
  start({.spill_after = 30s});
  put(1, 3);
  EXPECT_EQ(queue->order_due(), now + 30s);
  now += 29s;
  EXPECT_FALSE(order());
  put(4, 4);
  now += 1s;
  const auto write = order();
  ASSERT_TRUE(write);
  EXPECT_EQ(write->append, records(1, 4)) << "together with what came since";
  queue->done({.wrote = true, .first_row = 1, .count = 4}, now);
  EXPECT_TRUE(queue->saved());
  EXPECT_EQ(queue->health().memory_records, 0U);
  expect_balance();
}

TEST_F(SpoolQueueTest, WhatIsInFlightForTooLongIsWrittenAndNotSentTwice) {
  start({.spill_after = 30s});
  put(1, 2);
  EXPECT_THAT(send(), ElementsAre(1, 2));
  now += 30s;
  ASSERT_TRUE(order());
  queue->done({.wrote = true, .first_row = 1, .count = 2}, now);
  EXPECT_THAT(send(), IsEmpty());
  acknowledge_all();
  EXPECT_TRUE(queue->empty());
  now += 5s;
  const auto erase = order();
  ASSERT_TRUE(erase);
  EXPECT_EQ(erase->erase_up_to, 2);
  queue->done({.wrote = true}, now);
  EXPECT_TRUE(queue->saved());
  EXPECT_EQ(queue->order_due(), Steady::max());
}

TEST_F(SpoolQueueTest, AnAnswerThatComesWhileItIsBeingWrittenCounts) {
  start({.spill_after = 30s});
  put(1, 3);
  EXPECT_THAT(send(), ElementsAre(1, 2, 3));
  now += 30s;
  ASSERT_TRUE(order());
  acknowledge_all();
  put(4, 4);
  queue->done({.wrote = true, .first_row = 1, .count = 3}, now);
  EXPECT_EQ(queue->account().acknowledged, 3U);
  EXPECT_THAT(send(), ElementsAre(4)) << "the newcomer passes: nothing is in the file only";
  now += 5s;
  ASSERT_EQ(order()->erase_up_to, 3);
  expect_balance();
}

TEST_F(SpoolQueueTest, SpillAfterZeroWritesBeforeItSends) {
  start({.spill_after = 0s});
  put(1, 2);
  EXPECT_THAT(send(), IsEmpty());
  ASSERT_EQ(order()->append.size(), 2U);
  EXPECT_THAT(send(), IsEmpty());
  queue->done({.wrote = true, .first_row = 1, .count = 2}, now);
  EXPECT_THAT(send(), ElementsAre(1, 2)) << "without reading them back";
  acknowledge_all();
  put(3, 3);
  const auto next = order();
  EXPECT_EQ(next->erase_up_to, 2) << "one transaction for both";
  EXPECT_EQ(next->append, records(3, 3));
}

TEST_F(SpoolQueueTest, ABrokenDiskDoesNotKeepTheOutputFromSending) {
  start({.spill_after = 0s});
  put(1, 1);
  ASSERT_TRUE(order());
  queue->failed(Error::Kind::full, now);
  EXPECT_THAT(send(), ElementsAre(1));
  acknowledge_all();
  EXPECT_EQ(queue->health().errors, 1U);
  expect_balance();
}

TEST_F(SpoolQueueTest, AFileThatCannotBeOpenedIsTriedAgainEverMoreRarely) {
  queue.emplace(SpoolOptions{.path = "file"});
  put(1, 1);
  std::vector<Steady::duration> pauses;
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(order());
    queue->failed(Error::Kind::other, now);
    pauses.push_back(queue->order_due() - now);
    now = queue->order_due();
  }
  EXPECT_EQ(pauses.front(), 1s);
  EXPECT_EQ(pauses.back(), 60s);
  EXPECT_THAT(send(), ElementsAre(1)) << "meanwhile it works from memory";
  ASSERT_FALSE(order()) << "not while something is half-way out";
  acknowledge_all();
  now += 1s;
  ASSERT_TRUE(order());
  queue->done({.count = 2}, now);
  EXPECT_EQ(queue->account().queued, 2U);
  expect_balance();
}

TEST_F(SpoolQueueTest, MemoryIsBoundedWhenTheDiskIsFull) {
  start({.spill_after = 30s, .memory_count = 10});
  put(1, 5);
  ASSERT_EQ(order()->append.size(), 5U) << "half of it is enough reason to write";
  queue->failed(Error::Kind::full, now);
  EXPECT_FALSE(order()) << "not again at once";
  put(6, 25);
  const auto account = queue->account();
  EXPECT_EQ(account.dropped, 15U);
  EXPECT_EQ(account.queued, 10U);
  EXPECT_EQ(send(), range(16, 25)) << "the oldest went";
  expect_balance();
}

TEST_F(SpoolQueueTest, AFullDiskCanStillBeReadAndEmptied) {
  queue.emplace(SpoolOptions{.path = "file"});
  adopt(1);
  put(2, 2);
  EXPECT_THAT(send(), IsEmpty());
  now += 30s;
  ASSERT_EQ(order()->append.size(), 1U);
  queue->failed(Error::Kind::full, now);
  const auto read = order();
  ASSERT_TRUE(read) << "at once";
  EXPECT_THAT(read->append, IsEmpty());
  EXPECT_EQ(read->erase_up_to, 0);
  queue->done({.loaded = {{1, record(1)}}, .loaded_up_to = 1, .count = 1}, now);
  EXPECT_THAT(send(), ElementsAre(1, 2));
}

TEST_F(SpoolQueueTest, ALostFileCostsOnlyWhatWasInItAlone) {
  start({.spill_after = 0s});
  put(1, 3);
  ASSERT_TRUE(order());
  queue->done({.wrote = true, .first_row = 1, .count = 3}, now);
  queue->fail_all();
  put(4, 4);
  ASSERT_TRUE(order());
  queue->failed(Error::Kind::corrupt, now);
  queue->begin_anew(now);
  EXPECT_EQ(queue->account().dropped, 3U);
  ASSERT_EQ(order()->append, records(4, 4));
  queue->done({.wrote = true, .first_row = 1, .count = 1}, now);
  expect_balance();
}

TEST_F(SpoolQueueTest, ADamagedRecordIsCountedAndDoesNotStopTheRest) {
  queue.emplace(SpoolOptions{.path = "file"});
  adopt(3);
  (void)send();
  ASSERT_TRUE(order());
  queue->done({.loaded = {{1, record(1)}, {3, record(3)}}, .damaged = 1, .loaded_up_to = 3, .count = 3}, now);
  EXPECT_THAT(send(), ElementsAre(1, 3));
  acknowledge_all();
  EXPECT_EQ(queue->account().dropped, 1U);
  EXPECT_EQ(queue->health().damaged, 1U);
  EXPECT_TRUE(queue->empty());
  now += 5s;
  EXPECT_EQ(order()->erase_up_to, 3);
  expect_balance();
}

TEST_F(SpoolQueueTest, ClosingWritesEverythingAtOnce) {
  start({.spill_after = 1h});
  put(1, 3);
  EXPECT_THAT(send(1), ElementsAre(1));
  queue->close();
  EXPECT_FALSE(queue->saved());
  const auto write = order();
  ASSERT_TRUE(write);
  EXPECT_EQ(write->append, records(1, 3)) << "also what was in flight";
  queue->done({.wrote = true, .first_row = 1, .count = 3}, now);
  EXPECT_TRUE(queue->saved());
  EXPECT_THAT(send(), IsEmpty());
}

TEST_F(SpoolQueueTest, ClosingAfterAHealthyTimeWritesNothing) {
  start({});
  put(1, 3);
  (void)send();
  acknowledge_all();
  queue->close();
  EXPECT_TRUE(queue->saved());
  EXPECT_FALSE(order());
}

TEST_F(SpoolQueueTest, WhatTheOutputRefusesComesAgain) {
  start({});
  put(1, 2);
  EXPECT_THAT(send(), ElementsAre(1, 2));
  queue->fail(ids.front());
  queue->acknowledge(ids.back(), now);
  EXPECT_THAT(send(), ElementsAre(1));
  queue->reject(ids.back(), now);
  EXPECT_EQ(queue->account().dropped, 1U);
  EXPECT_EQ(queue->account().acknowledged, 1U);
  EXPECT_TRUE(queue->empty());
  expect_balance();
}

TEST_F(SpoolQueueTest, AnswersOfAnEarlierConnectionAreNotTakenForThoseOfThePresentOne) {
  start({});
  put(1, 1);
  (void)send();
  const auto old = ids.front();
  queue->fail_all();
  EXPECT_THAT(send(), ElementsAre(1));
  queue->acknowledge(old, now);
  EXPECT_EQ(queue->account().acknowledged, 0U);
}

}  // namespace
}  // namespace busbar::store
