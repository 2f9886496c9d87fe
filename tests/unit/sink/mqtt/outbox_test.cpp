// The outbox: what is kept, in which order it goes out, and that the account always adds up.
#include "sink/mqtt/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace busbar::sink::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Message state(const std::string& topic, const std::string& payload) {
  return {Kind::state, topic, payload, true};
}

void expect_balanced(const Outbox& outbox) {
  const auto a = outbox.account();
  EXPECT_EQ(a.accepted, a.acknowledged + a.queued + a.dropped + a.coalesced);
}

/// Sends and acknowledges everything; "topic=payload" in order.
std::vector<std::string> drain(Outbox& outbox, Kind last = Kind::state) {
  std::vector<std::string> sent;
  while (const auto sending = outbox.next(last)) {
    sent.push_back(sending->message->topic + "=" + sending->message->payload.value_or("<rendered>"));
    outbox.acknowledge(sending->id);
  }
  expect_balanced(outbox);
  return sent;
}

TEST(Outbox, AvailabilityGoesBeforeDiscoveryBeforeState) {
  Outbox outbox{{}};
  outbox.put(state("s", "1"));
  outbox.put({Kind::discovery, "d", std::nullopt, true});
  outbox.put({Kind::availability, "a", "online", true});
  EXPECT_THAT(drain(outbox), ElementsAre("a=online", "d=<rendered>", "s=1"));
}

TEST(Outbox, KindsBeyondTheLimitWait) {
  Outbox outbox{{}};
  outbox.put(state("s", "1"));
  outbox.put({Kind::availability, "a", "online", true});
  EXPECT_THAT(drain(outbox, Kind::availability), ElementsAre("a=online"));
  EXPECT_THAT(drain(outbox), ElementsAre("s=1"));
}

TEST(Outbox, OnlyTheNewestOfATopicIsSentAndTheOthersAreCoalesced) {
  Outbox outbox{{}};
  for (const char* value : {"1", "2", "3"}) outbox.put(state("s", value));
  EXPECT_EQ(outbox.account().coalesced, 2U);
  EXPECT_THAT(drain(outbox), ElementsAre("s=3"));
  EXPECT_EQ(outbox.account().acknowledged, 1U);
}

TEST(Outbox, NewerValueWaitsUntilTheOneInFlightHasLanded) {
  Outbox outbox{{}};
  outbox.put(state("s", "1"));
  const auto first = outbox.next();
  ASSERT_TRUE(first);
  outbox.put(state("s", "2"));
  EXPECT_FALSE(outbox.next());
  EXPECT_EQ(outbox.account().queued, 2U);
  outbox.acknowledge(first->id);
  EXPECT_THAT(drain(outbox), ElementsAre("s=2"));
}

TEST(Outbox, WhatWasInFlightComesBackUnlessNewerExists) {
  Outbox outbox{{}};
  outbox.put(state("old", "1"));
  outbox.put(state("same", "1"));
  (void)outbox.next();
  (void)outbox.next();
  outbox.put(state("old", "2"));
  outbox.fail_all();
  expect_balanced(outbox);
  EXPECT_EQ(outbox.account().coalesced, 1U);
  auto sent = drain(outbox);
  std::ranges::sort(sent);
  EXPECT_THAT(sent, ElementsAre("old=2", "same=1"));
}

TEST(Outbox, WhatIsRefusedStandsAsideUntilItIsDueAgain) {
  Outbox outbox{{}};
  outbox.put({Kind::discovery, "d1", "x", true});
  outbox.put({Kind::discovery, "d2", "x", true});
  outbox.put(state("s", "1"));
  outbox.refuse(outbox.next()->id);
  outbox.refuse(outbox.next()->id);
  EXPECT_THAT(outbox.refused(), ElementsAre("d1", "d2"));
  EXPECT_EQ(outbox.account().queued, 3U);
  EXPECT_THAT(drain(outbox), ElementsAre("s=1")) << "others are not held up";
  EXPECT_TRUE(outbox.empty()) << "nothing to wait for at the end";
  outbox.retry_refused();
  EXPECT_THAT(drain(outbox), ElementsAre("d1=x", "d2=x"));
  expect_balanced(outbox);
}

TEST(Outbox, SomethingNewerOfARefusedTopicIsTriedAtOnce) {
  Outbox outbox{{}};
  outbox.put(state("s", "1"));
  outbox.refuse(outbox.next()->id);
  outbox.put(state("s", "2"));
  EXPECT_EQ(outbox.account().coalesced, 1U);
  const auto second = outbox.next();
  outbox.put(state("s", "3"));
  outbox.refuse(second->id);
  EXPECT_THAT(outbox.refused(), IsEmpty()) << "the third waits already";
  EXPECT_THAT(drain(outbox), ElementsAre("s=3"));
  EXPECT_EQ(outbox.account().coalesced, 2U);
  expect_balanced(outbox);
}

