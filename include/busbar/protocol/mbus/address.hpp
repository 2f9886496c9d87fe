// Whom a master asks: one slave by its primary address, or those that a selection matches.
// Source: EN 13757-3:2018, section 11 (secondary addressing); MBDOC48, section 7.
#pragma once

#include <busbar/protocol/codec.hpp>
#include <busbar/protocol/mbus/telegram.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace busbar::protocol::mbus {

/// CI field of a selection; eight bytes of identity follow it.
inline constexpr std::uint8_t select_ci = 0x52;
/// Matches every slave.
inline constexpr Identity any_identity{0xFFFFFFFF, 0xFFFF, 0xFF, 0xFF};

struct Address {
  std::uint8_t primary = selected_address;
  std::optional<Identity> selection{};  ///< a secondary address; `primary` is then that of the selected slave
  bool operator==(const Address&) const = default;
};

/// "5": primary, 0 to 250, or 254. "12345678": the eight digits of an id; "1234567824400107": id,
/// manufacturer as on the wire, version, medium. In both F matches any digit. Shorter numbers from 256 on are
/// ids without their leading zeros. bad_value says what was expected.
[[nodiscard]] Result<Address> parse_address(std::string_view text);
/// What parse_address() reads; sixteen digits only where the eight of the id are not all.
[[nodiscard]] std::string to_string(const Address& address);

/// A nibble F of the id, FFFF as manufacturer, FF as version or medium match anything; nothing else does.
[[nodiscard]] bool matches(const Identity& mask, const Identity& identity);

/// The query of `command` to that address; `data` is what Query::data says without a selection.
[[nodiscard]] Query query_to(const Address& address, std::uint32_t command, ByteView data = {});

}  // namespace busbar::protocol::mbus
