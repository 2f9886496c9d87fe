// A running channel with the Orion codec and a scripted far side. Times are short; nothing sleeps or
// measures.
#pragma once

#include "async/task_group.hpp"
#include "channel/channel.hpp"
#include "unit/channel/scripted_link.hpp"

#include <busbar/protocol/orion.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace busbar::channel::test {

using namespace std::chrono_literals;
namespace orion = protocol::orion;

inline Options quick_options() {
  Options options;
  options.id = "test";
  options.spacing = 1ms;
  options.after_connect = 0ms;
  options.settle = 1ms;
  options.timeout = 20ms;
  options.retries = 0;
  options.retry_backoff = 1ms;
  options.reconnect_min = 1ms;
  options.reconnect_max = 4ms;
  options.breaker_failures = 0;
  return options;
}

class ChannelFixture : public ::testing::Test {
 protected:
  explicit ChannelFixture(Options options = quick_options()) { make(std::move(options)); }

  void make(Options options) {
    channel_ = std::make_unique<Channel>(io_.get_executor(), std::move(options),
                                         std::make_unique<busbar::test::ScriptedLink>(far_),
                                         orion::make_codec(orion::manufacturer));
  }

  static Request request(std::uint16_t command, std::uint32_t address = 1, std::string device = "pack") {
    return {.device = std::move(device),
            .query = {.name = "q", .address = address, .command = command},
            .deadline = Steady::max()};
  }
  static Bytes frame(std::uint16_t command, Bytes data = {0x10, 0x20, 0x30}, std::uint8_t address = 1) {
    return orion::encode(orion::manufacturer, address, command, data).value();
  }
  static Bytes glue(const Bytes& a, const Bytes& b) {
    Bytes both = a;
    both.insert(both.end(), b.begin(), b.end());
    return both;
  }
  /// The answer a device gives to whatever it was asked.
  static Bytes answer_to(const Bytes& asked, Bytes data = {0x10, 0x20, 0x30}) {
    return frame(static_cast<std::uint16_t>(asked[4] << 8 | asked[5]), std::move(data), asked[2]);
  }

  asio::awaitable<void> keep(Request wanted, std::optional<Result<Reply>>& result) {
    result = co_await channel_->exchange(std::move(wanted));
  }
  /// Several exchanges at once, and the results in the same order.
  std::vector<Result<Reply>> exchange_all(std::vector<Request> wanted) {
    std::vector<std::optional<Result<Reply>>> results(wanted.size());
    start();
    for (std::size_t n = 0; n < wanted.size(); ++n)
      tasks_.spawn("exchange", keep(std::move(wanted[n]), results[n]));
    run_until([&] { return std::ranges::all_of(results, [](const auto& r) { return r.has_value(); }); });
    std::vector<Result<Reply>> done;
    for (auto& result : results)
      done.push_back(result ? std::move(*result) : Error{Errc::io_error, "the test hung"});
    return done;
  }
  Result<Reply> exchange(Request wanted) {
    std::vector<Request> one;
    one.push_back(std::move(wanted));
    return exchange_all(std::move(one)).front();
  }

  void start() {
    if (!std::exchange(started_, true)) tasks_.spawn("channel", channel_->run());
  }
  /// Runs the loop until `done`, at most ten seconds.
  template <class Done>
  void run_until(Done done) {
    const auto limit = std::chrono::steady_clock::now() + 10s;
    io_.restart();
    while (!done() && std::chrono::steady_clock::now() < limit) io_.run_one_for(1s);
    ASSERT_TRUE(done());
  }
  void TearDown() override {
    if (channel_) channel_->stop();
    tasks_.cancel();
    run_until([this] { return tasks_.size() == 0; });
  }

  asio::io_context io_{1};
  std::exception_ptr failure_;
  async::TaskGroup tasks_{io_.get_executor(), [](std::string_view name, std::exception_ptr error) {
                            ADD_FAILURE() << name << " died";
                            std::rethrow_exception(error);
                          }};
  busbar::test::FarSide far_{io_.get_executor()};
  std::unique_ptr<Channel> channel_;
  bool started_ = false;
};

}  // namespace busbar::channel::test
