// JK BMS (Jikong): three protocols, each a dialect. The page about them: docs/protocols/jk.md.
//
// "terminal", on RS-485 and UART, 115200 baud, numbers big-endian. Source: JK's "BMS RS485 communication
// protocol" V2.5, and captures of boards.
//   0   start 4E 57
//   2   length of all that follows the start, u16
//   4   number of the terminal, u32: the address
//   8   command, 06 reads all, 02 writes · 9  source, 03 the computer, 00 the board · 10  00 request, 01
//   answer,
//       02 write
//   11  data: tags and their values, the payload; in a request to read the tag 00
//   …   record number, u32 · end 68 · 00 00 and the sum of all bytes before, u16
//
// "record", behind the Bluetooth module, numbers little-endian. Source: captures of boards, and the drivers
// that agree with them. A record always has 300 bytes, in whatever pieces it comes:
//   0   start 55 AA EB 90 · 4  type: 1 settings, 2 cells, 3 device · 5  counter · 6  data, the payload
//   299 sum of all bytes before, modulo 256
// A request has 20 bytes: AA 55 90 EB, command 96 (cells) or 97 (device), zeros, sum at 19.
//
// "bus", on the RS-485 of the PB series, 115200 baud: the same records, asked for by a write of Modbus to
// register 161C (device), 161E (settings) or 1620 (cells) of the board, and followed by a byte 00 and the
// acknowledgement of that write, which alone says which board it was. Source: dbus-serialbattery's
// JKBMS-PB.md with its captures.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace busbar::protocol::jk {

inline constexpr std::uint32_t read_all = 0x06;     ///< dialect terminal
inline constexpr std::uint32_t write_tag = 0x02;    ///< dialect terminal: the data is a tag and its value
inline constexpr std::uint32_t read_cells = 0x96;   ///< dialect record: answered by a record of type 2
inline constexpr std::uint32_t read_device = 0x97;  ///< dialect record: answered by a record of type 3
// Dialect bus.
inline constexpr std::uint32_t trigger_device = 0x161C;    ///< answered by a record of type 3
inline constexpr std::uint32_t trigger_settings = 0x161E;  ///< … of type 1
inline constexpr std::uint32_t trigger_cells = 0x1620;     ///< … of type 2

/// An answer of the terminal dialect. bad_length when the data does not fit a frame.
[[nodiscard]] Result<Bytes> encode_terminal(std::uint32_t address, ByteView data,
                                            std::uint32_t command = read_all);
/// A record of this type; the data is cut or filled up to the 293 bytes there are.
[[nodiscard]] Bytes encode_record(std::uint8_t type, std::uint8_t counter, ByteView data);

/// "" or "terminal", "record", or "bus". invalid_configuration names the known ones.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect = {});

}  // namespace busbar::protocol::jk
