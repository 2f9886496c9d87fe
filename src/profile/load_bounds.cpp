// `bounds:` of a setting: {reading: battery_rating_voltage, ranges: {24: [22, 25.5, 0.5], 48: [44, 51, 1]}},
// or {reading: selectable_currents} where the reading is a list.
#include "profile/load.hpp"

#include <algorithm>

namespace busbar::profile {
namespace {

constexpr std::size_t max_ranges = 16;

std::optional<double> number_in(const yaml::Node& node) {
  return node.type == yaml::Type::scalar ? yaml::parse_number(node.scalar) : std::nullopt;
}

std::optional<Bounds::Range> range_of(const yaml::Entry& entry) {
  const auto of = yaml::parse_number(entry.key);
  const auto& items = entry.value.items;
  if (!of || entry.value.type != yaml::Type::sequence || items.size() < 2 || items.size() > 3)
    return std::nullopt;
  const auto min = number_in(items[0]);
  const auto max = number_in(items[1]);
  const auto step = items.size() == 3 ? number_in(items[2]) : std::optional{0.1};
  if (!min || !max || !step || *min > *max || *step < 0.001) return std::nullopt;
  return Bounds::Range{*of, *min, *max, *step};
}

void read_ranges(yaml::MapReader& reader, const yaml::Node& node, Bounds& bounds) {
  bool good = node.type == yaml::Type::map && !node.entries.empty() && node.entries.size() <= max_ranges;
  for (std::size_t i = 0; good && i < node.entries.size(); ++i) {
    const auto range = range_of(node.entries[i]);
    good = range.has_value();
    if (range) bounds.ranges.push_back(*range);
  }
  if (!good)
    reader.fail("ranges",
                "'ranges' maps what the reading says to [least, greatest] or [least, greatest, step]");
}

/// Ranges go by a number, a list stands in a text.
void find_reading(yaml::MapReader& reader, const Profile& profile, Bounds& bounds) {
  const Kind wanted = bounds.ranges.empty() ? Kind::text : Kind::measurement;
  for (const ProfileQuery& query : profile.queries) {
    if (query.request.write || query.listen) continue;
    const auto& all = query.decoder.quantities();
    const auto found = std::ranges::find(all, bounds.reading, [](const Quantity* q) { return q->key; });
    if (found == all.end()) continue;
    bounds.query = query.request.name;
    if ((*found)->kind != wanted)
      reader.fail("reading", yaml::in_quotes(bounds.reading) + " is no " +
                                 (bounds.ranges.empty() ? "text that could list values" : "number"));
    return;
  }
  reader.fail("reading", "there is no reading " + yaml::in_quotes(bounds.reading) + " that is asked for");
}

}  // namespace

std::optional<Bounds> read_bounds(yaml::MapReader& setting, const Profile& profile) {
  const yaml::Node* const node = setting.node("bounds");
  if (node == nullptr) return std::nullopt;
  yaml::MapReader reader{setting.document(), *node, "bounds", setting.findings()};
  Bounds bounds;
  bounds.reading = reader.require_text("reading").value_or("");
  const yaml::Node* const ranges = reader.node("ranges");
  if (ranges != nullptr) read_ranges(reader, *ranges, bounds);
  if (!bounds.reading.empty()) find_reading(reader, profile, bounds);
  reader.finish();
  return bounds;
}

}  // namespace busbar::profile
