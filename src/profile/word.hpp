// Bytes → one integer.
#pragma once

#include "profile/plan.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace busbar::profile {

/// `width` is 1…4. The first two cases are nearly all there is; written out they need no loop.
[[nodiscard]] inline std::uint64_t load_word(const std::uint8_t* bytes, std::uint32_t width,
                                             bool little) noexcept {
  if (width == 1) {
    return bytes[0];
  }
  if (width == 2) {
    return static_cast<std::uint64_t>(little ? bytes[1] << 8U | bytes[0] : bytes[0] << 8U | bytes[1]);
  }
  std::uint64_t value = 0;
  for (std::uint32_t i = 0; i < width; ++i) {
    value = value << 8U | bytes[little ? width - 1 - i : i];
  }
  return value;
}

/// The decimal number nearest to a float: 3.353, not 3.3529999256134033.
[[nodiscard]] inline double real_number(std::uint64_t raw) noexcept {
  const auto value = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(raw)));
  constexpr double digits = 1e6;
  return std::abs(value) < 1e9 ? std::round(value * digits) / digits : value;
}

/// The raw number of a step as it is meant.
[[nodiscard]] inline std::int64_t with_sign_bit(const Step& step, std::uint64_t raw) noexcept {
  return step.is_signed ? static_cast<std::int64_t>(raw << step.sign_shift) >> step.sign_shift
                        : static_cast<std::int64_t>(raw);
}

}  // namespace busbar::profile
