// Computes derived values from the aggregates of one decoding.
#include "profile/derived.hpp"

#include <cmath>

namespace busbar::profile {
namespace {

/// Adding and averaging decimal fractions leaves binary noise (0.30000000000000004); nine decimals are beyond
/// what any device measures. Adding and taking away 1.5 × 2^52 rounds to a whole number without a call.
double without_noise(double value) noexcept {
  constexpr double digits = 1e9;
  constexpr double round_here = 6755399441055744.0;
  return std::abs(value) < 1e6 ? (value * digits + round_here - round_here) / digits : value;
}

/// As if the items of both had been one field.
void merge(Aggregate& all, const Aggregate& one) noexcept {
  all.sum += one.sum;
  all.min = std::min(all.min, one.min);
  all.max = std::max(all.max, one.max);
  all.product *= one.product;
  all.carried += one.carried;
}

}  // namespace

/// Of all items of all operands. A count says how many the device declared, whatever became of them;
/// everything else needs every one of them.
std::optional<double> derive(const Plan& plan, const Derived& derived,
                             std::span<const Aggregate> aggregates) noexcept {
  Aggregate all = empty_aggregate;
  for (std::uint32_t i = 0; i < derived.operands.count; ++i) {
    const Aggregate& one = aggregates[static_cast<std::size_t>(plan.operands[derived.operands.first + i])];
    if (derived.operation != Derived::Operation::count && (one.good == 0 || one.good != one.carried)) {
      return std::nullopt;
    }
    merge(all, one);
  }
  switch (derived.operation) {
    case Derived::Operation::count:
      return all.carried;
    case Derived::Operation::sum:
      return without_noise(all.sum);
    case Derived::Operation::min:
      return all.min;
    case Derived::Operation::max:
      return all.max;
    case Derived::Operation::delta:
      return without_noise(all.max - all.min);
    case Derived::Operation::mean:
      return without_noise(all.sum / all.carried);
    case Derived::Operation::product:
      return without_noise(all.product);
  }
  return std::nullopt;
}

std::string_view to_string(Derived::Operation operation) noexcept {
  switch (operation) {
    case Derived::Operation::count:
      return "count";
    case Derived::Operation::sum:
      return "sum";
    case Derived::Operation::min:
      return "min";
    case Derived::Operation::max:
      return "max";
    case Derived::Operation::delta:
      return "delta";
    case Derived::Operation::mean:
      return "mean";
    case Derived::Operation::product:
      return "product";
  }
  return "";
}

}  // namespace busbar::profile
