// A poller's wait for its channel, for the watchdog: when it must have ended, however the device behaves.
#pragma once

#include <busbar/model/report.hpp>

#include <chrono>
#include <optional>

namespace busbar::poll {

/// While it lives, a poller waits for the channel.
class Waiting {
 public:
  Waiting(std::optional<Steady>& overdue, Steady deadline) : overdue_{overdue} {
    if (deadline < Steady::max() - allowance) overdue_ = deadline + allowance;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { overdue_.reset(); }

 private:
  /// What an exchange may take after its deadline, which only forbids attempts to start: the longest answer
  /// in the most frames, and a busy machine.
  static constexpr std::chrono::minutes allowance{1};

  std::optional<Steady>& overdue_;
};

}  // namespace busbar::poll
