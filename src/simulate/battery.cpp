#include "simulate/battery.hpp"

#include <cmath>
#include <numbers>

namespace busbar::simulate {
namespace {
constexpr double period = 600;  // s
constexpr double most = 30;     // A
}  // namespace

/// Batteries are out of step by their numbers, so that mixed-up answers show.
void Battery::advance(std::chrono::milliseconds elapsed) {
  seconds_ = std::chrono::duration<double>(elapsed).count() + 37.0 * number_;
}

double Battery::phase() const { return 2 * std::numbers::pi * seconds_ / period; }

double Battery::current() const { return most * std::sin(phase()); }

/// The integral of the current over the time.
double Battery::remaining() const {
  constexpr double swing = most * period / (2 * std::numbers::pi) / 3600;
  return 0.6 * capacity + swing * (1 - std::cos(phase()));
}

double Battery::temperature() const { return 21 + 3 * std::sin(phase() / 7) + 0.1 * std::abs(current()); }

/// mV: higher when fuller and while charging, and each cell a little different (0 to 6 mV).
unsigned Battery::cell(unsigned index) const {
  const unsigned spread = (index * 5 + number_ * 3) % 7;
  return static_cast<unsigned>(std::lround(3270 + 60 * remaining() / capacity + 0.4 * current())) + spread;
}

/// mV of cells in series.
unsigned Battery::pack(unsigned cells) const {
  unsigned sum = 0;
  for (unsigned i = 0; i < cells; ++i) sum += cell(i);
  return sum;
}

}  // namespace busbar::simulate
