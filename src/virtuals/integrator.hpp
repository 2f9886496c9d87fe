// Energy from power: the area below straight lines between the values, one direction of flow. Pure.
#pragma once

#include <busbar/model/report.hpp>

#include <chrono>
#include <optional>

namespace busbar::virtuals {

/// Watt-hours that flowed one way while the power went from `from` to `to` in a straight line; where the line
/// crosses zero, only the part on that side of it counts. `sign` is +1 or -1. Never negative.
[[nodiscard]] double trapezoid(double from, double to, std::chrono::duration<double> time,
                               double sign) noexcept;

class Integrator {
 public:
  Integrator(double sign, std::chrono::milliseconds max_gap) noexcept : sign_{sign}, max_gap_{max_gap} {}

  struct Step {
    double watt_hours = 0;
    std::optional<std::chrono::milliseconds> gap{};  ///< too long a time without a value: nothing was added
  };
  /// The next value, in watts. One that is not newer than the last adds nothing.
  Step add(double watts, Steady at) noexcept;
  /// Goes on where another one was.
  void resume(const Integrator& before) noexcept { last_ = before.last_; }

 private:
  struct Sample {
    double watts;
    Steady at;
  };
  double sign_;
  std::chrono::milliseconds max_gap_;
  std::optional<Sample> last_;
};

}  // namespace busbar::virtuals
