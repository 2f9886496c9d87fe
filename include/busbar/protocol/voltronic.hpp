// Voltronic inverters (Axpert, MPP-Solar, InfiniSolar, Easun and kin): requests and answers in text. The page
// about them: docs/protocols/voltronic.md. Source: Voltronic's protocol documents of the families, and
// captures in public drivers.
//
// "pi30" (PI30, PI30MAX, PI41), and "pi16", whose requests have no CRC:
//   request  command, CRC, CR          QPIGS B7 A9 0D
//   answer   '(' words, CRC, CR        (230.0 50.0 … CRC 0D
//   also     (ACK and (NAK, with or without a CRC; LF in the place of CR
// "pi18", and "pi17", whose requests have no CRC:
//   request  ^P or ^S, length of what follows in three digits, command, CRC, CR
//   answer   ^D, length, values between commas, CRC, CR
//   also     ^1 and ^0, CRC, CR
// The CRC is CRC-16/XMODEM over all that stands before it, high byte first. A byte of it that is '(', CR or
// LF is sent one higher; some devices do so with 00, too, some with none. A command is the query's data; it
// has no number.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace busbar::protocol::voltronic {

/// What Frame::command says.
inline constexpr std::uint32_t values = 0;        ///< the payload is what stands between head and CRC
inline constexpr std::uint32_t acknowledged = 1;  ///< the payload is "ACK" or "^1"
inline constexpr std::uint32_t refused = 2;       ///< the payload is "NAK" or "^0"
inline constexpr std::uint32_t request = 3;       ///< of a master, or its echo; the payload is the command
inline constexpr std::uint32_t order = 4;         ///< the same behind ^S: it changes the device

inline constexpr std::size_t longest_frame = 512;
inline constexpr std::size_t longest_command = 100;

[[nodiscard]] std::uint16_t crc(ByteView bytes) noexcept;
/// The same with '(', CR and LF moved out of the way.
[[nodiscard]] std::uint16_t escaped_crc(ByteView bytes) noexcept;

/// An answer of this dialect that carries `text`; ACK and NAK as themselves. bad_length when it is too long.
[[nodiscard]] Result<Bytes> encode(std::string_view dialect, std::string_view text);

/// "" or "pi30", "pi16", "pi17", "pi18". invalid_configuration names the known ones.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect = {});

}  // namespace busbar::protocol::voltronic
