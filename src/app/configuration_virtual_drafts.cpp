// One virtual reading: its rule, and how it is described to people and sinks.
#include "app/virtual_drafts.hpp"
#include "profile/name_from_key.hpp"
#include "sink/mqtt/entity.hpp"

#include <algorithm>
#include <array>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;

/// Names and units go into topics, labels and terminals.
void read_label(yaml::MapReader& reader, std::string_view key, std::size_t longest, std::string& into) {
  const auto text = reader.text(key);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (text && (text->size() > longest || std::any_of(text->begin(), text->end(), control))) {
    reader.fail(key, "'" + std::string(key) + "' must be at most " + std::to_string(longest) +
                         " bytes of text without control characters");
  } else {
    set(into, text);
  }
}

void read_range(const ReadContext& context, yaml::MapReader& reader, Quantity& quantity) {
  const yaml::Node* const node = reader.node("range");
  if (node == nullptr) {
    return;
  }
  std::vector<double> bounds;
  for (const yaml::Node& item : node->items) {
    if (const auto number = item.quoted ? std::nullopt : yaml::parse_number(item.scalar)) {
      bounds.push_back(*number);
    }
  }
  if (node->items.size() != 2 || bounds.size() != 2 || bounds[0] >= bounds[1]) {
    context.fail(node->place, "'range' must be [LEAST, GREATEST], found " + yaml::shown(*node),
                 "for example [0, 100]");
    return;
  }
  quantity.range = Range{bounds[0], bounds[1]};
}

/// A class that does not exist, or not for this unit, would be left out without a word.
void read_device_class(yaml::MapReader& reader, Quantity& quantity) {
  const auto name = reader.text("device_class");
  if (!name || name->empty()) {
    return;
  }
  quantity.device_class = *name;
  std::vector<std::string_view> known;
  if (quantity.kind == Kind::flag) {
    const auto classes = sink::mqtt::binary_sensor_classes();
    known.assign(classes.begin(), classes.end());
  } else {
    for (const auto& each : sink::mqtt::sensor_classes()) {
      known.push_back(each.name);
    }
  }
  if (std::find(known.begin(), known.end(), *name) == known.end()) {
    reader.fail("device_class", "there is no device class " + yaml::shown(*reader.node("device_class")),
                nearest_hint(*name, known));
  } else if (quantity.kind != Kind::flag && sink::mqtt::entity_for(quantity).device_class != *name) {
    reader.fail("device_class", "the device class '" + *name + "' does not go with the unit '" +
                                    quantity.unit + "' of a " + std::string(to_string(quantity.kind)));
  }
}

/// The pieces of an expression, or the one reading whose energy is wanted.
void read_rule(const ReadContext& context, yaml::MapReader& reader, std::string_view key,
               VirtualDraft& draft) {
  const auto text = reader.text(key);
  if (!text) {
    return;
  }
  draft.rule = reader.place(key);
  auto pieces = virtuals::take_apart(*text);
  if (!pieces) {
    context.fail(draft.rule,
                 "'" + std::string(key) + "' of '" + draft.quantity.key + "': " + pieces.error().detail);
    return;
  }
  const bool one = pieces->size() == 1 && pieces->front().is_reading && !pieces->front().reading.pattern;
  if (draft.energy && !one) {
    context.fail(draft.rule,
                 "'energy' must name one reading that is a power, found " + yaml::shown(*reader.node(key)),
                 "compute the power with an 'expression' of its own first");
    return;
  }
  const auto is_reading = [](const virtuals::Piece& piece) { return piece.is_reading; };
  if (std::none_of(pieces->begin(), pieces->end(), is_reading)) {
    context.fail(draft.rule, "'expression' of '" + draft.quantity.key + "' reads nothing",
                 "name a reading, such as soc or pack1.soc");
    return;
  }
  draft.pieces = std::move(*pieces);
}

void read_energy(yaml::MapReader& reader, VirtualDraft& draft) {
  constexpr std::array<std::string_view, 3> units{"Wh", "kWh", "MWh"};
  draft.quantity.kind = Kind::counter;
  draft.quantity.unit = reader.choice("unit", units).value_or("kWh");
  draft.quantity.device_class = "energy";
}

void read_expression(const ReadContext& context, yaml::MapReader& reader, Quantity& quantity) {
  constexpr std::array<std::string_view, 3> kinds{"measurement", "counter", "flag"};
  read_label(reader, "unit", 20, quantity.unit);
  const auto kind = reader.choice("kind", kinds).value_or("measurement");
  quantity.kind = kind == "counter" ? Kind::counter : kind == "flag" ? Kind::flag : Kind::measurement;
  read_device_class(reader, quantity);
  read_range(context, reader, quantity);
}

/// A key that has no effect beside the rule suggests that something else was meant.
void refuse_others(yaml::MapReader& reader, std::string_view rule, std::span<const std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (reader.node(key) != nullptr) {
      reader.fail(key, "'" + std::string(key) + "' has no effect beside '" + std::string(rule) + "'");
    }
  }
}

std::optional<VirtualDraft> read_draft(const ReadContext& context, const yaml::Entry& entry,
                                       const std::string& what) {
  VirtualDraft draft;
  draft.place = entry.place;
  draft.quantity.key = entry.key;
  yaml::MapReader reader(context.document, entry.value, "virtual reading '" + entry.key + "' of " + what,
                         context.findings);
  if (!is_key(entry.key)) {
    context.fail(entry.place, yaml::in_quotes(entry.key) + " cannot be the key of a reading",
                 "at most 64 of a-z, 0-9 and '_', starting with a letter; text for people goes into 'name'");
  }
  draft.quantity.name = profile::name_from_key(entry.key);
  draft.quantity.precision = 3;
  read_label(reader, "name", 100, draft.quantity.name);
  set(draft.quantity.precision, reader.integer("precision", 0, 9));
  const bool expression = reader.node("expression") != nullptr;
  draft.energy = reader.node("energy") != nullptr;
  if (entry.value.type != yaml::Type::map) {
    return std::nullopt;  // the reader has said so
  }
  if (expression == draft.energy) {
    context.fail(entry.place,
                 "virtual reading '" + entry.key + "' of " + what + " needs either 'expression' or 'energy'");
  } else {
    read_rule(context, reader, draft.energy ? "energy" : "expression", draft);
  }
  constexpr std::array<std::string_view, 2> signs{"positive", "negative"};
  if (reader.choice("sign", signs) == "negative") {
    draft.sign = virtuals::Sign::negative;
  }
  set(draft.max_gap, reader.duration("max_gap", 1s, 24h));
  constexpr std::array<std::string_view, 3> of_expressions{"kind", "device_class", "range"};
  constexpr std::array<std::string_view, 2> of_energies{"sign", "max_gap"};
  if (draft.energy) {
    read_energy(reader, draft);
    refuse_others(reader, "energy", of_expressions);
  } else {
    read_expression(context, reader, draft.quantity);
    refuse_others(reader, "expression", of_energies);
  }
  reader.finish();
  return draft.pieces.empty() ? std::nullopt : std::optional(std::move(draft));
}

}  // namespace

std::vector<VirtualDraft> read_virtual_drafts(const ReadContext& context, const yaml::Node& node,
                                              const std::string& what) {
  std::vector<VirtualDraft> drafts;
  if (node.type != yaml::Type::map) {
    context.fail(node.place,
                 "'virtual' must map keys of readings to their rules, found " + yaml::shown(node));
    return drafts;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (auto draft = read_draft(context, entry, what)) {
      drafts.push_back(std::move(*draft));
    }
  }
  return drafts;
}

}  // namespace busbar::app
