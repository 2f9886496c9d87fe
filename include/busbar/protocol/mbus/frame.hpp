// Wired M-Bus, the link layer: frames, and requests to slaves. The page about it: docs/protocols/mbus.md.
// Source: EN 13757-2, and the M-Bus documentation "MBDOC48", section 5.
//
//   acknowledgement  E5
//   short            10 C A CS 16
//   control          68 03 03 68 C A CI CS 16
//   long             68 L L 68 C A CI data… CS 16      L = 3 + length of the data, at most 255
//
// CS is the sum of C, A, CI and the data, modulo 256.
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>

#include <cstddef>
#include <cstdint>

namespace busbar::protocol::mbus {

inline constexpr std::uint8_t acknowledgement = 0xE5;
inline constexpr std::size_t max_frame_size = 261;
inline constexpr std::size_t max_data_size = 252;

/// C fields. The bit `frame_count` (FCB) tells a new request from a repeated one.
inline constexpr std::uint8_t snd_nke = 0x40;
inline constexpr std::uint8_t snd_ud = 0x53;
inline constexpr std::uint8_t req_ud2 = 0x5B;
inline constexpr std::uint8_t req_ud1 = 0x5A;
inline constexpr std::uint8_t rsp_ud = 0x08;
inline constexpr std::uint8_t frame_count = 0x20;

/// Addresses with a meaning of their own; 1 to 250 are slaves, 0 one that was given none yet.
inline constexpr std::uint8_t max_primary_address = 250;
inline constexpr std::uint8_t selected_address = 0xFD;   ///< whichever slave was selected
inline constexpr std::uint8_t any_address = 0xFE;        ///< all answer
inline constexpr std::uint8_t broadcast_address = 0xFF;  ///< none answers

enum class FrameKind : std::uint8_t { ack, brief, control, full };

/// One verified frame. The views point into the bytes it was cut from.
struct LinkFrame {
  FrameKind kind = FrameKind::ack;
  std::uint8_t c = 0;
  std::uint8_t a = 0;
  std::uint8_t ci = 0;  ///< control and full frames only
  ByteView data{};      ///< after the CI
  ByteView bytes{};
};

/// `bytes` must be one whole frame. bad_start, bad_length, bad_checksum, bad_end or truncated_frame.
[[nodiscard]] Result<LinkFrame> parse_link_frame(ByteView bytes);
/// Length of the frame that starts with these bytes: 0 when more of them are needed to tell, an error when
/// none starts so. Looks at no checksum.
[[nodiscard]] Result<std::size_t> frame_length(ByteView front);

[[nodiscard]] Bytes build_short(std::uint8_t c, std::uint8_t a);
/// A control frame without data, a long one with it. bad_length when the data does not fit.
[[nodiscard]] Result<Bytes> build_long(std::uint8_t c, std::uint8_t a, std::uint8_t ci, ByteView data = {});

}  // namespace busbar::protocol::mbus
