// Which metric a quantity becomes: name, type, help text and conversion. Names please `promtool check
// metrics`.
#pragma once

#include <busbar/model/quantity.hpp>

#include <string>
#include <string_view>

namespace busbar::sink::prometheus {

enum class MetricType { gauge, counter, summary, histogram };
[[nodiscard]] std::string_view to_string(MetricType type) noexcept;

/// One family of the exposition: everything that stands in its HELP and TYPE lines.
struct Family {
  std::string name;
  std::string help;
  MetricType type = MetricType::gauge;
};

/// busbar_<key or family>_<base unit>[_total | _info]. Derived from key, unit and kind only, never from a
/// display name, so that one family has one help text whatever profile it comes from.
[[nodiscard]] Family family_of(const Quantity& quantity);

/// A legal label name from a profile's index label, never one of the names used by busbar itself.
[[nodiscard]] std::string label_name(std::string_view text);

}  // namespace busbar::sink::prometheus
