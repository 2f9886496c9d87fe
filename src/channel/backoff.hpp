// Exponentially growing delays with jitter. Pure: randomness is passed in.
#pragma once

#include <chrono>
#include <functional>

namespace busbar::channel {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max);

  /// The n-th delay lies in [min·2ⁿ, min·2ⁿ⁺¹), never above max; `random` in [0, 1) says where, so that many
  /// clients of one gateway do not come back in step.
  [[nodiscard]] std::chrono::milliseconds next(double random);
  void reset() noexcept { step_ = 0; }

 private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  unsigned step_ = 0;
};

/// Uniform in [0, 1), seeded by the system.
[[nodiscard]] std::function<double()> jitter();

}  // namespace busbar::channel
