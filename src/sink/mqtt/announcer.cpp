// Bookkeeping of announced topics. A topic stays in `published_` until the broker has taken the message that
// clears it, so that a removal survives a restart in between.
#include "sink/mqtt/announcer.hpp"

#include <functional>
#include <utility>

namespace busbar::sink::mqtt {

namespace {

/// Fixed header, topic length, packet id and properties beside topic and payload, generously.
constexpr std::size_t packet_overhead = 64;

}  // namespace

Announcer::Announcer(const Options& options, std::string version, Published earlier)
    : options_{options}, version_{std::move(version)}, topics_{options}, published_{std::move(earlier)} {}

DeviceRecord& Announcer::record(std::string_view device) {
  const auto found = devices_.find(device);
  if (found != devices_.end()) return found->second;
  return devices_.emplace(std::string{device}, std::string{device}).first->second;
}

void Announcer::describe(const DeviceDescription& description) {
  DeviceRecord& device = record(description.id);
  device.describe(description);
  if (const auto earlier = published_.devices.find(description.id); earlier != published_.devices.end()) {
    device.recall(earlier->second.components);
  }
  removals_ = removals_ || !device.retired().empty();
  if (!started_) return;
  withdraw(description.id, topics_of(device));
  announce(device);
}

void Announcer::forget(std::string_view device) {
  const std::string id{device};
  withdraw(id, {});
  devices_.erase(id);
}

std::string Announcer::recall(const std::string& topic, std::string_view payload) {
  if (started_ || !topics_.is_discovery(topic)) return {};
  const auto config = read_discovery(topics_, payload);
  if (!config) return {};
  if (config->other_daemon) {
    const auto end = topic.rfind("/config");
    const bool ours =
        topic.substr(0, end) == topics_.discovery().substr(0, topics_.discovery().rfind("/config"));
    return ours ? "another busbar with a different topic_prefix announces itself as '" + topics_.node() +
                      "' too; give each daemon its own home_assistant.node_id"
                : std::string{};
  }
  PublishedDevice& earlier = published(config->device);
  const auto before = earlier;
  earlier.topics.insert(topic);
  earlier.topics.insert(config->state_topics.begin(), config->state_topics.end());
  if (!config->device.empty()) {
    earlier.topics.insert(topics_.state(config->device));
    earlier.components.insert(config->components.begin(), config->components.end());
  }
  if (earlier != before) ++revision_;
  return {};
}

void Announcer::start(std::size_t max_packet) {
  started_ = true;
  max_packet_ = max_packet;
  std::vector<std::string> known;
  for (const auto& [id, earlier] : published_.devices) known.push_back(id);
  for (const auto& id : known) {
    if (id.empty()) continue;
    const auto device = devices_.find(id);
    if (device == devices_.end()) {
      withdraw(id, {});
      continue;
    }
    if (device->second.described()) device->second.recall(published_.devices.at(id).components);
    removals_ = removals_ || !device->second.retired().empty();
  }
  std::set<std::string> own{topics_.status(), topics_.version()};
  if (options_.diagnostics.count() > 0) own.insert(topics_.diagnostics());
  if (options_.home_assistant.enabled) own.insert(topics_.discovery());
  withdraw("", own);
  if (options_.home_assistant.enabled) announce_part(topics_.discovery(), Part{});
  for (auto& [id, device] : devices_) {
    if (device.described()) withdraw(id, topics_of(device));
    announce(device);
  }
}

void Announcer::set_max_packet(std::size_t max_packet) {
  if (max_packet == std::exchange(max_packet_, max_packet) || !started_) return;
  for (auto& [id, device] : devices_) announce(device);
}

std::map<std::string, Announcer::Part> Announcer::parts_of(const DeviceRecord& device) const {
  std::map<std::string, Part> parts;
  const auto& id = device.id();
  const auto whole = topics_.discovery(id);
  const auto size =
      max_packet_ == 0 ? 0 : device_discovery(context(), device).size() + whole.size() + packet_overhead;
  if (size <= max_packet_) {
    parts.emplace(whole, Part{id, std::nullopt});
    return parts;
  }
  for (const auto& [query, record] : device.queries()) {
    if (!record.quantities.empty()) parts.emplace(topics_.discovery(id, query), Part{id, query});
  }
  if (!device.description().settings.empty()) {
    const std::string apart{settings_part};
    parts.emplace(topics_.discovery(id, apart), Part{id, apart});
  }
  if (options_.diagnostics.count() > 0) {
    const std::string apart{diagnostics_part};
    parts.emplace(topics_.discovery(id, apart), Part{id, apart});
  }
  return parts;
}

std::set<std::string> Announcer::topics_of(const DeviceRecord& device) const {
  const auto& id = device.id();
  std::set<std::string> topics{topics_.availability(id)};
  if (options_.retain) topics.insert(topics_.state(id));
  if (options_.retain && options_.diagnostics.count() > 0) topics.insert(topics_.diagnostics(id));
  for (const auto& [query, record] : device.queries()) {
    if (!options_.retain) break;
    topics.insert(topics_.state(id, query));
    if (!options_.per_reading_topics) continue;
    for (const auto* quantity : record.quantities) topics.insert(topics_.reading(id, quantity->key));
  }
  if (options_.home_assistant.enabled) {
    for (const auto& [topic, part] : parts_of(device)) topics.insert(topic);
  }
  return topics;
}

void Announcer::announce(DeviceRecord& device) {
  if (!options_.home_assistant.enabled || !started_ || !device.described()) return;
  const auto components = device.components();
  if (components.empty() && device.retired().empty()) return;
  const auto parts = parts_of(device);
  // First: Home Assistant ignores a unique id that another message has announced.
  std::vector<std::string> superseded;
  for (const auto& [topic, part] : parts_) {
    if (part.device == device.id() && !parts.contains(topic)) superseded.push_back(topic);
  }
  for (const auto& topic : superseded) {
    parts_.erase(topic);
    clearing_.insert_or_assign(topic, device.id());
    messages_.push_back({Kind::discovery, topic, std::string{}, true});
  }
  for (const auto& [topic, part] : parts) announce_part(topic, part);
  auto listed = components;
  listed.insert(device.retired().begin(), device.retired().end());
  auto& before = published(device.id()).components;
  if (listed == before) return;
  before = std::move(listed);
  ++revision_;
}

void Announcer::announce_part(const std::string& topic, const Part& part) {
  auto& known = parts_[topic];
  const auto before = known.hash;
  known = part;
  known.hash = std::hash<std::string>{}(render(topic));
  if (known.hash == before) return;
  note(part.device, topic);
  messages_.push_back({Kind::discovery, topic, std::nullopt, true});
}

PublishedDevice& Announcer::published(std::string_view device) {
  const auto found = published_.devices.find(device);
  if (found != published_.devices.end()) return found->second;
  ++revision_;
  return published_.devices.emplace(device, PublishedDevice{}).first->second;
}

void Announcer::note(std::string_view device, std::string_view topic) {
  if (const auto clearing = clearing_.find(topic); clearing != clearing_.end()) clearing_.erase(clearing);
  auto& topics = published(device).topics;
  if (topics.contains(topic)) return;
  topics.emplace(topic);
  ++revision_;
}

void Announcer::withdraw(const std::string& device, const std::set<std::string>& keep) {
  const auto published = published_.devices.find(device);
  if (published == published_.devices.end()) return;
  for (const auto& topic : published->second.topics) {
    if (keep.contains(topic)) continue;
    parts_.erase(topic);
    clearing_.insert_or_assign(topic, device);
    // Home Assistant forgets the entity first, then the values go.
    const Kind kind = topics_.is_discovery(topic) ? Kind::discovery : Kind::state;
    messages_.push_back({kind, topic, std::string{}, true});
  }
  if (keep.empty() && !std::exchange(published->second.components, {}).empty()) ++revision_;
}

void Announcer::cleared(const std::string& topic) {
  const auto clearing = clearing_.find(topic);
  if (clearing == clearing_.end()) return;
  const auto device = published_.devices.find(clearing->second);
  clearing_.erase(clearing);
  if (device == published_.devices.end()) return;
  device->second.topics.erase(topic);
  ++revision_;
  if (device->second.topics.empty() && !devices_.contains(device->first)) published_.devices.erase(device);
}

void Announcer::finish_removals() {
  removals_ = false;
  for (auto& [id, device] : devices_) {
    if (device.retired().empty()) continue;
    device.clear_retired();
    announce(device);
  }
}

std::string Announcer::render(const std::string& topic) const {
  const auto part = parts_.find(topic);
  if (part == parts_.end()) return {};
  if (part->second.device.empty()) return bridge_discovery(context());
  const auto device = devices_.find(part->second.device);
  if (device == devices_.end()) return {};
  return device_discovery(context(), device->second, part->second.query);
}

}  // namespace busbar::sink::mqtt
