// Exponentially growing delays with jitter.
#include "channel/backoff.hpp"

#include <algorithm>
#include <random>

namespace busbar::channel {

using std::chrono::milliseconds;

Backoff::Backoff(milliseconds min, milliseconds max)
    : min_{std::max(min, milliseconds{1})}, max_{std::max(max, min_)} {}

milliseconds Backoff::next(double random) {
  constexpr unsigned most_doublings = 30;
  const double base = static_cast<double>(min_.count()) * static_cast<double>(1U << step_);
  if (step_ < most_doublings) ++step_;
  const double limit = static_cast<double>(max_.count());
  // At the limit the jitter goes downwards, or all clients would meet there.
  const double low = std::min(base, std::max(static_cast<double>(min_.count()), limit / 2));
  const double high = std::min(2 * base, limit);
  return milliseconds{static_cast<milliseconds::rep>(low + (high - low) * random)};
}

std::function<double()> jitter() {
  return [generator = std::minstd_rand{std::random_device{}()}]() mutable {
    return std::generate_canonical<double, 32>(generator);
  };
}

}  // namespace busbar::channel
