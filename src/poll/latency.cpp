// Response times of the recent exchanges of one device.
#include "poll/latency.hpp"

#include <algorithm>
#include <cmath>

namespace busbar::poll {

void LatencyWindow::add(std::chrono::nanoseconds time) {
  samples_[count_++ % window] = std::chrono::duration<float, std::milli>{time}.count();
}

Latency LatencyWindow::summary() const {
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(count_, window));
  if (size == 0) return {};
  auto sorted = samples_;
  std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(size));
  // Nearest rank: the smallest sample that at least the share of all samples does not exceed.
  const auto rank = [&](double share) {
    return static_cast<std::size_t>(std::ceil(share * static_cast<double>(size))) - 1;
  };
  return {.p50 = sorted[rank(0.50)], .p99 = sorted[rank(0.99)], .max = sorted[size - 1], .count = count_};
}

}  // namespace busbar::poll
