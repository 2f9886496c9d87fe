// How fields refer to each other: references, repetition and derived values.
#include "profile/field_spec.hpp"

#include <array>

namespace busbar::profile {
namespace {

constexpr std::int64_t max_repeat = 512;

constexpr std::array operations{
    Derived::Operation::count, Derived::Operation::sum,  Derived::Operation::min,    Derived::Operation::max,
    Derived::Operation::delta, Derived::Operation::mean, Derived::Operation::product};

}  // namespace

Reference read_reference(yaml::MapReader& reader, std::string_view key) {
  if (auto text = reader.text(key)) {
    return {std::move(*text), reader.place(key)};
  }
  return {};
}

std::vector<Reference> read_references(yaml::MapReader& reader, std::string_view key) {
  std::vector<Reference> list;
  const yaml::Node* const node = reader.node(key);
  for (auto& text : reader.texts(key)) {
    const bool listed = node->type == yaml::Type::sequence && list.size() < node->items.size();
    list.push_back({std::move(text), listed ? node->items[list.size()].place : node->place});
  }
  return list;
}

std::optional<RepeatSpec> read_repeat(yaml::MapReader& field) {
  const yaml::Node* const node = field.node("repeat");
  if (node == nullptr) {
    return std::nullopt;
  }
  yaml::MapReader reader{field.document(), *node, "repeat", field.findings()};
  RepeatSpec repeat;
  if (const auto count = reader.require_text("count")) {
    const auto fixed = yaml::parse_integer(*count);
    if (*count == "rest") {
      repeat.from = Count::From::rest;
    } else if (!fixed) {
      repeat.from = Count::From::reg;
      repeat.count = {*count, reader.place("count")};
    } else if (*fixed < 1 || *fixed > max_repeat) {
      reader.fail("count", "'count' is 1 to 512, rest, or the key of the field that holds it");
    } else {
      repeat.fixed = static_cast<std::uint32_t>(*fixed);
      repeat.max = repeat.fixed;
    }
  }
  repeat.minus = read_references(reader, "minus");
  repeat.expect = read_references(reader, "expect");
  if (repeat.minus.size() > max_minus || (!repeat.minus.empty() && repeat.from != Count::From::reg)) {
    reader.fail("minus", "'minus' lists at most 4 flags that are taken off a count that is a field");
  }
  const auto max = reader.integer("max", 1, max_repeat);
  if (max) {
    repeat.max = static_cast<std::uint32_t>(*max);
  } else if (repeat.from != Count::From::fixed && reader.node("max") == nullptr) {
    reader.fail("max", "'max' is missing: how many elements are there at most?");
  }
  for (const std::string_view key : {"family", "label"}) {
    const auto word = reader.require_text(key);
    if (word && !is_key(*word)) {
      reader.fail(key,
                  "'" + std::string{key} + "' is a word of a-z, 0-9 and _, found " + yaml::in_quotes(*word));
    } else if (word) {
      (key == "family" ? repeat.family : repeat.label) = *word;
    }
  }
  reader.finish();
  return repeat;
}

DerivedSpec read_derived(const yaml::Document& document, const yaml::Node& node, yaml::Findings& findings) {
  yaml::MapReader reader{document, node, "derived value", findings};
  DerivedSpec spec{.place = node.place};
  read_quantity(reader, spec.quantity, KeyRule::plain);
  int found = 0;
  for (const auto operation : operations) {
    auto operands = read_references(reader, to_string(operation));
    if (!operands.empty()) {
      ++found;
      spec.operation = operation;
      spec.operands = std::move(operands);
    }
  }
  if (found != 1) {
    findings.add(document.file, node.place,
                 "a derived value has exactly one of count, sum, min, max, delta, mean and product; found " +
                     std::to_string(found));
  }
  reader.finish();
  return spec;
}

}  // namespace busbar::profile
