// What an operator reads while an output fails and recovers: once each, and the count goes on.
#include "sink/trouble.hpp"

#include "unit/sink/support.hpp"

namespace busbar::sink {
namespace {

using namespace std::chrono_literals;

TEST(Trouble, NobodyHearsOfAnOutputThatWorks) {
  const test::CapturedLog log;
  Trouble trouble{"push"};
  trouble.works("pushes again");
  const SinkAccount account = trouble.told_in({});
  EXPECT_EQ(account.name, "push");
  EXPECT_TRUE(account.healthy);
  EXPECT_EQ(account.errors, 0U);
  EXPECT_EQ(log.text(), "");
}

TEST(Trouble, AFailureIsLoggedOnceAndCountedEachTime) {
  const test::CapturedLog log;
  Trouble trouble{"push"};
  for (int round = 0; round < 3; ++round) trouble.fails("connection refused", 15s);
  EXPECT_TRUE(trouble.failing());
  EXPECT_EQ(log.text(), "error: sink push: connection refused; trying again every 15 s\n");
  EXPECT_EQ(trouble.told_in({}).errors, 3U);
  EXPECT_FALSE(trouble.told_in({}).healthy);
  EXPECT_EQ(trouble.told_in({}).last_error, "connection refused");
}

TEST(Trouble, AnotherReasonIsNewsAndSoIsTheEnd) {
  const test::CapturedLog log;
  Trouble trouble{"push"};
  trouble.fails("connection refused", 500ms);
  trouble.fails("no route to host", 500ms);
  trouble.works("pushes again");
  trouble.works("pushes again");
  EXPECT_EQ(log.count("error:"), 2U);
  EXPECT_EQ(log.count("trying again every 0.5 s"), 2U);
  EXPECT_EQ(log.count("info: sink push: pushes again"), 1U);
  EXPECT_EQ(trouble.told_in({}).last_error, "");
  EXPECT_TRUE(trouble.told_in({}).healthy);
}

TEST(Trouble, TheSameFailureAfterARecoveryIsNewsAgain) {
  const test::CapturedLog log;
  Trouble trouble{"push"};
  for (int round = 0; round < 2; ++round) {
    trouble.fails("connection refused", "trying again");
    trouble.works("pushes again");
  }
  EXPECT_EQ(log.count("error:"), 2U);
  EXPECT_EQ(log.count("info:"), 2U);
}

TEST(Trouble, OneRefusedPointIsAnErrorOfAnOutputThatWorks) {
  const test::CapturedLog log;
  Trouble trouble{"influxdb"};
  trouble.fails("timeout", "trying again");
  for (int round = 0; round < 2; ++round) {
    trouble.recovers("writes again");
    trouble.complains("field type conflict", "1 point(s) dropped");
  }
  EXPECT_FALSE(trouble.failing());
  EXPECT_EQ(trouble.told_in({}).errors, 3U);
  EXPECT_EQ(trouble.told_in({}).last_error, "field type conflict");
  EXPECT_EQ(log.text(),
            "error: sink influxdb: timeout; trying again\ninfo: sink influxdb: writes again\n"
            "error: sink influxdb: field type conflict; 1 point(s) dropped\n");
}

TEST(Trouble, TheAccountOfTheQueueStays) {
  SinkAccount queue;
  queue.accepted = 7;
  queue.queued = 2;
  queue.acknowledged = 5;
  const SinkAccount account = Trouble{"x"}.told_in(queue);
  EXPECT_EQ(account.accepted, 7U);
  EXPECT_EQ(account.queued, 2U);
  EXPECT_EQ(account.acknowledged, 5U);
}

}  // namespace
}  // namespace busbar::sink
