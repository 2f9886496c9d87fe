// A one-waiter event with a deadline: one side waits, the other notifies; a notification is never lost.
#pragma once

#include "async/asio.hpp"

#include <chrono>

namespace busbar::async {

class Wakeup {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Wakeup(asio::any_io_executor executor);

  /// Remembered until the next wait when nobody is waiting now.
  void notify();
  /// True: notified. False: the time came first. Throws operation_aborted when the waiting coroutine is
  /// cancelled; the notification then stays for the next wait.
  [[nodiscard]] asio::awaitable<bool> wait_until(Time when);
  [[nodiscard]] asio::awaitable<void> wait();

 private:
  asio::steady_timer timer_;
  bool notified_ = false;
};

/// Waits for the moment; throws operation_aborted when cancelled.
[[nodiscard]] asio::awaitable<void> wait_until(Wakeup::Time when);
/// Goes on when everything that is due now has had its turn; throws operation_aborted when cancelled.
[[nodiscard]] asio::awaitable<void> let_others_run();

}  // namespace busbar::async
