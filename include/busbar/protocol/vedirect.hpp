// Victron VE.Direct, TEXT mode: blocks of text that a product sends every second, unasked. The page about
// it: docs/protocols/vedirect.md. Source: Victron's "VE.Direct Protocol" 3.33.
//
// A block is a run of fields, each CR LF label TAB value. The last one is labelled Checksum, and its value is
// one byte of any value that makes the sum of all bytes of the block, from the first CR on, 0 modulo 256.
// HEX frames (':' … LF) may stand between two fields and behind a block; they are not part of the sum.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace busbar::protocol::vedirect {

/// What Frame::command says. A battery monitor sends two blocks a second: only the first names the product.
inline constexpr std::uint32_t product_block = 1;  ///< with the field PID
inline constexpr std::uint32_t other_block = 2;    ///< without: the history of a battery monitor
inline constexpr std::uint32_t hex_frame = 0x100;  ///< plus the command of a HEX frame, 0…F

/// A block of these fields ("\r\nV\t12800…"), its checksum added.
[[nodiscard]] Bytes encode(std::string_view fields);
/// The fields of a block without the HEX frames among them and without the checksum.
[[nodiscard]] Bytes fields_of(ByteView block);

/// There is one dialect, "". invalid_configuration for any other.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect = {});

}  // namespace busbar::protocol::vedirect
