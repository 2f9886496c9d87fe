// Bytes → one integer.
#pragma once

#include "profile/plan.hpp"

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

/// The raw number of a step as it is meant.
[[nodiscard]] inline std::int64_t with_sign_bit(const Step& step, std::uint64_t raw) noexcept {
  return step.is_signed ? static_cast<std::int64_t>(raw << step.sign_shift) >> step.sign_shift
                        : static_cast<std::int64_t>(raw);
}

}  // namespace busbar::profile
