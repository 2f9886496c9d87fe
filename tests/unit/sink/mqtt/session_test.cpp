// The connection policy with simulated time: retries, probes, versions, the birth of Home Assistant.
#include "sink/mqtt/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace busbar::sink::mqtt {
namespace {

using namespace std::chrono_literals;

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() { options.keepalive = 10s; }
  /// Steps exactly when the session says something is due, up to `limit`.
  Session::Action next(Steady limit) {
    while (session.next_due() <= limit) {
      now = std::max(now, session.next_due());
      const auto action = session.step(now);
      if (action.open || action.give_up || action.probe || action.recalled || action.replay ||
          action.finish_removals) {
        return action;
      }
    }
    return {};
  }
  void serve() {
    (void)session.step(now);
    session.connected(now, 5, 0);
    session.heard_all();
    EXPECT_TRUE(session.step(now).recalled);
  }

  Options options;
  double random = 0;
  Session session{options, [this] { return random; }};
  Steady now{1000s};
};

TEST_F(SessionTest, ConnectsAtOnceAndOnlyOnce) {
  EXPECT_TRUE(session.step(now).open);
  EXPECT_FALSE(session.step(now).open);
}

TEST_F(SessionTest, RetriesWithGrowingPausesUpToFiveSeconds) {
  random = 1;
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(next(now + 1min).open);
    const auto failed = now;
    session.refused(now, {.reason = "no"});
    pauses.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(session.next_due() - failed));
  }
  EXPECT_EQ(pauses.front(), 1s);
  EXPECT_TRUE(std::ranges::is_sorted(pauses));
  EXPECT_EQ(pauses.back(), 5s);
}

TEST_F(SessionTest, AsksLessOftenWhenTheBrokerSaysNo) {
  random = 1;
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(next(now + 1min).open);
    session.refused(now, {.reason = "wrong password", .rejected = true});
  }
  EXPECT_EQ(session.next_due() - now, 30s);
}

TEST_F(SessionTest, AsksABrokerThatIsOnlyBusyAsOftenAsOneThatIsAway) {
  random = 1;
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(next(now + 1min).open);
    session.refused(now, {.reason = "server busy", .rejected = true, .passing = true});
  }
  EXPECT_EQ(session.next_due() - now, 5s);
}

TEST_F(SessionTest, FallsBackToTheOlderVersionWithoutWaiting) {
  EXPECT_TRUE(session.step(now).open);
  EXPECT_EQ(session.version(), 5);
  session.refused(now, {.reason = "version", .unsupported_version = true});
  EXPECT_TRUE(session.step(now).open);
  EXPECT_EQ(session.version(), 4);
}

TEST_F(SessionTest, AChosenVersionIsNotChanged) {
  options.version = 5;
  EXPECT_TRUE(session.step(now).open);
  session.refused(now, {.reason = "version", .unsupported_version = true});
  EXPECT_FALSE(session.step(now).open);
  EXPECT_EQ(session.version(), 5);
}

TEST_F(SessionTest, NothingButAvailabilityBeforeTheEarlierRunIsKnown) {
  (void)session.step(now);
  session.connected(now, 5, 0);
  EXPECT_EQ(session.allowed(), Kind::availability);
  session.heard_all();
  EXPECT_TRUE(session.step(now).recalled);
  EXPECT_EQ(session.allowed(), Kind::state);
  session.lost(now);
  EXPECT_TRUE(next(now + 1min).open);
  session.connected(now, 5, 0);
  EXPECT_EQ(session.allowed(), Kind::state) << "known from the first connection";
}

TEST_F(SessionTest, BrokerThatNeverTellsWhatIsRetainedIsNotWaitedFor) {
  (void)session.step(now);
  session.connected(now, 5, 0);
  const auto connected = now;
  EXPECT_TRUE(next(now + 1min).recalled);
  EXPECT_LE(now - connected, 2s);
}

TEST_F(SessionTest, SilentBrokerIsProbedAndGivenUpWithinTwiceTheKeepalive) {
  serve();
  const auto last_heard = now;
  EXPECT_TRUE(next(now + 1min).probe);
  EXPECT_TRUE(next(now + 1min).give_up);
  EXPECT_LE(now - last_heard, 2 * options.keepalive);
  EXPECT_FALSE(session.is_connected());
}

TEST_F(SessionTest, BrokerThatAnswersProbesStaysConnected) {
  serve();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(next(now + 1min).probe);
    session.alive(now);
  }
  EXPECT_TRUE(session.is_connected());
}

TEST_F(SessionTest, MissingAcknowledgementEndsTheConnection) {
  serve();
  const auto sent = now;
  session.sent(1, now);
  EXPECT_TRUE(next(now + 1min).give_up);
  EXPECT_LE(now - sent, 2 * options.keepalive);
}

TEST_F(SessionTest, OneAcknowledgementWithheldWhileOthersComeEndsItToo) {
  serve();
  const auto sent = now;
  session.sent(1, now);
  for (std::uint64_t id = 2; session.is_connected() && id < 1000; ++id) {
    now += 1s;
    session.sent(id, now);
    session.answered(id, now);
    (void)session.step(now);
  }
  EXPECT_FALSE(session.is_connected());
  EXPECT_LE(now - sent, 2 * options.keepalive);
}

TEST_F(SessionTest, BirthRepeatsEverythingOnceAfterARandomDelay) {
  serve();
  random = 0.5;
  session.born(now);
  for (int i = 0; i < 100; ++i) session.born(now);
  const auto born = now;
  while (true) {
    const auto action = next(now + 1min);
    if (action.probe) session.alive(now);
    if (action.replay) break;
    ASSERT_TRUE(action.probe);
  }
  EXPECT_EQ(now - born, 5s);
  random = 0;
  session.born(now);
  const auto first = now;
  while (!next(now + 1min).replay) session.alive(now);
  EXPECT_GE(now - first, 5s) << "at most once per 5 s";
}

TEST_F(SessionTest, ConnectionsThatDoNotLastAreRetriedMoreAndMoreSlowly) {
  random = 1;
  Steady::duration pause{};
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(next(now + 1min).open);
    session.connected(now, 5, 0);
    session.lost(now);
    EXPECT_GE(session.next_due() - now, pause);
    pause = session.next_due() - now;
  }
  EXPECT_EQ(pause, 5s);
}

}  // namespace
}  // namespace busbar::sink::mqtt
