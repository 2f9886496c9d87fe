// What a device's polls add up to.
#include "poll/standing.hpp"

#include <algorithm>
#include <utility>

namespace busbar::poll {

Outcome outcome_of(Errc error) noexcept {
  switch (error) {
    case Errc::breaker_open:
      return Outcome::discarded;
    case Errc::cancelled:
    case Errc::queue_full:
      return Outcome::skipped;
    case Errc::rejected:
      return Outcome::refused;
    default:
      return Outcome::failed;
  }
}

Standing::Standing(unsigned offline_after) : offline_after_{std::max(offline_after, 1U)} {}

std::optional<Standing::Change> Standing::succeeded(UtcMillis at, Steady received,
                                                    std::chrono::nanoseconds latency) {
  ++health_.polls_success;
  health_.last_success = at;
  health_.last_success_steady = received;
  latency_.add(latency);
  in_a_row_ = repeats_ = 0;
  last_code_.reset();
  if (health_.availability == Availability::online) return std::nullopt;
  health_.availability = Availability::online;
  return Change{Availability::online, "answers"};
}

std::optional<Standing::Change> Standing::failed(const Error& error) {
  ++health_.errors[error.code];
  health_.last_error = to_string(error);
  repeats_ = last_code_ == error.code ? repeats_ + 1 : 1;
  last_code_ = error.code;
  switch (outcome_of(error.code)) {
    case Outcome::failed:
      ++health_.polls_failed;
      break;
    case Outcome::discarded:
      ++health_.polls_discarded;
      break;
    case Outcome::refused:
      // It answers, though not this: no sign of trouble, nor a reading that would make it online.
      ++health_.polls_refused;
      in_a_row_ = 0;
      return std::nullopt;
    default:
      // Says nothing about the device.
      ++health_.polls_skipped;
      return std::nullopt;
  }
  if (++in_a_row_ < offline_after_ || health_.availability == Availability::offline) return std::nullopt;
  health_.availability = Availability::offline;
  return Change{Availability::offline, health_.last_error};
}

std::uint64_t Standing::count_values(std::size_t readings, std::size_t implausible,
                                     std::size_t anomalies) noexcept {
  health_.readings += readings;
  health_.implausible += implausible;
  health_.anomalies += anomalies;
  return health_.implausible;
}

bool Standing::became_slow(std::chrono::milliseconds timeout) {
  constexpr std::uint64_t enough = 20;  // exchanges that allow a judgement
  constexpr double close = 0.8;
  const bool slow =
      latency_.count() >= enough && latency_.p99_beyond(close * static_cast<double>(timeout.count()));
  return !std::exchange(slow_, slow) && slow;
}

DeviceHealth Standing::health() const {
  DeviceHealth health = health_;
  health.latency = latency_.summary();
  return health;
}

}  // namespace busbar::poll
