// Bookkeeping of one device, and the JSON text of its readings.
#include "sink/mqtt/device_record.hpp"

#include "sink/mqtt/entity.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace busbar::sink::mqtt {

namespace {

constexpr std::size_t max_text = 255;

std::string quoted(std::string_view text) {
  // Bytes that are not UTF-8 come from devices; they become U+FFFD instead of an exception.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// At most 255 bytes, not cut inside a UTF-8 sequence. (What has more than 3 continuation bytes is none.)
std::string_view shortened(std::string_view text) {
  if (text.size() <= max_text) return text;
  std::size_t end = max_text;
  while (end > max_text - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

struct JsonText {
  const Quantity& quantity;

  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(double value) const {
    return std::isfinite(value) ? format_value(quantity, value) : std::string{"null"};
  }
  std::string operator()(const std::string& value) const {
    const auto& options = quantity.options;
    const bool foreign = quantity.kind == Kind::enumeration && !options.empty() &&
                         std::ranges::find(options, value) == options.end();
    return foreign ? "null" : quoted(shortened(value));
  }
};

}  // namespace

std::string json_value(const Quantity& quantity, const Value& value) {
  return std::visit(JsonText{quantity}, value);
}

std::string plain_value(const Quantity& quantity, const Value& value) {
  auto json = json_value(quantity, value);
  if (json.front() != '"') return json;
  auto text = nlohmann::json::parse(json).get<std::string>();
  // An empty retained message would mean that there is no such topic.
  return text.empty() ? std::string{"null"} : text;
}

std::string json_object(UtcMillis timestamp, const Members& members) {
  std::string text = "{\"timestamp\":\"" + format_utc(timestamp) + '"';
  for (const auto& [key, value] : members) text.append(",\"").append(key).append("\":").append(value);
  text += '}';
  return text;
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
      record.received = same->second.received;
    }
    record.interval = query.interval;
    record.quantities = query.quantities;
    for (const auto* quantity : query.guaranteed) record.known.insert(quantity->key);
  }
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
      if (std::ranges::find(query.quantities, quantity) != query.quantities.end()) query.known.insert(key);
    }
  }
  for (const auto& [key, platform] : this->components()) {
    // The same key with another platform cannot be withdrawn in the message that announces it anew.
    retired_.erase(key);
  }
}

bool DeviceRecord::take(const Report& report) {
  QueryRecord& query = queries_[report.query];
  bool first = false;
  query.latest.clear();
  std::unordered_set<std::string_view> present;
  for (const auto& reading : report.readings) {
    const std::string& key = reading.quantity->key;
    if (!present.insert(key).second) continue;
    first |= query.known.insert(key).second;
    query.latest.emplace_back(key, json_value(*reading.quantity, reading.value));
  }
  for (const auto& key : query.known) {
    if (!present.contains(key)) query.latest.emplace_back(key, "null");
  }
  query.received = report.received;
  return first;
}

Members DeviceRecord::merged(Steady now, double expire_factor) const {
  std::vector<const QueryRecord*> fresh;
  for (const auto& [name, query] : queries_) {
    const auto limit = expiry(query.interval, expire_factor);
    if (query.latest.empty() || (limit.count() > 0 && now - query.received > limit)) continue;
    fresh.push_back(&query);
  }
  std::ranges::stable_sort(fresh, std::greater{}, &QueryRecord::received);
  Members all;
  std::unordered_set<std::string_view> present;
  for (const auto* query : fresh) {
    for (const auto& member : query->latest) {
      if (present.insert(member.first).second) all.push_back(member);
    }
  }
  return all;
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
