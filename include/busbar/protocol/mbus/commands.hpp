// What can be sent to a meter beside requests for data: a CI field and its data, as Query::data holds them.
// Source: EN 13757-3:2018, table 2 and section 7; MBDOC48, sections 6.4.1 and 6.4.2.
#pragma once

#include <busbar/model/bytes.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace busbar::protocol::mbus {

/// A new primary address, 0 to 250.
[[nodiscard]] inline Bytes set_address(std::uint8_t address) { return {0x51, 0x01, 0x7A, address}; }

/// The speeds a meter can be told to use; it acknowledges at the old one.
inline constexpr std::array<unsigned, 8> bauds{300, 600, 1200, 2400, 4800, 9600, 19200, 38400};
/// nullopt when there is no such speed.
[[nodiscard]] inline std::optional<Bytes> set_baud(unsigned baud) {
  for (std::size_t at = 0; at < bauds.size(); ++at)
    if (bauds[at] == baud) return Bytes{static_cast<std::uint8_t>(0xB8 + at)};
  return std::nullopt;
}

/// Application reset; the subcode, where given, chooses what is sent afterwards: 00 all, 10 user data, 20
/// simple billing, 50 instantaneous values.
[[nodiscard]] inline Bytes application_reset(std::optional<std::uint8_t> subcode = {}) {
  return subcode ? Bytes{0x50, *subcode} : Bytes{0x50};
}

}  // namespace busbar::protocol::mbus
