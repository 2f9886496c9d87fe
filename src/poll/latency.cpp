// Response times of the recent exchanges of one device.
#include "poll/latency.hpp"

#include <algorithm>
#include <cmath>

namespace busbar::poll {
namespace {

/// Nearest rank: the smallest sample that at least the share of all samples does not exceed.
std::size_t rank(double share, std::size_t size) noexcept {
  return static_cast<std::size_t>(std::ceil(share * static_cast<double>(size))) - 1;
}

}  // namespace

void LatencyWindow::add(std::chrono::nanoseconds time) {
  samples_[count_++ % window] = std::chrono::duration<float, std::milli>{time}.count();
}

std::size_t LatencyWindow::size() const noexcept {
  return static_cast<std::size_t>(std::min<std::uint64_t>(count_, window));
}

Latency LatencyWindow::summary() const {
  if (size() == 0) return {};
  // Asked of every device for a page: what lies between the ranks need not be sorted.
  auto samples = samples_;
  const auto end = samples.begin() + static_cast<std::ptrdiff_t>(size());
  const auto at = [&](double share) {
    return samples.begin() + static_cast<std::ptrdiff_t>(rank(share, size()));
  };
  std::nth_element(samples.begin(), at(0.99), end);
  std::nth_element(samples.begin(), at(0.50), at(0.99));
  return {.p50 = *at(0.50), .p99 = *at(0.99), .max = *std::max_element(at(0.99), end), .count = count_};
}

bool LatencyWindow::p99_beyond(double milliseconds) const noexcept {
  if (size() == 0) return false;
  const auto last = samples_.begin() + static_cast<std::ptrdiff_t>(size());
  const auto slower = std::count_if(samples_.begin(), last, [=](float time) { return time > milliseconds; });
  return static_cast<std::size_t>(slower) >= size() - rank(0.99, size());
}

}  // namespace busbar::poll
