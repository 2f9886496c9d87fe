// The one helper for what Boost 1.81 lacks (cancel_at): an awaitable that is cancelled when its time has
// come. Never put a composed read under it: bytes already read would be lost with their count.
#pragma once

#include "async/asio.hpp"
#include "async/cancellation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace busbar::async {

namespace detail {
template <class T>
asio::awaitable<std::optional<T>> boxed(asio::awaitable<T> operation) {
  co_return std::optional<T>{co_await std::move(operation)};
}
}  // namespace detail

/// The value, or nullopt when `deadline` came first; the operation has ended in either case. Throws what the
/// operation throws, and operation_aborted when the calling coroutine is cancelled.
template <class T>
[[nodiscard]] asio::awaitable<std::optional<T>> with_deadline(
    asio::awaitable<T> operation, std::chrono::steady_clock::time_point deadline) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer{executor, deadline};
  auto [order, failure, value, timer_error] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(executor, detail::boxed(std::move(operation)), asio::deferred),
          timer.async_wait(asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  throw_if_cancelled(co_await asio::this_coro::cancellation_state);
  // When the timer came first, a value only tells that the operation was cancelled.
  if (order[0] == 0 && failure) std::rethrow_exception(failure);
  if (order[0] == 0 && value) co_return std::move(value);
  co_return std::nullopt;
}

}  // namespace busbar::async
