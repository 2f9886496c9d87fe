#include "virtuals/integrator.hpp"

#include <algorithm>
#include <utility>

namespace busbar::virtuals {

/// Watt-hours of one direction below the straight line between two powers; `sign` −1 counts what is below
/// zero.
double trapezoid(double from, double to, std::chrono::duration<double> time, double sign) noexcept {
  constexpr double seconds_per_hour = 3600;
  const double hours = time.count() / seconds_per_hour;
  const double a = sign * from;
  const double b = sign * to;
  if (a <= 0 && b <= 0) return 0;
  if (a >= 0 && b >= 0) return (a + b) / 2 * hours;
  // A triangle: its height is the end that counts, its base the part of the time on that side of zero.
  const double height = std::max(a, b);
  return height * height / (height - std::min(a, b)) / 2 * hours;
}

/// A time that does not go forward adds nothing; one that is longer than the gap allows is told instead of
/// counted.
Integrator::Step Integrator::add(double watts, Steady at) noexcept {
  if (last_ && at <= last_->at) return {};
  const auto before = std::exchange(last_, Sample{watts, at});
  if (!before) return {};
  const auto elapsed = at - before->at;
  if (elapsed > max_gap_) return {0, std::chrono::duration_cast<std::chrono::milliseconds>(elapsed)};
  return {trapezoid(before->watts, watts, elapsed, sign_), std::nullopt};
}

}  // namespace busbar::virtuals
