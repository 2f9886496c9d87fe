#include "poll/quota.hpp"

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

}  // namespace busbar::poll
