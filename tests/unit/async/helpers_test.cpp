// Wakeup, with_deadline and race: who wins, what is lost (nothing), and what cancellation does.
#include "async/cancellation.hpp"
#include "async/race.hpp"
#include "async/task_group.hpp"
#include "async/wakeup.hpp"
#include "async/with_deadline.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace busbar::async {
namespace {

using namespace std::chrono_literals;

Wakeup::Time in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

asio::awaitable<int> value_at(Wakeup::Time when, int value) {
  co_await wait_until(when);
  co_return value;
}
asio::awaitable<int> failing() {
  throw std::runtime_error{"broken"};
  co_return 0;
}
asio::awaitable<void> failing_void() {
  throw std::runtime_error{"broken"};
  co_return;
}
asio::awaitable<void> ends_at(Wakeup::Time when, int& ended) {
  struct Count {
    int& ended;
    ~Count() { ++ended; }
  } count{ended};
  co_await wait_until(when);
}

class AsyncHelpers : public ::testing::Test {
 protected:
  void run(asio::awaitable<void> task) {
    group_.spawn("test", std::move(task));
    io_.restart();
    io_.run();
  }

  asio::io_context io_{1};
  std::exception_ptr error_;
  TaskGroup group_{io_.get_executor(),
                   [this](std::string_view, std::exception_ptr error) { error_ = error; }};
};

asio::awaitable<void> deadline_case(Wakeup::Time ready, Wakeup::Time deadline, std::optional<int>& result) {
  result = co_await with_deadline(value_at(ready, 7), deadline);
}

TEST_F(AsyncHelpers, WithDeadlineGivesTheValue) {
  std::optional<int> result;
  run(deadline_case(in(0ms), Wakeup::Time::max(), result));
  EXPECT_EQ(result, 7);
}

TEST_F(AsyncHelpers, WithDeadlineGivesNothingWhenTheTimeIsUp) {
  std::optional<int> result = 1;
  run(deadline_case(Wakeup::Time::max(), in(1ms), result));
  EXPECT_EQ(result, std::nullopt);
}

asio::awaitable<void> deadline_failure() { (void)co_await with_deadline(failing(), Wakeup::Time::max()); }

TEST_F(AsyncHelpers, WithDeadlinePassesExceptionsOn) {
  run(deadline_failure());
  EXPECT_THROW(std::rethrow_exception(error_), std::runtime_error);
}

TEST_F(AsyncHelpers, WithDeadlineEndsWhenItsCallerIsCancelled) {
  std::optional<int> result = 1;
  group_.spawn("test", deadline_case(Wakeup::Time::max(), Wakeup::Time::max(), result));
  io_.poll();
  group_.cancel();
  io_.run();
  EXPECT_EQ(group_.size(), 0u);
  EXPECT_EQ(result, 1) << "the caller must not go on after cancellation";
  EXPECT_FALSE(error_);
}

asio::awaitable<void> race_case(Wakeup::Time one, Wakeup::Time other, int& ended, bool& done) {
  co_await race(ends_at(one, ended), ends_at(other, ended));
  done = true;
}

TEST_F(AsyncHelpers, RaceEndsBothWhenOneEnds) {
  int ended = 0;
  bool done = false;
  run(race_case(in(0ms), Wakeup::Time::max(), ended, done));
  EXPECT_TRUE(done);
  EXPECT_EQ(ended, 2);
}

asio::awaitable<void> race_failure(int& ended) {
  co_await race(failing_void(), ends_at(Wakeup::Time::max(), ended));
}

TEST_F(AsyncHelpers, RacePassesTheFirstFailureOnAfterBothHaveEnded) {
  int ended = 0;
  run(race_failure(ended));
  EXPECT_EQ(ended, 1);
  EXPECT_THROW(std::rethrow_exception(error_), std::runtime_error);
}

TEST_F(AsyncHelpers, RaceEndsWhenItsCallerIsCancelled) {
  int ended = 0;
  bool done = false;
  group_.spawn("test", race_case(Wakeup::Time::max(), Wakeup::Time::max(), ended, done));
  io_.poll();
  group_.cancel();
  io_.run();
  EXPECT_EQ(ended, 2);
  EXPECT_FALSE(done);
}

asio::awaitable<void> take(Wakeup& wakeup, Wakeup::Time when, std::optional<bool>& result) {
  result = co_await wakeup.wait_until(when);
}

TEST_F(AsyncHelpers, ANotificationBeforeTheWaitIsNotLost) {
  Wakeup wakeup{io_.get_executor()};
  wakeup.notify();
  std::optional<bool> result;
  run(take(wakeup, Wakeup::Time::max(), result));
  EXPECT_EQ(result, true);
  run(take(wakeup, in(0ms), result));
  EXPECT_EQ(result, false) << "one notification wakes once";
}

TEST_F(AsyncHelpers, ACancelledWaitLeavesTheNotification) {
  Wakeup wakeup{io_.get_executor()};
  std::optional<bool> result;
  group_.spawn("test", take(wakeup, Wakeup::Time::max(), result));
  io_.poll();
  group_.cancel();
  wakeup.notify();
  io_.run();
  EXPECT_FALSE(result.has_value());
  run(take(wakeup, Wakeup::Time::max(), result));
  EXPECT_EQ(result, true);
}

TEST(Cancellation, OnlyOperationAbortedCounts) {
  EXPECT_FALSE(is_cancellation(nullptr));
  EXPECT_FALSE(is_cancellation(std::make_exception_ptr(std::runtime_error{"x"})));
  EXPECT_FALSE(
      is_cancellation(std::make_exception_ptr(boost::system::system_error{asio::error::connection_refused})));
  EXPECT_TRUE(
      is_cancellation(std::make_exception_ptr(boost::system::system_error{asio::error::operation_aborted})));
}

}  // namespace
}  // namespace busbar::async
