// Tasks are started, cancelled, awaited, and cannot die unseen.
#include "async/task_group.hpp"

#include "async/wakeup.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace busbar::async {
namespace {

using namespace std::chrono_literals;

class TaskGroupTest : public ::testing::Test {
 protected:
  asio::awaitable<void> forever(int& ended) {
    struct Count {
      int& ended;
      ~Count() { ++ended; }
    } count{ended};
    co_await wait_until(Wakeup::Time::max());
  }
  static asio::awaitable<void> fail() {
    throw std::runtime_error{"broken"};
    co_return;
  }
  static asio::awaitable<void> nothing() { co_return; }
  asio::awaitable<void> join(bool& joined) {
    co_await group_.join();
    joined = true;
  }

  asio::io_context io_{1};
  std::vector<std::string> died_;
  TaskGroup group_{io_.get_executor(), [this](std::string_view name, std::exception_ptr error) {
                     try {
                       std::rethrow_exception(error);
                     } catch (const std::exception& failure) {
                       died_.push_back(std::string{name} + ": " + failure.what());
                     }
                   }};
};

TEST_F(TaskGroupTest, CancelEndsEveryTaskWithoutAFailure) {
  int ended = 0;
  for (int n = 0; n < 5; ++n) group_.spawn("task", forever(ended));
  io_.poll();
  EXPECT_EQ(group_.size(), 5u);
  group_.cancel();
  io_.run();
  EXPECT_EQ(ended, 5);
  EXPECT_EQ(group_.size(), 0u);
  EXPECT_TRUE(died_.empty());
}

TEST_F(TaskGroupTest, AnExceptionIsReportedWithTheNameOfTheTask) {
  int ended = 0;
  group_.spawn("poller pack1", fail());
  group_.spawn("other", forever(ended));
  io_.poll();
  EXPECT_EQ(died_, (std::vector<std::string>{"poller pack1: broken"}));
  EXPECT_EQ(group_.size(), 1u);
  group_.cancel();
  io_.run();
}

TEST_F(TaskGroupTest, JoinCompletesWhenNoTaskIsLeft) {
  int ended = 0;
  bool joined = false;
  TaskGroup outside{io_.get_executor(), {}};
  group_.spawn("task", forever(ended));
  outside.spawn("join", join(joined));
  io_.poll();
  EXPECT_FALSE(joined);
  group_.cancel();
  io_.run();
  EXPECT_TRUE(joined);
}

TEST_F(TaskGroupTest, JoinOfAnEmptyGroupCompletesAtOnce) {
  bool joined = false;
  TaskGroup outside{io_.get_executor(), {}};
  outside.spawn("join", join(joined));
  io_.run();
  EXPECT_TRUE(joined);
}

TEST_F(TaskGroupTest, CancelBeforeTheFirstStepIsNotLost) {
  int ended = 0;
  group_.spawn("task", forever(ended));
  group_.cancel();
  io_.run();
  EXPECT_EQ(ended, 1);
}

TEST_F(TaskGroupTest, CancelRacingWithTheEndOfATaskIsHarmless) {
  for (int n = 0; n < 100; ++n) {
    group_.spawn("short", nothing());
    group_.cancel();
    group_.cancel();
    io_.restart();
    io_.run();
  }
  EXPECT_EQ(group_.size(), 0u);
}

TEST_F(TaskGroupTest, CancelFromInsideATask) {
  int ended = 0;
  group_.spawn("a", forever(ended));
  group_.spawn("b", forever(ended));
  asio::post(io_, [this] { group_.cancel(); });
  io_.run();
  EXPECT_EQ(ended, 2);
}

}  // namespace
}  // namespace busbar::async
