// What systemd is told: sd_notify(3) and sd_watchdog_enabled(3). Without $NOTIFY_SOCKET every call does
// nothing.
#pragma once

#include "async/asio.hpp"

#include <functional>
#include <string>

namespace busbar::service {

class Notifier {
 public:
  Notifier();

  void ready();
  /// One line for `systemctl status`; sent only when it differs from the one before.
  void status(const std::string& text);
  void stopping();

  /// Sends the watchdog heartbeat at half of $WATCHDOG_USEC, from the loop itself, as long as `progress`
  /// returns true; and renews the status line from `status_line` every few seconds. Runs until cancelled,
  /// also without a watchdog.
  [[nodiscard]] asio::awaitable<void> run(std::function<bool()> progress,
                                          std::function<std::string()> status_line);

 private:
  std::string last_status_;
};

}  // namespace busbar::service
