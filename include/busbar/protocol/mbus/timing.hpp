// How long the steps of a wired bus may take. Pure.
// Source: EN 13757-2, section 5.7.3 (a slave answers 11 to 330 bit times, and 50 ms, after a request).
#pragma once

#include <busbar/protocol/mbus/frame.hpp>

#include <chrono>
#include <optional>

namespace busbar::protocol::mbus {

inline constexpr unsigned usual_baud = 2400;
/// What a gateway, or a converter, may take beside the meter.
inline constexpr std::chrono::milliseconds serial_slack{100};
inline constexpr std::chrono::milliseconds network_slack{400};

struct Timing {
  std::chrono::milliseconds acknowledgement{};  ///< from the start of a request to the end of an E5
  std::chrono::milliseconds telegram{};         ///< to the end of the longest telegram
  std::chrono::milliseconds readout{};          ///< to the end of several
  std::chrono::milliseconds idle{};             ///< silence before the next request
};

/// `patience`: how long a slave may take to begin its answer; without, as the standard allows, and `slack`.
[[nodiscard]] constexpr Timing timing_of(unsigned baud, std::chrono::milliseconds slack = serial_slack,
                                         std::optional<std::chrono::milliseconds> patience = {}) {
  using std::chrono::milliseconds;
  if (baud == 0) baud = usual_baud;
  const auto bits = [&](std::size_t count) { return milliseconds{(count * 1000 + baud - 1) / baud}; };
  constexpr std::size_t bits_per_byte = 11;  // start, 8 data, parity, stop
  constexpr std::size_t selection_bytes = 17;
  constexpr milliseconds constant{50};
  constexpr int usual_telegrams = 6;
  const milliseconds wait = patience.value_or(bits(330) + constant + slack);
  Timing timing;
  timing.acknowledgement = wait + bits((selection_bytes + 1) * bits_per_byte);
  timing.telegram = wait + bits((5 + max_frame_size) * bits_per_byte);
  timing.readout = timing.acknowledgement + usual_telegrams * timing.telegram;
  timing.idle = bits(33);
  return timing;
}

}  // namespace busbar::protocol::mbus
