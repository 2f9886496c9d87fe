// The closed list of value transforms: abs, scale:X, minus:X, offset:X, bitmask:X, shift:X, clamp:min:max,
// fold:X.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace busbar::profile {

struct Transform {
  enum class Kind : std::uint8_t {
    abs,
    scale,    ///< value × a
    divide,   ///< value ÷ a; what scale:0.001 becomes, because 3311 ÷ 1000 is exactly the double nearest
              ///< to 3.311
    minus,    ///< value − a
    offset,   ///< value + a
    bitmask,  ///< integer part AND a
    shift,    ///< integer part shifted right by a bits, left when a is negative
    clamp,    ///< limited to a…b
    fold,     ///< above a, the distance from it, negative: fold:100 makes 105 into −5
  };
  Kind kind = Kind::abs;
  double a = 0;
  double b = 0;
};

/// Bit transforms work on the integer part, as far as a double holds integers exactly.
[[nodiscard]] double apply_to_bits(const Transform& transform, double value) noexcept;

[[nodiscard]] inline double apply(const Transform& transform, double value) noexcept {
  switch (transform.kind) {
    case Transform::Kind::abs:
      return std::abs(value);
    case Transform::Kind::scale:
      return value * transform.a;
    case Transform::Kind::divide:
      return value / transform.a;
    case Transform::Kind::minus:
      return value - transform.a;
    case Transform::Kind::offset:
      return value + transform.a;
    case Transform::Kind::clamp:
      return std::clamp(value, transform.a, transform.b);
    case Transform::Kind::fold:
      return value > transform.a ? transform.a - value : value;
    case Transform::Kind::bitmask:
    case Transform::Kind::shift:
      break;
  }
  return apply_to_bits(transform, value);
}

/// As in the profile file. nullopt: `reason` says what was expected.
[[nodiscard]] std::optional<Transform> parse_transform(std::string_view text, std::string& reason);
[[nodiscard]] std::string to_string(const Transform& transform);

}  // namespace busbar::profile
