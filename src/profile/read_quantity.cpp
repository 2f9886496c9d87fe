// The part of a field that describes its reading to people and sinks.
#include "profile/field_spec.hpp"
#include "profile/name_from_key.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace busbar::profile {
namespace {

constexpr std::size_t max_text = 100;

/// Names and units go into topics, labels and terminals: no control characters, no novels.
void read_label(yaml::MapReader& reader, std::string_view key, std::size_t longest, std::string& into) {
  auto text = reader.text(key);
  if (!text) {
    return;
  }
  if (text->size() > longest || std::any_of(text->begin(), text->end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
      })) {
    reader.fail(key, "'" + std::string{key} + "' must be at most " + std::to_string(longest) +
                         " bytes of text without control characters");
    return;
  }
  into = std::move(*text);
}

void read_key(yaml::MapReader& reader, Quantity& quantity, KeyRule rule) {
  auto key = rule == KeyRule::may_lack ? reader.text("key") : reader.require_text("key");
  if (!key) {
    return;
  }
  const auto sample = rule == KeyRule::pattern ? with_index(*key, 1) : std::optional{*key};
  if (!sample) {
    reader.fail("key", "the key of a repeated field must contain {index} or {index:02}, found " +
                           yaml::in_quotes(*key));
  } else if (!is_key(*sample)) {
    reader.fail("key", "a key is at most 64 of a-z, 0-9 and _ and starts with a letter, found " +
                           yaml::in_quotes(*key));
  } else {
    quantity.key = std::move(*key);
  }
}

void read_range(yaml::MapReader& reader, Quantity& quantity) {
  const yaml::Node* const node = reader.node("range");
  if (node == nullptr) {
    return;
  }
  std::array<std::optional<double>, 2> bounds;
  if (node->type == yaml::Type::sequence && node->items.size() == 2) {
    for (std::size_t i = 0; i < 2; ++i) {
      const yaml::Node& item = node->items[i];
      bounds[i] = item.type == yaml::Type::scalar ? yaml::parse_number(item.scalar) : std::nullopt;
    }
  }
  if (!bounds[0] || !bounds[1] || *bounds[0] > *bounds[1]) {
    reader.fail("range", "'range' must be [least, greatest], two numbers in the field's unit");
  } else {
    quantity.range = Range{*bounds[0], *bounds[1]};
  }
}

}  // namespace

std::optional<std::string> with_index(std::string_view pattern, unsigned index) {
  const std::size_t open = pattern.find('{');
  const std::size_t close = pattern.find('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
      pattern.find('{', open + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view inside = pattern.substr(open + 1, close - open - 1);
  std::string number = std::to_string(index);
  if (inside == "index:02" || inside == "index:03") {
    const auto width = static_cast<std::size_t>(inside.back() - '0');
    number.insert(0, width - std::min(width, number.size()), '0');
  } else if (inside != "index") {
    return std::nullopt;
  }
  return std::string{pattern.substr(0, open)} + number + std::string{pattern.substr(close + 1)};
}

void read_quantity(yaml::MapReader& reader, Quantity& quantity, KeyRule rule) {
  constexpr std::array<std::string_view, 2> categories{"primary", "diagnostic"};
  constexpr int max_precision = 9;
  read_key(reader, quantity, rule);
  read_label(reader, "name", max_text, quantity.name);
  if (quantity.name.empty()) {
    quantity.name = name_from_key(quantity.key);
  }
  if (rule == KeyRule::pattern && !quantity.name.empty() && !with_index(quantity.name, 1)) {
    reader.fail("name", "the name of a repeated field must contain {index}");
  }
  read_label(reader, "unit", 16, quantity.unit);
  if (const auto precision = reader.integer("precision", 0, max_precision)) {
    quantity.precision = static_cast<int>(*precision);
  }
  read_range(reader, quantity);
  if (const auto category = reader.choice("category", categories)) {
    quantity.category = *category == "primary" ? Category::primary : Category::diagnostic;
  }
  if (auto device_class = reader.text("device_class")) {
    if (is_key(*device_class)) {
      quantity.device_class = std::move(*device_class);
    } else {
      reader.fail("device_class", "'device_class' must be a word like problem or battery_charging, found " +
                                      yaml::in_quotes(*device_class));
    }
  }
  quantity.enabled_by_default = reader.boolean("enabled").value_or(quantity.enabled_by_default);
}

}  // namespace busbar::profile
