// Victron VE.Direct: blocks of TEXT that a product sends every second, unasked, and HEX frames on the same
// line. The page about it: docs/protocols/vedirect.md. Sources: Victron's "VE.Direct Protocol" 3.33 and
// "BMV-7xx HEX Protocol" rev 6.
//
// A block is a run of fields, each CR LF label TAB value. The last one is labelled Checksum, and its value is
// one byte of any value that makes the sum of all bytes of the block, from the first CR on, 0 modulo 256.
// HEX frames may stand inside a block and behind it; they are not part of the sum.
//
// A HEX frame is ':', the command as one hexadecimal digit, data and a check byte as two digits each, LF. The
// command, the data and the check byte add up to 55, modulo 256. Numbers in the data are little-endian.
//   1 ping, 3 version, 4 product: no data · answered by 5, 1, 1 with a number. As payload, a version is a
//   byte for
//     its kind (0 bootloader, 1 application, 2 tester, 3 release candidate) and text, "4.01"
//   7 get: register u16, flags 00 · answered by 7: register, flags, value
//   8 set: register, 00, value · answered by 8: register, flags, the value that holds now
//   A what a product says unasked: register, flags, value · answers 3 (what is no command), 4 (damaged)
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace busbar::protocol::vedirect {

/// What Frame::command says. A battery monitor sends two blocks a second: only the first names the product.
inline constexpr std::uint32_t product_block = 1;  ///< with the field PID
inline constexpr std::uint32_t other_block = 2;    ///< without: the history of a battery monitor

/// Commands of HEX frames. As Query::command and Frame::command: the digit, and the register if there is one,
/// 7ED8D for a get of register ED8D.
enum class Hex : std::uint8_t {
  done = 1,
  ping = 1,  ///< the same digit: what is asked and what is answered count by themselves
  version = 3,
  unknown = 3,
  product = 4,
  damaged = 4,
  pong = 5,
  get = 7,
  set = 8,
  unasked = 0xA,
};
[[nodiscard]] constexpr std::uint32_t command_of(Hex command, std::uint32_t register_id = 0) {
  return static_cast<std::uint32_t>(command) << 16 | register_id;
}

/// Flags of an answer to get and set; 0: all is well.
inline constexpr std::uint8_t flag_unknown = 0x01;        ///< there is no such register
inline constexpr std::uint8_t flag_unsupported = 0x02;    ///< not now, or it cannot be written
inline constexpr std::uint8_t flag_bad_parameter = 0x04;  ///< the value is that of the register

/// A block of these fields ("\r\nV\t12800…"), its checksum added.
[[nodiscard]] Bytes encode(std::string_view fields);
/// A HEX frame. `data` has at most 40 bytes; more are cut off.
[[nodiscard]] Bytes encode_hex(Hex command, ByteView data = {});
/// The data of a whole HEX frame's payload: what follows the command.
[[nodiscard]] Bytes hex_data(ByteView payload);

/// There is one dialect, "". invalid_configuration for any other.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect = {});

}  // namespace busbar::protocol::vedirect
