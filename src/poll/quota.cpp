#include "poll/quota.hpp"

#include <string>

namespace busbar::poll {

bool Quota::allows(Steady now) {
  constexpr std::chrono::hours day{24};
  while (!asked_.empty() && now - asked_.front() >= day) asked_.pop_front();
  return per_day_ == 0 || asked_.size() < per_day_;
}

void Quota::count(Steady now) {
  if (per_day_ == 0) return;
  asked_.push_back(now);
  if (asked_.size() > per_day_) asked_.pop_front();
}

Error Quota::used_up() const {
  return {Errc::cancelled,
          "its " + std::to_string(per_day_) + " polls of 24 hours are used up (polls_per_day)"};
}

}  // namespace busbar::poll
