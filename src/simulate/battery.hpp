// A lithium battery that is charged and discharged for ever, for the simulators of battery boards. Pure.
#pragma once

#include <chrono>

namespace busbar::simulate {

class Battery {
 public:
  static constexpr double capacity = 100;  ///< Ah

  /// `number` tells batteries of one wire apart: each is at another point of its cycle.
  explicit Battery(unsigned number) : number_{number} {}

  /// One cycle takes ten minutes: at most 30 A in, then as much out.
  void advance(std::chrono::milliseconds elapsed);

  [[nodiscard]] double current() const;      ///< A, charging +
  [[nodiscard]] double remaining() const;    ///< Ah
  [[nodiscard]] double temperature() const;  ///< °C
  /// mV; cells differ by some millivolts, each in its own way.
  [[nodiscard]] unsigned cell(unsigned index) const;
  /// mV, the sum of so many cells.
  [[nodiscard]] unsigned pack(unsigned cells) const;

 private:
  [[nodiscard]] double phase() const;
  unsigned number_;
  double seconds_ = 0;
};

}  // namespace busbar::simulate
