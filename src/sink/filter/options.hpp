// Which readings an output gets, and whether as they come or summed up; filled by the configuration.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace busbar::sink::filter {

enum class Function { mean, min, max };

struct Aggregation {
  std::chrono::milliseconds every{};
  Function function = Function::mean;
  bool operator==(const Aggregation&) const = default;
};

struct Options {
  std::vector<std::string> include{};  ///< patterns of selection.hpp; empty = everything
  std::vector<std::string> exclude{};  ///< goes before `include`
  std::optional<Aggregation> aggregate{};
  bool operator==(const Options&) const = default;
  /// True when a sink behind it gets everything as it comes.
  [[nodiscard]] bool is_open() const { return *this == Options{}; }
};

}  // namespace busbar::sink::filter
