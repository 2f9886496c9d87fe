// The service manager's side: readiness, status line, watchdog.
#include "service/notify.hpp"

#include "async/wakeup.hpp"

#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>

namespace busbar::service {
namespace {

/// A line feed would begin the next assignment of the protocol.
std::string one_line(std::string_view text) {
  std::string line{text};
  std::ranges::replace_if(
      line, [](char c) { return c >= 0 && c < ' '; }, ' ');
  return line;
}

}  // namespace

Notifier::Notifier() {
  std::uint64_t limit = 0;
  if (::sd_watchdog_enabled(0, &limit) > 0 && limit > 0) period_ = std::chrono::microseconds{limit / 2};
}

void Notifier::send(const std::string& message) {
  const int result = ::sd_notify(0, message.c_str());
  if (result < 0 && !std::exchange(failed_, true))
    spdlog::warn("cannot notify the service manager: {}", std::strerror(-result));
}

void Notifier::ready(std::string_view status) {
  status_ = one_line(status);
  send("READY=1\nSTATUS=" + status_);
}

void Notifier::status(std::string_view text) {
  std::string line = one_line(text);
  if (line == status_) return;
  status_ = std::move(line);
  send("STATUS=" + status_);
}

void Notifier::reloading() {
  // systemd wants to know which of two reloads it hears of: sd_notify(3), MONOTONIC_USEC.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  send("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void Notifier::stopping(std::string_view status) {
  status_ = one_line(status);
  send("STOPPING=1\nSTATUS=" + status_);
}

asio::awaitable<void> Notifier::watchdog(Stalled stalled) {
  if (!period_) co_return;
  std::string reason;
  auto next = std::chrono::steady_clock::now();
  while (true) {
    std::string now = stalled();
    if (now.empty()) {
      if (!reason.empty()) spdlog::info("watchdog: progress again");
      send("WATCHDOG=1");
    } else if (now != reason) {
      spdlog::error("watchdog: no progress: {}; the service manager will restart busbar if this lasts", now);
    }
    reason = std::move(now);
    // After a long pause of the loop one ping is due, not one for every period missed.
    next = std::max(next + *period_, std::chrono::steady_clock::now());
    co_await async::wait_until(next);
  }
}

}  // namespace busbar::service
