// Work beside the loop: in order, on another thread, back on the loop.
#include "async/worker.hpp"

#include "unit/sink/support.hpp"

#include <stdexcept>
#include <thread>

namespace busbar::async {
namespace {

asio::awaitable<void> perform(Worker& worker, std::function<void()> job, std::function<void()> then) {
  co_await worker.perform(std::move(job));
  then();
}

TEST(Worker, RunsTheJobElsewhereAndComesBackToTheLoop) {
  sink::test::Loop loop;
  Worker worker;
  std::thread::id job;
  std::thread::id after;
  EXPECT_TRUE(loop.run(perform(
      worker, [&] { job = std::this_thread::get_id(); }, [&] { after = std::this_thread::get_id(); })));
  EXPECT_NE(job, std::this_thread::get_id());
  EXPECT_EQ(after, std::this_thread::get_id());
}

TEST(Worker, JobsDoNotOvertakeEachOther) {
  sink::test::Loop loop;
  Worker worker;
  std::vector<int> order;
  int done = 0;
  for (int i = 0; i < 20; ++i)
    loop.tasks.spawn("job", perform(
                                worker, [&order, i] { order.push_back(i); }, [&] { ++done; }));
  ASSERT_TRUE(loop.until([&] { return done == 20; }));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

asio::awaitable<void> expect_throw(Worker& worker, std::string& caught) {
  try {
    co_await worker.perform([] { throw std::runtime_error{"no luck"}; });
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
}

TEST(Worker, WhatTheJobThrowsReachesTheCaller) {
  sink::test::Loop loop;
  Worker worker;
  std::string caught;
  EXPECT_TRUE(loop.run(expect_throw(worker, caught)));
  EXPECT_EQ(caught, "no luck");
}

}  // namespace
}  // namespace busbar::async
