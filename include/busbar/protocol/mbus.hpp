// Wired M-Bus as a protocol of a channel: one exchange resets the slave's link (or selects the slave), reads
// all its telegrams, and joins them. The page about it: docs/protocols/mbus.md.
//
// Query::address   0 to 250, 254: primary. 253: the slave that Query::data selects. 256 and above: the eight
//                  digits of a secondary address; version, medium and manufacturer are wildcards
// Query::command   read, read_without_reset, send; or the C field of a single request
// Query::data      read, send: a CI field and its data ("50": application reset), sent before reading; may be
//                  empty for read. With address 253 the selection stands before it: 52 and eight bytes.
//                  A single request: the frame as it is
// payload          the telegrams, one behind the other, as whole frames; E5 where only that is due
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
/// Resets or selects, then sends what is in Query::data. Changes the slave: Query::write must be set.
inline constexpr std::uint32_t send = 3;
inline constexpr std::uint32_t first_secondary = 256;
inline constexpr std::uint32_t last_secondary = 99'999'999;
/// A meter that never says which telegram is its last is not followed any further.
inline constexpr std::size_t max_telegrams = 16;

/// One frame as a query, answered by one frame: the requests of a search, and of whoever tries things out.
/// Only those of a master; one that changes the slave (SND_UD, other than a selection) needs Query::write.
[[nodiscard]] Query single_request(Bytes frame);

/// The readings of these telegrams of one slave, as busbar names them.
[[nodiscard]] Description readings(std::span<const Telegram> telegrams);

/// There is one dialect, "". invalid_configuration for any other.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect = {});

}  // namespace busbar::protocol::mbus
