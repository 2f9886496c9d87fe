// Simulated M-Bus meters on a thread of their own, for tests of the blocking master, which occupies its
// caller.
#pragma once

#include "async/task_group.hpp"
#include "simulate/mbus_bus.hpp"
#include "simulate/server.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace busbar::client {

class SimulatedBus {
 public:
  explicit SimulatedBus(simulate::MbusOptions meters = {}, std::vector<simulate::FaultRule> faults = {})
      : server_{tasks_,
                {.baud = 0, .faults = std::move(faults), .seed = 1},
                std::make_unique<simulate::MbusModel>(meters)} {
    const auto started = server_.start();
    if (!started) ADD_FAILURE() << to_string(started.error());
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  SimulatedBus(const SimulatedBus&) = delete;
  SimulatedBus& operator=(const SimulatedBus&) = delete;
  ~SimulatedBus() {
    asio::post(loop_, [this] { server_.stop(); });
    work_.reset();
    thread_.join();
  }

  [[nodiscard]] std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(server_.port()); }

 private:
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
  async::TaskGroup tasks_{loop_.get_executor(), [](std::string_view name, const std::exception_ptr&) {
                            ADD_FAILURE() << name << " died";
                          }};
  simulate::Server server_;
  std::thread thread_;
};

}  // namespace busbar::client
