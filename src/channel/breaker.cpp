// The ladder of a circuit breaker: closed → open → half-open → closed, or open again for twice as long.
#include "channel/breaker.hpp"

#include <algorithm>

namespace busbar::channel {

CircuitBreaker::CircuitBreaker(unsigned failures, std::chrono::milliseconds min,
                               std::chrono::milliseconds max)
    : limit_{failures}, min_{min}, max_{std::max(min, max)} {}

bool CircuitBreaker::allows(Steady now) const noexcept { return state_ != Breaker::open || now >= probe_at_; }

void CircuitBreaker::started() noexcept {
  if (state_ == Breaker::open) state_ = Breaker::half_open;
}

void CircuitBreaker::succeeded() noexcept {
  state_ = Breaker::closed;
  failed_ = 0;
}

void CircuitBreaker::failed_at(Steady now) {
  ++failed_;
  if (limit_ == 0 || (state_ == Breaker::closed && failed_ < limit_)) return;
  delay_ = state_ == Breaker::closed ? min_ : std::min(2 * delay_, max_);
  state_ = Breaker::open;
  probe_at_ = now + delay_;
}

void CircuitBreaker::undecided() noexcept {
  if (state_ == Breaker::half_open) state_ = Breaker::open;
}

void CircuitBreaker::expedite(Steady now) noexcept { probe_at_ = std::min(probe_at_, now); }

}  // namespace busbar::channel
