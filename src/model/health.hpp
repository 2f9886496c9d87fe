// What the daemon knows about itself: counters of devices, channels and sinks, taken as a snapshot by whoever
// shows them.
#pragma once

#include "model/command.hpp"

#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace busbar {

enum class Availability { unknown, online, offline };
enum class Breaker { closed, open, half_open };

/// Milliseconds over a window of recent exchanges (request sent to last byte of the response).
struct Latency {
  double p50 = 0, p99 = 0, max = 0;
  std::uint64_t count = 0;
};

/// How long after their tick polls started, since the start of the daemon.
struct Lateness {
  static constexpr std::array bounds{0.001, 0.002, 0.005, 0.01, 0.02,
                                     0.05,  0.1,   0.5,   1.0,  10.0};  ///< seconds
  std::array<std::uint64_t, bounds.size() + 1> counts{};  ///< up to each bound, and beyond the last
  double sum = 0;                                         ///< seconds

  void add(std::chrono::nanoseconds late) noexcept;
  Lateness& operator+=(const Lateness& other) noexcept;
};

struct DeviceHealth {
  std::string id;
  std::string channel;
  Availability availability = Availability::unknown;
  Breaker breaker = Breaker::closed;
  std::uint64_t polls_success = 0;
  std::uint64_t polls_failed = 0;     ///< an exchange was tried and no valid answer came
  std::uint64_t polls_skipped = 0;    ///< a tick passed while the one before was still under way
  std::uint64_t polls_discarded = 0;  ///< not tried: breaker open
  std::uint64_t polls_refused = 0;    ///< the device answered that it does not do that
  std::uint64_t readings = 0;
  std::uint64_t implausible = 0;  ///< fields dropped: out of range, or a counter that fell
  std::uint64_t anomalies =
      0;  ///< contradictions inside a valid frame, e.g. declared and carried cell counts
  std::map<Errc, std::uint64_t> errors;
  bool writable = false;                         ///< the site allows to set something
  std::array<std::uint64_t, verdicts> writes{};  ///< attempts by what became of them, as Verdict counts
  std::optional<UtcMillis> last_success;
  std::optional<Steady> last_success_steady;
  std::string last_error;
  Latency latency;
  Lateness lateness;
};

struct ChannelHealth {
  std::string id;
  std::string endpoint;
  bool connected = false;
  std::uint64_t connects = 0;  ///< successful opens; reconnects = connects - 1
  std::uint64_t connect_failures = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_skipped = 0;  ///< received but part of no valid frame
  std::uint64_t frames = 0;
  std::uint64_t late_frames = 0;     ///< answers to a request that had already timed out
  std::uint64_t foreign_frames = 0;  ///< valid frames nobody asked for
  std::uint64_t retries = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t queue_depth = 0;
  std::chrono::nanoseconds busy{};  ///< time with a request in flight
};

/// Of a sink that keeps every report until it is delivered.
struct SpoolHealth {
  std::uint64_t memory_records = 0;  ///< waiting in memory only
  std::uint64_t disk_records = 0;    ///< in the file
  std::uint64_t disk_bytes = 0;      ///< of records in the file
  std::uint64_t dropped = 0;         ///< beyond a limit, damaged, or refused for good
  std::uint64_t damaged = 0;         ///< of these: found with a wrong checksum
  std::uint64_t writes = 0;          ///< transactions that changed the file
  std::uint64_t errors = 0;          ///< transactions that failed
  std::optional<UtcMillis> oldest{};
};

/// accepted = acknowledged + queued + dropped + coalesced, always.
struct SinkAccount {
  std::string name;
  bool healthy = true;
  std::uint64_t accepted = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t queued = 0;
  std::uint64_t dropped = 0;
  std::uint64_t coalesced = 0;
  std::uint64_t errors = 0;
  std::string last_error{};
  std::optional<SpoolHealth> spool{};
};

struct Health {
  std::string version;
  UtcMillis started{};
  Steady now{};
  std::vector<DeviceHealth> devices;
  std::vector<ChannelHealth> channels;
  std::vector<SinkAccount> sinks;
};

[[nodiscard]] std::string_view to_string(Availability availability) noexcept;  // unknown, online, offline
[[nodiscard]] std::string_view to_string(Breaker breaker) noexcept;            // closed, open, half_open

}  // namespace busbar
