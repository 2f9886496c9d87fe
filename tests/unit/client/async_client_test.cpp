// The awaitable client, on one event loop with the simulated packs.
#include "async/task_group.hpp"
#include "simulate/orion_server.hpp"

#include <busbar/client/async_client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace busbar::client {
namespace {

using namespace std::chrono_literals;

class AsyncClientTest : public testing::Test {
 protected:
  AsyncClientTest() {
    const auto started = server.start();
    if (!started) ADD_FAILURE() << to_string(started.error());
  }
  ~AsyncClientTest() override {
    client.reset();
    asio::post(loop, [this] {
      server.stop();
      tasks.cancel();
    });
    loop.restart();
    loop.run();
  }

  Options options() const {
    Options options{.endpoint = "tcp://127.0.0.1:" + std::to_string(server.port()), .profile = "orion1000"};
    options.timeout = 10s;  // for what is answered: a loaded machine must not fail
    options.spacing = 0ms;
    options.after_connect = 0ms;
    return options;
  }

  void ask(std::uint32_t address, std::string query, std::optional<Result<Report>>& answer) {
    asio::co_spawn(loop, client->read(address, std::move(query)),
                   [this, &answer](const std::exception_ptr& failure, Result<Report> report) {
                     EXPECT_FALSE(failure);
                     answer = std::move(report);
                     order.push_back(&answer);
                   });
  }

  template <class Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition() && loop.run_one_until(deadline) != 0) {
    }
    ASSERT_TRUE(condition());
  }

  asio::io_context loop{1};
  async::TaskGroup tasks{loop.get_executor(), [](std::string_view name, const std::exception_ptr&) {
                           ADD_FAILURE() << name << " died";
                         }};
  simulate::OrionServer server{
      tasks, {.count = 3, .baud = 0, .faults = {{.fault = simulate::Fault::silent, .address = 3}}}};
  std::optional<AsyncClient> client;
  std::vector<const void*> order;
};

TEST_F(AsyncClientTest, ServesSeveralReadsInTurn) {
  client.emplace(loop.get_executor(), options());
  std::optional<Result<Report>> first;
  std::optional<Result<Report>> second;
  ask(1, "voltages", first);
  ask(2, "status", second);
  run_until([&] { return first && second; });
  ASSERT_TRUE(first->has_value()) << to_string(first->error());
  ASSERT_TRUE(second->has_value()) << to_string(second->error());
  EXPECT_EQ((*first)->device, "orion1000_1");
  EXPECT_EQ((*second)->device, "orion1000_2");
  EXPECT_THAT(order, testing::ElementsAre(&first, &second));
  EXPECT_EQ(server.counters().overlaps, 0U) << "one request on the wire at a time";
}

TEST_F(AsyncClientTest, GoesAwayWhileAReadIsUnderWay) {
  auto patient = options();
  patient.timeout = 1min;
  patient.deadline = 2min;
  client.emplace(loop.get_executor(), patient);
  std::optional<Result<Report>> answer;
  ask(3, "status", answer);
  run_until([&] { return server.counters().requests == 1; });
  client.reset();
  run_until([&] { return answer.has_value(); });
  ASSERT_FALSE(answer->has_value());
  EXPECT_EQ(answer->error().code, Errc::cancelled);
}

TEST_F(AsyncClientTest, MayBeReplaced) {
  client.emplace(loop.get_executor(), options());
  *client = AsyncClient{loop.get_executor(), options()};
  std::optional<Result<Report>> answer;
  ask(1, "capacity", answer);
  run_until([&] { return answer.has_value(); });
  EXPECT_TRUE(answer->has_value());
}

}  // namespace
}  // namespace busbar::client
