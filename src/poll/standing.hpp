// What a device's polls add up to: counters, and availability with hysteresis. Pure.
#pragma once

#include "model/health.hpp"
#include "poll/latency.hpp"

#include <busbar/model/error.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace busbar::poll {

/// success; failed: tried, no valid answer; skipped: its moment passed; discarded: not tried, the breaker is
/// open; refused: the device answered that it does not do that.
enum class Outcome { success, failed, skipped, discarded, refused };

/// breaker_open is discarded; what ended before it had its turn (cancelled, queue_full) is skipped; rejected
/// is refused; all else failed.
[[nodiscard]] Outcome outcome_of(Errc error) noexcept;

class Standing {
 public:
  /// Offline after so many polls in a row without an answer; one answer makes it online.
  explicit Standing(unsigned offline_after);

  /// A poll starts so long after its tick.
  void started(std::chrono::nanoseconds late) noexcept { health_.lateness.add(late); }

  struct Change {
    Availability availability;
    std::string reason;
  };
  /// A poll ended well; `latency` is from the request to the last byte of the response.
  [[nodiscard]] std::optional<Change> succeeded(UtcMillis at, Steady received,
                                                std::chrono::nanoseconds latency);
  [[nodiscard]] std::optional<Change> failed(const Error& error);

  /// An attempt to set something ended so.
  void wrote(Verdict verdict) noexcept { ++health_.writes[static_cast<std::size_t>(verdict)]; }

  /// Returns how many values were implausible so far.
  std::uint64_t count_values(std::size_t readings, std::size_t implausible, std::size_t anomalies) noexcept;
  /// True once when the slowest answers come close to the timeout, and again only after they got faster.
  [[nodiscard]] bool became_slow(std::chrono::milliseconds timeout);

  /// Polls in a row without an answer.
  [[nodiscard]] std::uint64_t in_a_row() const noexcept { return in_a_row_; }
  /// How often the present error has come in a row; 1 = it is news.
  [[nodiscard]] std::uint64_t repeats() const noexcept { return repeats_; }
  [[nodiscard]] Availability availability() const noexcept { return health_.availability; }
  [[nodiscard]] Latency latency() const { return latency_.summary(); }
  /// Without id, channel and breaker, which the poller knows.
  [[nodiscard]] DeviceHealth health() const;

 private:
  unsigned offline_after_;
  std::uint64_t in_a_row_ = 0;
  std::uint64_t repeats_ = 0;
  std::optional<Errc> last_code_;
  LatencyWindow latency_;
  bool slow_ = false;
  DeviceHealth health_;
};

}  // namespace busbar::poll
