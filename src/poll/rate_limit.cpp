#include "poll/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace busbar::poll {

double RateLimit::tokens(Steady now) const {
  if (counted_ == Steady::min()) return tokens_;
  const std::chrono::duration<double> passed = std::max(now - counted_, Steady::duration{0});
  return std::min(capacity_, tokens_ + passed.count() * capacity_ / 60);
}

bool RateLimit::take(Steady now) {
  const double there = tokens(now);
  if (there < 1) return false;
  tokens_ = there - 1;
  counted_ = now;
  return true;
}

std::chrono::seconds RateLimit::wait(Steady now) const {
  const double missing = 1 - tokens(now);
  return std::chrono::seconds{missing <= 0 ? 0 : static_cast<long>(std::ceil(missing * 60 / capacity_))};
}

}  // namespace busbar::poll
