// The latest readings of every device as samples, in copies of their own, and the account of the reports they
// came in.
#include "sink/prometheus/readings.hpp"

#include "sink/prometheus/text_format.hpp"
#include "sink/prometheus/units.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace busbar::sink::prometheus {

using std::chrono::milliseconds;

namespace {

const Family device_info{"busbar_device_info", "Description of a configured device, always 1.",
                         MetricType::gauge};

const UnitRule* rule_of(const Quantity& quantity) {
  static constexpr UnitRule as_it_is{};
  const UnitRule* const rule = find_unit(quantity.unit);
  return rule == nullptr ? &as_it_is : rule;
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
  // The quantities may be others now, at the same addresses.
  for (auto& [query, slot] : described.slots)
    for (Sample& sample : slot.samples) sample.quantity = nullptr;
}

void Readings::forget(std::string_view id) {
  const auto found = devices_.find(id);
  if (found == devices_.end()) return;
  for (const auto& [query, slot] : found->second.slots) dropped_ += slot.pending ? 1 : 0;
  devices_.erase(found);
}

const Readings::Metric& Readings::metric(const Quantity& quantity) {
  Family family = family_of(quantity);
  const auto found = metrics_.find(family.name);
  if (found != metrics_.end()) return found->second;
  std::string name = family.name;
  return metrics_.emplace(std::move(name), Metric{std::move(family), metrics_.size()}).first->second;
}

/// The next sample of the report that is stored: that of the report before if it is of the same series.
Readings::Sample& Readings::sample(Slot& slot, const Quantity& quantity, const std::string* state) {
  auto& samples = slot.samples;
  if (slot.used == samples.size() || samples[slot.used].quantity != &quantity) {
    samples.resize(slot.used, {});
    std::string labels;
    if (!quantity.index_label.empty())
      append_label(labels, label_name(quantity.index_label), std::to_string(quantity.index));
    if (state != nullptr) append_label(labels, "state", *state);
    const auto fixed = static_cast<std::uint32_t>(labels.size());
    samples.push_back({&quantity, &metric(quantity), rule_of(quantity), std::move(labels), fixed, 0});
  }
  return samples[slot.used++];
}

void Readings::add_samples(Slot& slot, const Reading& reading) {
  const Quantity& quantity = *reading.quantity;
  // Not available: no sample, never a zero.
  if (std::holds_alternative<std::monostate>(reading.value)) return;
  if (const auto* text = std::get_if<std::string>(&reading.value)) {
    if (quantity.kind == Kind::enumeration) {
      for (const std::string& option : quantity.options)
        sample(slot, quantity, &option).value = option == *text ? 1.0 : 0.0;
      return;
    }
    Sample& info = sample(slot, quantity);
    info.labels.resize(info.fixed);
    append_label(info.labels, "value", *text);
    info.value = 1;
  } else if (const auto* flag = std::get_if<bool>(&reading.value)) {
    sample(slot, quantity).value = *flag ? 1.0 : 0.0;
  } else if (const double number = std::get<double>(reading.value); std::isfinite(number)) {
    Sample& measured = sample(slot, quantity);
    measured.value = to_base_unit(*measured.rule, number, quantity.precision);
  }
}

Readings::Slot& Readings::take(const Report& report) {
  Slot& slot = device(report.device).slots[report.query];
  if (slot.pending) ++coalesced_;
  slot.number = ++accepted_;
  slot.received = report.received;
  slot.used = 0;
  slot.samples.reserve(report.readings.size());
  for (const Reading& reading : report.readings) add_samples(slot, reading);
  slot.samples.resize(slot.used, {});
  return slot;
}

void Readings::store(const Report& report) { take(report).pending = true; }

void Readings::serve(const Report& report) {
  take(report).pending = false;
  ++acknowledged_;
}

void Readings::collect(Page& page, const Device& device, Steady now) {
  if (!device.info.empty()) {
    if (page.devices.empty()) append_family(page.devices.end(), device_info);
    append_sample(page.devices.end(), device_info.name, device.label, device.info, 1);
  }
  std::vector<const Slot*> slots;
  for (const auto& [query, slot] : device.slots)
    if (slot.number > 0 && fresh(slot.interval, slot.received, now)) slots.push_back(&slot);
  // Two queries may carry the same reading; the same series twice would make collectors drop samples. The
  // newest wins.
  std::ranges::sort(slots, std::greater{}, [](const Slot* slot) {
    return std::pair{slot->received, slot->number};
  });
  std::vector<const Sample*> samples;
  for (const Slot* slot : slots) {
    for (const Sample& sample : slot->samples) {
      const bool seen = std::ranges::any_of(samples, [&](const Sample* other) {
        return other->metric == sample.metric && other->labels == sample.labels;
      });
      if (!seen) samples.push_back(&sample);
    }
  }
  for (const Sample* sample : samples) {
    const Family& family = sample->metric->family;
    Pieces& text = page.families[sample->metric->index];
    if (text.empty()) append_family(text.end(), family);
    append_sample(text.end(), family.name, device.label, sample->labels, sample->value);
  }
}

bool Readings::collect(Page& page, Steady now) const {
  constexpr int at_once = 16;
  page.families.resize(metrics_.size());
  // By name: the one before may be gone.
  auto next = page.last_device.empty() ? devices_.begin() : devices_.upper_bound(page.last_device);
  if (next == devices_.end()) return false;
  for (int n = 0; n < at_once && next != devices_.end(); ++n, ++next) {
    collect(page, next->second, now);
    page.last_device = next->first;
  }
  return true;
}

void Readings::append(Pieces& out, Page&& page) const {
  out.add(std::move(page.devices));
  // A family that became known since the last device was collected has no text yet.
  for (const auto& [name, metric] : metrics_)
    if (metric.index < page.families.size()) out.add(std::move(page.families[metric.index]));
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
