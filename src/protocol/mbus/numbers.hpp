// Numbers of EN 13757-3:2018, annex A: types A, B, C, D and H, and values of variable length.
#pragma once

#include "protocol/mbus/vif.hpp"

#include <busbar/protocol/mbus/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace busbar::protocol::mbus {

inline constexpr std::uint8_t real_field = 0x5;
inline constexpr std::uint8_t variable_field = 0xD;

/// What the VIF and its VIFEs make of the number as it is sent.
struct Scaling {
  int exponent = 0;
  std::int64_t multiplier = 1;
  std::int64_t added_thousandths = 0;  ///< of the unit
};

/// Bytes of data of each data field; the variable one has 0 here.
[[nodiscard]] std::size_t field_size(std::uint8_t field) noexcept;
/// Bytes that follow the length byte of a variable field; nullopt when it is reserved.
[[nodiscard]] std::optional<std::size_t> variable_size(std::uint8_t length) noexcept;

/// The data of a fixed-size field, the least significant byte first.
[[nodiscard]] Value decode_field(std::uint8_t field, Coding coding, ByteView data, const Scaling& scaling);
/// The data behind this length byte.
[[nodiscard]] Value decode_variable(std::uint8_t length, Coding coding, ByteView data,
                                    const Scaling& scaling);

}  // namespace busbar::protocol::mbus
