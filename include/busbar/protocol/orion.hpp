// GoldenMate Orion 1000 and kin: the EA D1 … F5 protocol. The page about it: docs/protocols/orion.md.
//
// A frame, offsets in bytes, numbers big-endian. Source: JGDY/C-RE&RD-PK20 R1.2 (2022-07-01), and captures of
// a pack.
//   0      start EA
//   1      product id D1
//   2      address of the pack
//   3      LEN, what it counts is the dialect's
//   4, 5   command, high and low byte
//   6      data, 0…max_data bytes: the payload
//   6 + n  XOR, where it starts is the dialect's
//   7 + n  end F5
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace busbar::protocol::orion {

inline constexpr std::uint8_t start_byte = 0xEA;
inline constexpr std::uint8_t product_id = 0xD1;
inline constexpr std::uint8_t end_byte = 0xF5;

/// Where the two dialects differ. Everything else about a frame is the same in both.
struct Dialect {
  std::string_view name;
  std::size_t uncounted;      ///< bytes of a frame that LEN does not count
  std::size_t checksum_from;  ///< offset of the first byte the XOR covers; it covers all up to the XOR itself
  std::uint8_t command_high;  ///< the only command high byte in use
  bool switches;              ///< has the MOS switches and their acknowledgement
  bool operator==(const Dialect&) const = default;

  [[nodiscard]] constexpr std::size_t max_frame() const { return 0xFF + uncounted; }
  [[nodiscard]] constexpr std::size_t max_data() const { return max_frame() - 8; }
};

/// The manufacturer's document, sections 4 and 5: LEN counts all that follows it, the XOR starts at LEN. The
/// default.
inline constexpr Dialect manufacturer{
    .name = "manufacturer", .uncounted = 4, .checksum_from = 3, .command_high = 0xFF, .switches = true};
/// LEN counts command and data, the XOR starts at the product id, commands are 0x0300, 0x0301, 0x0302.
/// From a draft; no captured frame follows it.
inline constexpr Dialect draft{
    .name = "draft", .uncounted = 6, .checksum_from = 1, .command_high = 0x03, .switches = false};

/// Commands of the manufacturer's dialect, section 5 of the document.
inline constexpr std::uint16_t read_voltages = 0xFF02;
inline constexpr std::uint16_t read_status = 0xFF03;
inline constexpr std::uint16_t read_capacity = 0xFF04;
inline constexpr std::uint16_t read_serial_number = 0xFF11;
inline constexpr std::uint16_t allow_discharge = 0xFF19;
inline constexpr std::uint16_t forbid_discharge = 0xFF1A;
inline constexpr std::uint16_t allow_charge = 0xFF1B;
inline constexpr std::uint16_t forbid_charge = 0xFF1C;
inline constexpr std::uint16_t acknowledgement = 0xFFFF;  ///< answers every switch, section 5.5

/// Any frame, request or response. bad_length when `data` is longer than dialect.max_data().
/// Knows no forbidden commands: Codec::build does.
[[nodiscard]] Result<Bytes> encode(const Dialect& dialect, std::uint8_t address, std::uint16_t command,
                                   ByteView data = {});

[[nodiscard]] std::unique_ptr<Codec> make_codec(const Dialect& dialect);
/// "" is the manufacturer's. invalid_configuration names the known ones.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect);

}  // namespace busbar::protocol::orion
