// Circuit breaker of one device: a device that is silent is asked less and less often. Pure: the time is
// passed in.
#pragma once

#include "model/health.hpp"

#include <chrono>

namespace busbar::channel {

class CircuitBreaker {
 public:
  /// Opens after `failures` failed polls in a row (0 = never). Then one probe after `min`, and twice as long
  /// after each probe that fails, up to `max`; one success closes.
  CircuitBreaker(unsigned failures, std::chrono::milliseconds min, std::chrono::milliseconds max);

  [[nodiscard]] Breaker state() const noexcept { return state_; }
  /// Silent for several polls in a row: such a device gets no retries, they would only delay the others. Not
  /// after the first: on a bad line that loses every fifth answer, three lonely attempts in a row fail every
  /// hour or two, and Home Assistant would hear that the device is gone.
  [[nodiscard]] bool suspect() const noexcept { return failed_ >= 3; }
  [[nodiscard]] bool allows(Steady now) const noexcept;
  [[nodiscard]] Steady probe_at() const noexcept { return probe_at_; }
  [[nodiscard]] unsigned failed() const noexcept { return failed_; }

  /// A request goes out: an open breaker becomes half-open.
  void started() noexcept;
  void succeeded() noexcept;
  void failed_at(Steady now);
  /// The link broke before the device could answer: nothing is known about the device.
  void undecided() noexcept;
  /// The link is new: what was silent behind the old one may be asked at once. The delay that follows is
  /// kept.
  void expedite(Steady now) noexcept;

 private:
  unsigned limit_;
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  Breaker state_ = Breaker::closed;
  unsigned failed_ = 0;
  std::chrono::milliseconds delay_{};
  Steady probe_at_{};
};

}  // namespace busbar::channel
