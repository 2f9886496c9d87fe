// Bookkeeping of one device, and the JSON text of its readings.
#include "sink/mqtt/device_record.hpp"

#include "sink/mqtt/entity.hpp"
#include "sink/mqtt/json_text.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace busbar::sink::mqtt {

void QueryRecord::begin_member(std::string_view key) {
  members.push_back({static_cast<std::uint32_t>(latest.size()), static_cast<std::uint32_t>(key.size())});
  latest.append(",\"").append(key).append("\":");
}

std::string_view QueryRecord::key(const Member& member) const {
  return std::string_view{latest}.substr(member.begin + 2, member.key_size);
}

std::string_view QueryRecord::text(const Member& member) const {
  const bool last = &member == &members.back();
  return std::string_view{latest}.substr(member.begin,
                                         last ? std::string_view::npos : (&member)[1].begin - member.begin);
}

std::chrono::seconds expiry(std::chrono::milliseconds interval, double factor) {
  if (interval.count() <= 0 || !(factor > 0)) return std::chrono::seconds{0};
  const double seconds = std::ceil(std::chrono::duration<double>(interval).count() * factor);
  // The upper bound keeps the conversion defined for absurd settings: 10 years.
  return std::chrono::seconds{static_cast<std::int64_t>(std::clamp(seconds, 30.0, 3.2e8))};
}

void DeviceRecord::describe(const DeviceDescription& description) {
  const auto before = components();
  auto old = std::move(queries_);
  queries_.clear();
  description_ = description;
  described_ = true;
  for (const auto& query : description.queries) {
    QueryRecord& record = queries_[query.name];
    if (const auto same = old.find(query.name); same != old.end()) {
      record.latest = std::move(same->second.latest);
      record.members = std::move(same->second.members);
      record.received = same->second.received;
    }
    record.interval = query.interval;
    record.quantities = query.quantities;
    for (const auto* quantity : query.guaranteed) record.known.emplace(quantity->key, 0);
  }
  disjoint_.reset();
  recall(before);
}

void DeviceRecord::recall(const std::map<std::string, std::string>& components) {
  const auto open = std::ranges::any_of(description_.queries, &QueryDescription::open);
  for (const auto& [key, platform] : components) {
    if (is_setting(key, platform)) continue;
    const Quantity* quantity = find(key);
    // The device will name it itself, if it still has it.
    if (quantity == nullptr && open) continue;
    if (quantity == nullptr || entity_for(*quantity).platform != platform) {
      retired_.emplace(key, platform);
      continue;
    }
    for (auto& [name, query] : queries_) {
      if (std::ranges::find(query.quantities, quantity) != query.quantities.end())
        query.known.emplace(key, 0);
    }
  }
  for (const auto& [key, platform] : this->components()) {
    // The same key with another platform cannot be withdrawn in the message that announces it anew.
    retired_.erase(key);
  }
}

bool DeviceRecord::take(const Report& report) {
  QueryRecord& query = queries_[report.query];
  const auto mark = ++query.reports;
  const auto members = query.members.size();
  bool first = false;
  query.latest.clear();
  query.members.clear();
  auto known = query.known.end();
  for (const auto& reading : report.readings) {
    const std::string& key = reading.quantity->key;
    // Cells follow each other in the report as they do in the map.
    if (known != query.known.end()) ++known;
    if (known == query.known.end() || known->first != key) known = query.known.find(key);
    if (known == query.known.end()) {
      known = query.known.emplace(key, 0).first;
      first = true;
    }
    if (std::exchange(known->second, mark) == mark) continue;  // twice in one report
    query.begin_member(key);
    append_json(query.latest, *reading.quantity, reading.value);
  }
  for (const auto& [key, report_number] : query.known) {
    if (report_number == mark) continue;
    query.begin_member(key);
    query.latest += "null";
  }
  if (first || members != query.members.size()) disjoint_.reset();
  query.received = report.received;
  return first;
}

bool DeviceRecord::disjoint() const {
  std::set<std::string_view> keys;
  for (const auto& [name, query] : queries_) {
    for (const auto& member : query.members) {
      if (!keys.insert(query.key(member)).second) return false;
    }
  }
  return true;
}

void DeviceRecord::append_merged(std::string& out, Steady now, double expire_factor) {
  fresh_.clear();
  for (const auto& [name, query] : queries_) {
    const auto limit = expiry(query.interval, expire_factor);
    if (query.latest.empty() || (limit.count() > 0 && now - query.received > limit)) continue;
    const auto older =
        std::ranges::upper_bound(fresh_, query.received, std::greater{}, &QueryRecord::received);
    fresh_.insert(older, &query);
  }
  if (!disjoint_) disjoint_ = disjoint();
  for (auto query = fresh_.begin(); query != fresh_.end(); ++query) {
    if (*disjoint_) {
      out += (*query)->latest;
      continue;
    }
    for (const auto& member : (*query)->members) {
      const auto key = (*query)->key(member);
      const bool newer = std::any_of(fresh_.begin(), query, [key](const QueryRecord* other) {
        return std::ranges::any_of(other->members, [&](const auto& one) { return other->key(one) == key; });
      });
      if (!newer) out += (*query)->text(member);
    }
  }
}

std::map<std::string, std::string> DeviceRecord::components() const {
  std::map<std::string, std::string> all;
  for (const auto& [name, query] : queries_) {
    for (const auto* quantity : query.quantities) {
      if (query.known.contains(quantity->key)) all.emplace(quantity->key, entity_for(*quantity).platform);
    }
  }
  for (const auto& setting : description_.settings) all.emplace(setting_id(setting), to_string(setting.kind));
  return all;
}

bool DeviceRecord::is_setting(std::string_view key, std::string_view platform) const {
  return std::ranges::any_of(description_.settings, [&](const Setting& setting) {
    return setting_id(setting) == key && to_string(setting.kind) == platform;
  });
}

const Quantity* DeviceRecord::find(std::string_view key) const {
  for (const auto& [name, query] : queries_) {
    for (const auto* quantity : query.quantities) {
      if (quantity->key == key) return quantity;
    }
  }
  return nullptr;
}

}  // namespace busbar::sink::mqtt
