// Builds the discovery payloads. Home Assistant drops the whole device for one unknown key at the root, and
// silently ignores unknown keys inside a component: what is written here is checked key by key in the tests.
#include "sink/mqtt/discovery.hpp"

#include "sink/mqtt/diagnostics.hpp"
#include "sink/mqtt/entity.hpp"
#include "sink/mqtt/setting_entity.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace busbar::sink::mqtt {

namespace {

// Declaration order keeps the payload readable and its bytes stable.
using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json origin(const DiscoveryContext& context) {
  Json json = {{"name", "busbar"}};
  if (!context.version.empty()) json["sw_version"] = context.version;
  return json;
}

std::string value_template(const Quantity& quantity, const Entity& entity) {
  const std::string value = "value_json." + quantity.key;
  if (entity.platform != "binary_sensor") return "{{ " + value + " }}";
  // null must become "None" (unknown), not OFF.
  return "{{ 'ON' if " + value + " else 'OFF' if " + value + " is false else none }}";
}

Json component(const DiscoveryContext& context, const DeviceRecord& device, std::string_view query,
               const QueryRecord& record, const Quantity& quantity) {
  const Entity entity = entity_for(quantity);
  Json json = Json::object();
  json["platform"] = entity.platform;
  json["unique_id"] = context.topics.object_id(device.id()) + "_" + quantity.key;
  json["default_entity_id"] = entity_id(entity.platform, device.id(), quantity.key);
  json["name"] = quantity.name.empty() ? quantity.key : quantity.name;
  json["state_topic"] = context.topics.state(device.id(), query);
  json["value_template"] = value_template(quantity, entity);
  if (!entity.device_class.empty()) json["device_class"] = entity.device_class;
  if (entity.numeric && !quantity.unit.empty()) json["unit_of_measurement"] = quantity.unit;
  if (!entity.state_class.empty()) json["state_class"] = entity.state_class;
  if (entity.numeric) json["suggested_display_precision"] = std::max(0, quantity.precision);
  if (entity.device_class == "enum") json["options"] = quantity.options;
  if (quantity.category == Category::diagnostic) json["entity_category"] = "diagnostic";
  if (!quantity.enabled_by_default) json["enabled_by_default"] = false;
  const auto& options = context.options;
  auto expire = expiry(record.interval, options.home_assistant.expire_factor);
  if (options.mode == PublishMode::on_change) {
    // An unchanged value is only repeated by the heartbeat: without one it may stand for ever.
    const auto heartbeat = std::chrono::ceil<std::chrono::seconds>(options.heartbeat);
    expire = heartbeat.count() > 0 && expire.count() > 0 ? expire + heartbeat : std::chrono::seconds{0};
  }
  if (expire.count() > 0) json["expire_after"] = expire.count();
  return json;
}

Json device_block(const DiscoveryContext& context, const DeviceRecord& device) {
  const auto& description = device.description();
  Json json = Json::object();
  json["identifiers"] = Json::array({context.topics.object_id(device.id())});
  json["name"] = description.name.empty() ? device.id() : description.name;
  if (!description.manufacturer.empty()) json["manufacturer"] = description.manufacturer;
  if (!description.model.empty()) json["model"] = description.model;
  json["via_device"] = context.topics.node();
  return json;
}

std::optional<std::string> text_at(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// The status topic of the daemon that wrote the message: first in the availability list, or the state of its
/// own device.
std::optional<std::string> status_topic(const nlohmann::json& config) {
  const auto availability = config.find("availability");
  if (availability != config.end() && availability->is_array() && !availability->empty()) {
    return text_at(availability->front(), "topic");
  }
  const auto components = config.find("components");
  if (components == config.end() || !components->is_object()) return std::nullopt;
  const auto connection = components->find("connection");
  return connection == components->end() ? std::nullopt : text_at(*connection, "state_topic");
}

}  // namespace

std::string bridge_discovery(const DiscoveryContext& context) {
  const auto& topics = context.topics;
  const std::string& node = topics.node();
  const auto sensor = [&](const char* platform, const char* id, const char* name, const std::string& topic) {
    Json json = Json::object();
    json["platform"] = platform;
    json["unique_id"] = node + "_" + id;
    json["default_entity_id"] = entity_id(platform, node, id);
    json["name"] = name;
    json["state_topic"] = topic;
    return json;
  };
  Json connection = sensor("binary_sensor", "connection", "Connection", topics.status());
  connection["device_class"] = "connectivity";
  connection["payload_on"] = "online";
  connection["payload_off"] = "offline";
  connection["entity_category"] = "diagnostic";
  Json version = sensor("sensor", "version", "Version", topics.version());
  version["entity_category"] = "diagnostic";

  Json json = Json::object();
  json["device"] = {
      {"identifiers", Json::array({node})}, {"name", node}, {"model", "busbar telemetry daemon"}};
  if (!context.version.empty()) json["device"]["sw_version"] = context.version;
  json["origin"] = origin(context);
  json["components"] = {{"connection", connection}, {"version", version}};
  if (context.options.diagnostics.count() > 0) add_daemon_diagnostics(json["components"], topics);
  return text_of(json);
}

std::string device_discovery(const DiscoveryContext& context, const DeviceRecord& device,
                             std::optional<std::string_view> query) {
  Json components = Json::object();
  for (const auto& [name, record] : device.queries()) {
    if (query && *query != name) continue;
    for (const auto* quantity : record.quantities) {
      if (!record.known.contains(quantity->key) || components.contains(quantity->key)) continue;
      components[quantity->key] = component(context, device, name, record, *quantity);
    }
  }
  for (const auto& [key, platform] : device.retired()) components[key] = {{"platform", platform}};
  if (!query || *query == settings_part) add_settings(components, context.topics, device);
  if ((!query || *query == diagnostics_part) && context.options.diagnostics.count() > 0)
    add_device_diagnostics(components, context.topics, device.id());

  Json json = Json::object();
  json["device"] = device_block(context, device);
  json["origin"] = origin(context);
  // A device is there when its daemon is and it answers itself.
  json["availability"] = Json::array(
      {Json{{"topic", context.topics.status()}}, Json{{"topic", context.topics.availability(device.id())}}});
  json["availability_mode"] = "all";
  json["qos"] = context.options.qos;
  json["components"] = std::move(components);
  return text_of(json);
}

std::optional<RecalledConfig> read_discovery(const Topics& topics, std::string_view payload) {
  const auto config = nlohmann::json::parse(payload, nullptr, false);
  if (!config.is_object() || !config.contains("origin")) return std::nullopt;
  if (text_at(config["origin"], "name") != "busbar") return std::nullopt;
  const auto status = status_topic(config);
  if (!status) return std::nullopt;
  RecalledConfig recalled;
  if (*status != topics.status()) {
    recalled.other_daemon = true;
    return recalled;
  }
  const auto availability = config.find("availability");
  if (availability != config.end() && availability->is_array() && availability->size() > 1) {
    const auto topic = text_at((*availability)[1], "topic");
    recalled.device = topic ? std::string{topics.device_of_availability(*topic)} : std::string{};
    if (recalled.device.empty() || !is_publishable(*topic)) return std::nullopt;
    recalled.state_topics.insert(*topic);
  }
  const auto components = config.find("components");
  if (components == config.end() || !components->is_object()) return recalled;
  for (const auto& [key, component] : components->items()) {
    const auto platform = text_at(component, "platform");
    if (!platform) continue;
    recalled.components.emplace(key, *platform);
    const auto topic = text_at(component, "state_topic");
    if (topic && topics.is_of(recalled.device, *topic)) recalled.state_topics.insert(*topic);
  }
  return recalled;
}

}  // namespace busbar::sink::mqtt
