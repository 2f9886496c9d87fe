// The event is a timer that notify() cancels: no allocation, and the deadline comes for free.
#include "async/wakeup.hpp"

#include "async/cancellation.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace busbar::async {

Wakeup::Wakeup(asio::any_io_executor executor) : timer_{std::move(executor)} {}

void Wakeup::notify() {
  notified_ = true;
  timer_.cancel();
}

asio::awaitable<bool> Wakeup::wait_until(Time when) {
  if (!notified_) {
    timer_.expires_at(when);
    co_await timer_.async_wait(use_result);
  }
  throw_if_cancelled(co_await asio::this_coro::cancellation_state);
  co_return std::exchange(notified_, false);
}

asio::awaitable<void> Wakeup::wait() { (void)co_await wait_until(Time::max()); }

asio::awaitable<void> wait_until(Wakeup::Time when) {
  if (when > std::chrono::steady_clock::now()) {
    asio::steady_timer timer{co_await asio::this_coro::executor, when};
    co_await timer.async_wait(use_result);
  }
  throw_if_cancelled(co_await asio::this_coro::cancellation_state);
}

asio::awaitable<void> let_others_run() {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  throw_if_cancelled(co_await asio::this_coro::cancellation_state);
}

}  // namespace busbar::async
