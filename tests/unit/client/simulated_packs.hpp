// Simulated packs on a thread of their own, for tests of the blocking client, which occupies its caller.
#pragma once

#include "async/task_group.hpp"
#include "simulate/orion_server.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <type_traits>

namespace busbar::client {

class SimulatedPacks {
 public:
  explicit SimulatedPacks(simulate::OrionOptions options = {}) {
    options.baud = 0;
    server_.emplace(tasks_, std::move(options));
    const auto started = server_->start();
    if (!started) ADD_FAILURE() << to_string(started.error());
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  SimulatedPacks(const SimulatedPacks&) = delete;
  SimulatedPacks& operator=(const SimulatedPacks&) = delete;
  ~SimulatedPacks() {
    asio::post(loop_, [this] { server_->stop(); });
    work_.reset();
    thread_.join();
  }

  [[nodiscard]] std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(server_->port()); }
  [[nodiscard]] simulate::Counters counters() {
    return on_loop([this] { return server_->counters(); });
  }
  /// All connections are cut and the port is closed for a moment.
  void restart() {
    on_loop([this] { server_->stop(); });
    const auto started = on_loop([this] { return server_->start(); });
    if (!started) ADD_FAILURE() << to_string(started.error());
  }

 private:
  template <class Function>
  std::invoke_result_t<Function> on_loop(Function function) {
    std::packaged_task<std::invoke_result_t<Function>()> task{std::move(function)};
    auto result = task.get_future();
    asio::post(loop_, [&task] { task(); });
    return result.get();
  }

  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
  async::TaskGroup tasks_{loop_.get_executor(), [](std::string_view name, const std::exception_ptr&) {
                            ADD_FAILURE() << name << " died";
                          }};
  std::optional<simulate::OrionServer> server_;
  std::thread thread_;
};

}  // namespace busbar::client
