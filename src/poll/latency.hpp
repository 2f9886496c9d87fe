// Response times of the recent exchanges of one device.
#pragma once

#include "model/health.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace busbar::poll {

class LatencyWindow {
 public:
  void add(std::chrono::nanoseconds time);
  /// count is of all exchanges ever, the rest of the window.
  [[nodiscard]] Latency summary() const;
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// summary().p99 > milliseconds, without sorting: asked after every poll.
  [[nodiscard]] bool p99_beyond(double milliseconds) const noexcept;

 private:
  static constexpr std::size_t window = 128;
  [[nodiscard]] std::size_t size() const noexcept;

  std::array<float, window> samples_{};  // milliseconds; a ring
  std::uint64_t count_ = 0;
};

}  // namespace busbar::poll