TEST(Outbox, ReplayOffersWhatWasRefusedAndAFullQueueGivesItUp) {
  Outbox outbox{{.count = 2}};
  outbox.put(state("s1", "x"));
  outbox.refuse(outbox.next()->id);
  outbox.replay();
  EXPECT_THAT(outbox.refused(), IsEmpty());
  outbox.refuse(outbox.next()->id);
  outbox.put(state("s2", "x"));
  outbox.put(state("s3", "x"));
  EXPECT_EQ(outbox.account().dropped, 1U);
  EXPECT_THAT(drain(outbox), ElementsAre("s2=x", "s3=x"));
  expect_balanced(outbox);
}

TEST(Outbox, LateAnswerOfAnEarlierConnectionIsIgnored) {
  Outbox outbox{{}};
  outbox.put(state("s", "1"));
  const auto first = outbox.next();
  outbox.fail_all();
  outbox.acknowledge(first->id);
  EXPECT_EQ(outbox.account().acknowledged, 0U);
  EXPECT_THAT(drain(outbox), ElementsAre("s=1"));
}

TEST(Outbox, ReplayRepeatsTheNewestInOrderWithoutCountingItAgain) {
  Outbox outbox{{}};
  outbox.put(state("s", "1"));
  outbox.put({Kind::availability, "a", "online", true});
  (void)drain(outbox);
  const auto before = outbox.account().accepted;
  outbox.replay();
  EXPECT_EQ(outbox.account().queued, 0U);
  EXPECT_THAT(drain(outbox), ElementsAre("a=online", "s=1"));
  EXPECT_EQ(outbox.account().accepted, before);
  EXPECT_EQ(outbox.account().acknowledged, before);
}

TEST(Outbox, ClearedTopicIsNamedOnceAndForgotten) {
  Outbox outbox{{}};
  outbox.put(state("s", ""));
  const auto clearing = outbox.next();
  EXPECT_EQ(outbox.acknowledge(clearing->id), "s");
  EXPECT_EQ(outbox.topics(), 0U);
  outbox.replay();
  EXPECT_THAT(drain(outbox), IsEmpty());
}

TEST(Outbox, RejectedMessageCountsAsDropped) {
  Outbox outbox{{}};
  outbox.put(state("s", "1"));
  outbox.reject(outbox.next()->id);
  EXPECT_EQ(outbox.account().dropped, 1U);
  expect_balanced(outbox);
}

TEST(Outbox, FullByCountGivesUpTheOldestStateNeverAvailability) {
  Outbox outbox{{.count = 3}};
  outbox.put({Kind::availability, "a", "online", true});
  for (const char* topic : {"s1", "s2", "s3", "s4"}) outbox.put(state(topic, "x"));
  EXPECT_EQ(outbox.account().dropped, 2U);
  EXPECT_THAT(drain(outbox), ElementsAre("a=online", "s3=x", "s4=x"));
}

TEST(Outbox, WhatIsOnlyRememberedIsGivenUpBeforeWhatWasNeverSent) {
  Outbox outbox{{.count = 2}};
  outbox.put(state("sent", "x"));
  (void)drain(outbox);
  outbox.put(state("new1", "x"));
  outbox.put(state("new2", "x"));
  EXPECT_EQ(outbox.account().dropped, 0U);
  EXPECT_THAT(drain(outbox), ElementsAre("new1=x", "new2=x"));
}

TEST(Outbox, FullByBytesAndAMessageLargerThanEverything) {
  Outbox outbox{{.count = 100, .bytes = 4096}};
  for (int i = 0; i < 50; ++i) outbox.put(state("s" + std::to_string(i), std::string(1000, 'x')));
  EXPECT_LE(outbox.bytes(), 4096U);
  outbox.put(state("huge", std::string(10000, 'x')));
  EXPECT_LE(outbox.bytes(), 4096U);
  expect_balanced(outbox);
}

TEST(Outbox, AccountAddsUpWhateverHappens) {
  std::mt19937 random{42};
  Outbox outbox{{.count = 8, .bytes = 16384}};
  std::vector<std::uint64_t> flights;
  for (int step = 0; step < 20000; ++step) {
    const auto topic = "t" + std::to_string(random() % 12);
    switch (random() % 8) {
      case 0:
      case 1:
        outbox.put({static_cast<Kind>(random() % 3), topic, std::string(random() % 2000, 'x'), true});
        break;
      case 2:
        if (const auto sending = outbox.next(static_cast<Kind>(random() % 3))) flights.push_back(sending->id);
        break;
      case 3:
        if (!flights.empty()) outbox.acknowledge(flights[random() % flights.size()]);
        break;
      case 4:
        if (!flights.empty()) outbox.fail(flights[random() % flights.size()]);
        break;
      case 5:
        if (!flights.empty() && random() % 4 == 0) outbox.reject(flights[random() % flights.size()]);
        break;
      case 6:
        if (!flights.empty()) outbox.refuse(flights[random() % flights.size()]);
        if (random() % 4 == 0) outbox.retry_refused();
        break;
      default:
        if (random() % 10 == 0) outbox.fail_all();
        if (random() % 10 == 0) outbox.replay();
    }
    const auto a = outbox.account();
    ASSERT_EQ(a.accepted, a.acknowledged + a.queued + a.dropped + a.coalesced) << step;
    ASSERT_LE(a.queued, 40U);
  }
}

}  // namespace
}  // namespace busbar::sink::mqtt
