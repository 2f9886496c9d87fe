// Daly Smart BMS, the A5 protocol. The page about it: docs/protocols/daly.md.
//
// A frame is always 13 bytes, numbers big-endian. Source: Daly's "UART/485 Communications Protocol" V1.2,
// and captures of boards.
//   0      start A5
//   1      request: 40 + board number − 1, or 80 (the master of a Bluetooth module); answer: board number
//   2      command, the same in request and answer
//   3      length of the data, 08
//   4      data, 8 bytes: the payload
//   12     sum of all bytes before it, modulo 256
//
// Cell voltages and temperatures come in several frames that number themselves from 1 in their first data
// byte. Boards send as many as their largest pack would need, or as many as they have cells for: how many
// count is known from the status (94) alone.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace busbar::protocol::daly {

inline constexpr std::uint8_t start_byte = 0xA5;
inline constexpr std::size_t frame_size = 13;
inline constexpr std::size_t data_size = 8;
inline constexpr std::uint32_t max_board = 16;
/// The address of a board that listens to the master of a Bluetooth module, 80, only; it answers as board 1.
inline constexpr std::uint32_t bluetooth_master = 0x80;

/// Commands of the document; all but 50 and 63 in its section 4.
inline constexpr std::uint8_t read_ratings = 0x50;
inline constexpr std::uint8_t read_hardware_version = 0x63;
inline constexpr std::uint8_t read_pack = 0x90;
inline constexpr std::uint8_t read_extreme_cells = 0x91;
inline constexpr std::uint8_t read_extreme_temperatures = 0x92;
inline constexpr std::uint8_t read_switches = 0x93;
inline constexpr std::uint8_t read_status = 0x94;
inline constexpr std::uint8_t read_cells = 0x95;
inline constexpr std::uint8_t read_temperatures = 0x96;
inline constexpr std::uint8_t read_balancing = 0x97;
inline constexpr std::uint8_t read_failures = 0x98;
/// The switches, as drivers set them: the first byte of the data is 1 or 0, the answer repeats it.
inline constexpr std::uint8_t set_discharge_mos = 0xD9;
inline constexpr std::uint8_t set_charge_mos = 0xDA;

/// Any frame. `from` is byte 1 as it stands on the wire; shorter data is filled up with zeros, bad_length
/// when it is longer than 8 bytes.
[[nodiscard]] Result<Bytes> encode(std::uint8_t from, std::uint8_t command, ByteView data = {});

/// There is one dialect, "". invalid_configuration for any other.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect = {});

}  // namespace busbar::protocol::daly
