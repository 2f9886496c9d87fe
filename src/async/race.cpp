// race() on Asio's parallel group.
#include "async/race.hpp"

#include "async/cancellation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <exception>
#include <utility>

namespace busbar::async {

asio::awaitable<void> race(asio::awaitable<void> one, asio::awaitable<void> other) {
  const auto executor = co_await asio::this_coro::executor;
  auto [order, one_error, other_error] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(executor, std::move(one), asio::deferred),
          asio::co_spawn(executor, std::move(other), asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  throw_if_cancelled(co_await asio::this_coro::cancellation_state);
  const std::array errors{one_error, other_error};
  if (errors[order[0]]) std::rethrow_exception(errors[order[0]]);
}

}  // namespace busbar::async
