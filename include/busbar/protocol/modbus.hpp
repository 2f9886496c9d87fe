// Modbus RTU, and Daly's use of it. The page about it: docs/protocols/modbus.md. Source: "MODBUS over Serial
// Line" V1.02 and "MODBUS Application Protocol" V1.1b3 of the Modbus Organization.
//   0   address of the unit
//   1   function: 03 and 04 read registers, 06 writes one, 10 writes several
//   2   data; numbers big-endian
//   n   CRC-16 of all bytes before, low byte first
// 03 and 04: register u16, how many u16 · answered by the number of bytes u8 and the registers.
// 06: register, value u16 · answered by the same. 10: register, how many, number of bytes u8, values ·
// answered by register and how many. A refusal has function + 80 and a code.
//
// Query::command is function << 16 | register: 30038 reads from register 0038 on. Query::data is what follows
// the register in the request.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace busbar::protocol::modbus {

inline constexpr std::uint8_t read_holding = 0x03;
inline constexpr std::uint8_t read_input = 0x04;
inline constexpr std::uint8_t write_single = 0x06;
inline constexpr std::uint8_t write_several = 0x10;
inline constexpr std::uint8_t refused = 0x80;  ///< added to the function
inline constexpr std::uint32_t max_unit = 247;
inline constexpr std::size_t max_registers = 125;  ///< in one answer

/// Dialect "daly": board n, 1…16, is asked as 80 + n and answers as 50 + n. D2 asks whoever is alone on the
/// line, which answers as D2.
inline constexpr std::uint32_t daly_request_base = 0x80;
inline constexpr std::uint32_t daly_answer_base = 0x50;
inline constexpr std::uint32_t daly_any = 0xD2;

[[nodiscard]] constexpr std::uint32_t command_of(std::uint8_t function, std::uint16_t first_register) {
  return std::uint32_t{function} << 16 | first_register;
}

[[nodiscard]] std::uint16_t crc16(ByteView bytes) noexcept;
/// A frame: address, function, data and CRC.
[[nodiscard]] Bytes encode(std::uint8_t address, std::uint8_t function, ByteView data);
/// What stands at the front of `buffered`. Requests are frames, too: their command names the register, as do
/// answers to writes; answers to reads have 0 in its place. The payload is the function and the data.
[[nodiscard]] Scan scan_rtu(ByteView buffered);

/// "" or "rtu", or "daly". invalid_configuration names the known ones.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect = {});

}  // namespace busbar::protocol::modbus
