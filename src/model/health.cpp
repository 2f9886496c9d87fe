// Names of the states a device can be in, as shown by every sink; and sorting lateness into its buckets.
#include "model/health.hpp"

#include <algorithm>
#include <functional>

namespace busbar {

std::string_view to_string(Availability availability) noexcept {
  switch (availability) {
    case Availability::unknown:
      return "unknown";
    case Availability::online:
      return "online";
    case Availability::offline:
      return "offline";
  }
  return "unknown";
}

std::string_view to_string(Breaker breaker) noexcept {
  switch (breaker) {
    case Breaker::closed:
      return "closed";
    case Breaker::open:
      return "open";
    case Breaker::half_open:
      return "half_open";
  }
  return "unknown";
}

void Lateness::add(std::chrono::nanoseconds late) noexcept {
  const double seconds = std::max(std::chrono::duration<double>(late).count(), 0.0);
  const auto* const bucket = std::ranges::lower_bound(bounds, seconds);
  ++counts[static_cast<std::size_t>(bucket - bounds.begin())];
  sum += seconds;
}

Lateness& Lateness::operator+=(const Lateness& other) noexcept {
  std::ranges::transform(counts, other.counts, counts.begin(), std::plus{});
  sum += other.sum;
  return *this;
}

}  // namespace busbar
