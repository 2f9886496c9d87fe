// How often a device may be asked in a day: batteries of meters are made for so many readings. Pure; the time
// is passed in.
#pragma once

#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <cstddef>
#include <deque>

namespace busbar::poll {

class Quota {
 public:
  /// Of any 24 hours; 0: without limit.
  explicit Quota(unsigned per_day) : per_day_{per_day} {}

  /// False: it was asked so often in the 24 hours before.
  [[nodiscard]] bool allows(Steady now);
  void count(Steady now);
  /// What is said when it is not allowed: nothing about the device.
  [[nodiscard]] Error used_up() const;

 private:
  unsigned per_day_;
  std::deque<Steady> asked_;  ///< the last, at most per_day_
};

}  // namespace busbar::poll
