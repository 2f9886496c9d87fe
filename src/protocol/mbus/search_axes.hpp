// What a mask can be narrowed by, one after the other: the eight digits of the id, then the medium, the
// version, the manufacturer.
#pragma once

#include <busbar/protocol/mbus/telegram.hpp>

#include <cstddef>
#include <optional>

namespace busbar::protocol::mbus {

inline constexpr std::size_t digit_axes = 8;
inline constexpr std::size_t medium_axis = 8;
inline constexpr std::size_t axes = 11;

/// The first axis from `from` on that the mask leaves open; nullopt: none.
[[nodiscard]] std::optional<std::size_t> open_axis(const Identity& mask, std::size_t from = 0);
/// How many values are tried on an axis.
[[nodiscard]] std::size_t axis_size(std::size_t axis, bool hexadecimal);
/// The mask with the value of that number on the axis; `number` is less than axis_size().
[[nodiscard]] Identity narrowed(const Identity& mask, std::size_t axis, std::size_t number);

}  // namespace busbar::protocol::mbus
