// Derived values: what can be computed from the readings of one payload. A closed set.
#pragma once

#include "profile/plan.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace busbar::profile {

/// Running picture of one source of derived values: a field, or all members of a repeated one.
struct Aggregate {
  double sum;
  double min;
  double max;
  double product;
  std::uint32_t carried;  ///< in the payload
  std::uint32_t good;     ///< of those, published with a number

  void add(double value) noexcept {
    sum += value;
    min = std::min(min, value);
    max = std::max(max, value);
    product *= value;
    ++good;
  }
};
inline constexpr Aggregate empty_aggregate{
    0, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), 1, 0, 0};

/// nullopt when an operand is absent, unavailable or was dropped: part of a sum is not the sum.
[[nodiscard]] std::optional<double> derive(const Plan& plan, const Derived& derived,
                                           std::span<const Aggregate> aggregates) noexcept;

}  // namespace busbar::profile
