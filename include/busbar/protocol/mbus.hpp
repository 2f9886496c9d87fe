// Wired M-Bus as a protocol of a channel: one exchange resets the slave's link (or selects the slave), reads
// all its telegrams, and joins them. The page about it: docs/protocols/mbus.md.
//
// Query::address   0 to 250, 254: primary. 256 and above: the eight digits of a secondary address; version,
//                  medium and manufacturer are wildcards
// Query::command   read or read_without_reset
// Query::data      empty, or what is sent before reading: a CI field and its data ("50": application reset)
// payload          the telegrams, one behind the other, as whole frames
#pragma once

#include <busbar/protocol/codec.hpp>
#include <busbar/protocol/mbus/telegram.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace busbar::protocol::mbus {

inline constexpr std::uint32_t read = 1;
/// For slaves that do not acknowledge a reset, primary addresses only. A slave that numbers its telegrams
/// may repeat its last one.
inline constexpr std::uint32_t read_without_reset = 2;
inline constexpr std::uint32_t first_secondary = 256;
inline constexpr std::uint32_t last_secondary = 99'999'999;
/// A meter that never says which telegram is its last is not followed any further.
inline constexpr std::size_t max_telegrams = 16;

/// The readings of these telegrams of one slave, as busbar names them.
[[nodiscard]] Description readings(std::span<const Telegram> telegrams);

/// There is one dialect, "". invalid_configuration for any other.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect = {});

}  // namespace busbar::protocol::mbus
