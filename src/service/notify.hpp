// The service manager's side: readiness, status line, watchdog. Without systemd every call does nothing.
// Source: sd_notify(3), sd_watchdog_enabled(3).
#pragma once

#include "async/asio.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace busbar::service {

class Notifier {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of the environment.
  Notifier();

  /// Once, when the configuration is valid and the workers run; waits for no broker and no device.
  void ready(std::string_view status);
  /// One line for `systemctl status`; sent when it differs from the last one.
  void status(std::string_view text);
  /// Begin of a reload, to be followed by ready(): also when the new configuration was refused.
  void reloading();
  void stopping(std::string_view status = "stopping");

  /// Half of what the manager allows; empty when it does not watch this process.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_period() const noexcept { return period_; }
  /// Why the daemon makes no progress; "" when it does.
  using Stalled = std::function<std::string()>;
  /// Pings from the loop itself, once per period, while `stalled` says "". Runs until cancelled; returns at
  /// once when there is no watchdog. A dead device is no reason to be stalled: the daemon would be restarted
  /// for nothing.
  [[nodiscard]] asio::awaitable<void> watchdog(Stalled stalled);

 private:
  void send(const std::string& message);

  std::optional<std::chrono::microseconds> period_;
  std::string status_;
  bool failed_ = false;
};

}  // namespace busbar::service
