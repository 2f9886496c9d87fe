// The latest readings of every device as samples, in copies of their own, and the account of the reports they
// came in.
#include "sink/prometheus/readings.hpp"

#include "sink/prometheus/text_format.hpp"
#include "sink/prometheus/units.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace busbar::sink::prometheus {

using std::chrono::milliseconds;

namespace {

const Family device_info{"busbar_device_info", "Description of a configured device, always 1.",
                         MetricType::gauge};

double converted(const Quantity& quantity, double value) {
  static constexpr UnitRule as_it_is{};
  const UnitRule* rule = find_unit(quantity.unit);
  return to_base_unit(rule != nullptr ? *rule : as_it_is, value, quantity.precision);
}

std::string index_labels(const Quantity& quantity) {
  if (quantity.index_label.empty()) return {};
  return label(label_name(quantity.index_label), std::to_string(quantity.index));
}

std::string joined(const std::string& first, const std::string& second) {
  return first.empty() ? second : first + "," + second;
}

bool fresh(milliseconds interval, Steady received, Steady now) {
  return now - received <= fresh_for(interval);
}

}  // namespace

milliseconds fresh_for(milliseconds interval) {
  using namespace std::chrono_literals;
  if (interval <= 0ms) return 5min;
  return std::max<milliseconds>(3 * interval, 30s);
}

Readings::Device& Readings::device(std::string_view id) {
  auto found = devices_.find(id);
  if (found == devices_.end())
    found = devices_.emplace(std::string{id}, Device{label("device", id), {}, {}}).first;
  return found->second;
}

void Readings::describe(const DeviceDescription& description) {
  Device& described = device(description.id);
  described.info = label("name", description.name) + "," + label("manufacturer", description.manufacturer) +
                   "," + label("model", description.model) + "," + label("profile", description.profile) +
                   "," + label("channel", description.channel);
  for (const QueryDescription& query : description.queries)
    described.slots[query.name].interval = query.interval;
}

void Readings::forget(std::string_view id) {
  const auto found = devices_.find(id);
  if (found == devices_.end()) return;
  for (const auto& [query, slot] : found->second.slots) dropped_ += slot.pending ? 1 : 0;
  devices_.erase(found);
}

void Readings::add_samples(Slot& slot, const Reading& reading) {
  const Quantity& quantity = *reading.quantity;
  if (std::holds_alternative<std::monostate>(reading.value))
    return;  // not available: no sample, never a zero
  Family described = family_of(quantity);
  const auto found = families_.try_emplace(described.name, std::move(described)).first;
  const Family* family = &found->second;
  const std::string index = index_labels(quantity);
  if (const auto* text = std::get_if<std::string>(&reading.value)) {
    if (quantity.kind != Kind::enumeration) {
      slot.samples.push_back({family, joined(index, label("value", *text)), 1});
      return;
    }
    for (const std::string& option : quantity.options)
      slot.samples.push_back({family, joined(index, label("state", option)), option == *text ? 1.0 : 0.0});
  } else if (const auto* flag = std::get_if<bool>(&reading.value)) {
    slot.samples.push_back({family, index, *flag ? 1.0 : 0.0});
  } else if (const double number = std::get<double>(reading.value); std::isfinite(number)) {
    slot.samples.push_back({family, index, converted(quantity, number)});
  }
}

void Readings::store(const Report& report) {
  Slot& slot = device(report.device).slots[report.query];
  if (slot.pending) ++coalesced_;
  slot.pending = true;
  slot.number = ++accepted_;
  slot.received = report.received;
  slot.samples.clear();
  for (const Reading& reading : report.readings) add_samples(slot, reading);
}

void Readings::collect(Lines& lines, const Device& device, Steady now) {
  std::vector<const Slot*> slots;
  for (const auto& [query, slot] : device.slots)
    if (slot.number > 0 && fresh(slot.interval, slot.received, now)) slots.push_back(&slot);
  // Two queries may carry the same reading; the same series twice would make collectors drop samples. The
  // newest wins.
  std::ranges::sort(slots, std::greater{}, [](const Slot* slot) {
    return std::pair{slot->received, slot->number};
  });
  std::set<std::pair<const Family*, std::string_view>> seen;
  for (const Slot* slot : slots)
    for (const Sample& sample : slot->samples)
      if (seen.emplace(sample.family, sample.labels).second)
        lines[sample.family->name].emplace_back(&device, &sample);
}

void Readings::append(std::string& out, Steady now) const {
  if (std::ranges::any_of(devices_, [](const auto& entry) { return !entry.second.info.empty(); }))
    append_family(out, device_info);
  for (const auto& [id, device] : devices_)
    if (!device.info.empty()) append_sample(out, device_info.name, device.label, device.info, 1);

  Lines lines;
  for (const auto& [id, device] : devices_) collect(lines, device, now);
  for (const auto& [name, samples] : lines) {
    append_family(out, *samples.front().second->family);
    for (const auto& [device, sample] : samples)
      append_sample(out, name, device->label, sample->labels, sample->value);
  }
}

void Readings::acknowledge(std::uint64_t mark, Steady made) {
  for (auto& [id, device] : devices_) {
    for (auto& [query, slot] : device.slots) {
      if (!slot.pending || slot.number > mark) continue;
      slot.pending = false;
      // A report that waited for its destination until it was too old was not part of the text.
      ++(fresh(slot.interval, slot.received, made) ? acknowledged_ : dropped_);
    }
  }
}

SinkAccount Readings::account() const {
  SinkAccount account;
  account.accepted = accepted_;
  account.acknowledged = acknowledged_;
  account.dropped = dropped_;
  account.coalesced = coalesced_;
  account.queued = accepted_ - acknowledged_ - dropped_ - coalesced_;
  return account;
}

}  // namespace busbar::sink::prometheus
