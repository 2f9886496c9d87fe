// What virtual readings are made of: filled by the configuration, everything in it already checked.
#pragma once

#include <busbar/model/quantity.hpp>

#include <chrono>
#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace busbar::virtuals {

/// The name of the query under which a device's virtual readings are reported.
inline constexpr std::string_view query_name = "virtual";

/// One reading of one device, measured or virtual.
struct Source {
  std::string device;
  std::string key;
  auto operator<=>(const Source&) const = default;
};

enum class Sign { positive, negative };

/// The integral of a power over time, of one direction of flow only: it never falls.
struct Energy {
  Source power;
  double watts = 1;  ///< in one unit of `power`
  double unit = 1;   ///< watt-hours in one unit of the result
  Sign sign = Sign::positive;
  std::chrono::milliseconds max_gap{};  ///< nothing is integrated between two values further apart
  bool operator==(const Energy&) const = default;
};

struct Expression {
  std::string formula;         ///< in the language of formula.hpp, over r0, r1, …
  std::vector<Source> inputs;  ///< r0 is the first
  bool operator==(const Expression&) const = default;
};

struct Definition {
  std::string device;
  Quantity quantity;
  std::variant<Energy, Expression> rule;
  bool operator==(const Definition&) const = default;
};

/// What a definition reads.
[[nodiscard]] std::vector<Source> sources_of(const Definition& definition);

struct Options {
  /// Each after all that it reads: see in_order().
  std::vector<Definition> definitions;
  /// Devices that have virtual readings only, and how often they are reported at most.
  std::map<std::string, std::chrono::milliseconds> devices;
  /// How long a measured value counts after it came.
  std::map<Source, std::chrono::milliseconds> lifetimes;
  /// How far apart reports of a device's virtual readings come at most; 0 = nothing they read is polled.
  std::map<std::string, std::chrono::milliseconds> expected;
  std::string state_file;  ///< "" = counters begin anew with every start
  std::chrono::milliseconds persist_interval{};
  bool operator==(const Options&) const = default;
};

/// Sorts the definitions so that each stands after those it reads. Empty when that cannot be done: `cycle`
/// then names the readings of one circle, the first of them also at its end.
[[nodiscard]] std::vector<Definition> in_order(std::vector<Definition> definitions,
                                               std::vector<Source>& cycle);

}  // namespace busbar::virtuals
