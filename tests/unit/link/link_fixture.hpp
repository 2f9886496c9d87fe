// Runs link coroutines to their end on a loop of their own.
#pragma once

#include "async/task_group.hpp"
#include "link/link.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace busbar::link::test {

using namespace std::chrono_literals;

class LinkFixture : public ::testing::Test {
 protected:
  using Opened = Result<std::unique_ptr<ByteStream>>;

  void TearDown() override {
    tasks_.cancel();
    wait_for([this] { return tasks_.size() == 0; });
  }
  Opened open(Link& link) { return run(link.open()); }
  Result<std::size_t> read(ByteStream& stream) { return run(stream.read_some(buffer_)); }
  Result<void> write(ByteStream& stream, Bytes bytes) {
    to_write_ = std::move(bytes);
    return run(stream.write(to_write_));
  }
  /// Starts a read without waiting for it.
  void begin_read(ByteStream& stream, std::optional<Result<std::size_t>>& result) {
    tasks_.spawn("read", keep(stream.read_some(buffer_), result));
    io_.restart();
    io_.poll();
  }
  template <class T>
  T run(asio::awaitable<T> operation) {
    std::optional<T> result;
    tasks_.spawn("operation", keep(std::move(operation), result));
    wait_for([&] { return result.has_value(); });
    return result ? std::move(*result) : T{Error{Errc::io_error, "the test hung"}};
  }
  template <class Done>
  void wait_for(Done done) {
    const auto limit = std::chrono::steady_clock::now() + 10s;
    io_.restart();
    while (!done() && std::chrono::steady_clock::now() < limit) io_.run_one_for(1s);
    EXPECT_TRUE(done());
  }
  template <class T>
  static asio::awaitable<void> keep(asio::awaitable<T> operation, std::optional<T>& result) {
    result = co_await std::move(operation);
  }

  asio::io_context io_{1};
  async::TaskGroup tasks_{io_.get_executor(),
                          [](std::string_view, std::exception_ptr error) { std::rethrow_exception(error); }};
  std::array<std::uint8_t, 256> buffer_{};
  Bytes to_write_;
};

}  // namespace busbar::link::test
