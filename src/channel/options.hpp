// Settings of a channel; filled by the configuration. No Asio here: the pure parts include it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace busbar::channel {

using std::chrono::milliseconds;

struct Options {
  std::string id{};
  milliseconds spacing{200};        ///< end of a response to the start of the next request
  milliseconds after_connect{200};  ///< silence after a connect
  milliseconds on_unit_change{0};   ///< extra silence when the next request goes to another address
  milliseconds settle{
      500};  ///< silence after a timeout, so that a late reply is not taken for the next answer
  milliseconds timeout{1000};       ///< one total deadline for the answer, first to last byte
  unsigned retries = 1;             ///< further attempts after a transient error
  milliseconds retry_backoff{200};  ///< jittered, doubled per attempt
  milliseconds reconnect_min{500};
  milliseconds reconnect_max{60000};
  unsigned breaker_failures = 3;  ///< failed polls in a row before a device's breaker opens
  milliseconds breaker_probe_min{10000};
  milliseconds breaker_probe_max{300000};
  milliseconds silence_limit{
      120000};  ///< reconnect when requests went without any byte for so long; 0 = never
  std::size_t max_queue = 1024;
  /// The link replays a recording: the end of the wait for an answer comes from there, not from the clock.
  bool replayed = false;
  unsigned baud = 9600;  ///< of the wire behind the link; for the bus-time budget only
  bool operator==(const Options&) const = default;
};

enum class Priority { write, on_demand, scheduled };  ///< the first goes first

}  // namespace busbar::channel
