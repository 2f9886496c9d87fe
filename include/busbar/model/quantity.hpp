// The static description of one measured thing. Everything a sink needs to name, label and format a reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar {

enum class Kind {
  measurement,  ///< a number that goes up and down
  counter,      ///< a number that only grows until it is proven reset
  flag,         ///< true or false
  enumeration,  ///< one of `options`
  text,         ///< free text: a serial number, a version
};

enum class Category { primary, diagnostic };  ///< diagnostic: shown apart, about the device itself

/// Closed plausible interval in the unit of the quantity. What lies outside is dropped and counted, never
/// clamped.
struct Range {
  double min{};  ///< itself allowed
  double max{};  ///< itself allowed
  bool operator==(const Range&) const = default;
};

struct Quantity {
  std::string key;   ///< stable, snake_case: "cell_03_voltage". Topics, metrics and unique ids derive from it
  std::string name;  ///< for people: "Cell 3 voltage". May change between releases
  std::string unit;  ///< "V", "A", "°C", "Ah", "%", "min", "h", "s", "" when there is none
  Kind kind = Kind::measurement;
  Category category = Category::primary;
  int precision = 0;             ///< digits after the decimal point, 0 to 17
  std::optional<Range> range{};  ///< numbers only
  std::string device_class{};    ///< Home Assistant device class where unit and kind do not tell ("problem")
  std::vector<std::string> options{};  ///< enumeration only
  /// A repeated field ("cell_03_voltage") names its family ("cell_voltage"), the label and the 1-based index
  /// that tell its members apart; all empty otherwise.
  std::string family{};
  std::string index_label{};  ///< "cell"
  int index = 0;
  bool enabled_by_default = true;  ///< false: sinks that can may hide it at first
  bool statistics = true;  ///< false: a value of the past or a setting, of which statistics say nothing

  bool operator==(const Quantity&) const = default;
};

[[nodiscard]] std::string_view to_string(Kind kind) noexcept;
[[nodiscard]] std::string_view to_string(Category category) noexcept;
/// [a-z][a-z0-9_]*, at most 64 characters.
[[nodiscard]] bool is_key(std::string_view text) noexcept;

}  // namespace busbar
