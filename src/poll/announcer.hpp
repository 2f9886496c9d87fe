// Tells the log and the sinks what a device's polls came to: news once, repetitions ever more rarely.
#pragma once

#include "channel/channel.hpp"
#include "poll/standing.hpp"
#include "profile/decoder.hpp"
#include "sink/sink.hpp"

#include <busbar/model/report.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace busbar::poll {

class Announcer {
 public:
  Announcer(std::string device, unsigned offline_after, sink::Sinks& sinks)
      : device_{std::move(device)}, sinks_{sinks}, standing_{offline_after} {}

  /// A poll starts so long after its tick.
  void started(std::chrono::nanoseconds late) noexcept { standing_.started(late); }
  /// Dropped fields are a warning, contradictions inside a frame are for those who look for them.
  void decoded(const std::string& query, const profile::Decoded& decoded);
  /// `timeout` is what answers of this query have; the log warns before they need all of it.
  void succeeded(const Report& report, const channel::Reply& reply, std::chrono::milliseconds timeout);
  /// Returns the error, for the caller to pass on.
  Error failed(const std::string& query, const Error& error);
  /// An attempt to set something ended so.
  void wrote(Verdict verdict) noexcept { standing_.wrote(verdict); }

  /// Without id, channel and breaker, which the poller knows.
  [[nodiscard]] DeviceHealth health() const { return standing_.health(); }
  [[nodiscard]] Availability availability() const noexcept { return standing_.availability(); }

 private:
  void announce(const std::optional<Standing::Change>& change);

  std::string device_;
  sink::Sinks& sinks_;
  Standing standing_;
  std::set<std::string, std::less<>> refused_;  ///< queries that the device does not know, and that was said
};

}  // namespace busbar::poll
