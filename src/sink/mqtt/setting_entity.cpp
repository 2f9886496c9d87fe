#include "sink/mqtt/setting_entity.hpp"

#include "sink/mqtt/entity.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace busbar::sink::mqtt {
namespace {

using Json = nlohmann::ordered_json;

bool is_published(const DeviceRecord& device, const Setting& setting) {
  const auto query = device.queries().find(setting.read_query);
  return !setting.read_back.empty() && query != device.queries().end() &&
         std::ranges::any_of(query->second.quantities,
                             [&](const Quantity* quantity) { return quantity->key == setting.read_back; });
}

void add_state(Json& json, const Topics& topics, const DeviceRecord& device, const Setting& setting) {
  const std::string value = "value_json." + setting.read_back;
  json["state_topic"] = topics.state(device.id(), setting.read_query);
  // A reading that is not known must make the state unknown, which is null.
  json["value_template"] = setting.kind == SettingKind::toggle
                               ? "{{ 'on' if " + value + " else 'off' if " + value + " is false else none }}"
                               : "{{ " + value + " }}";
}

void add_values(Json& json, const Setting& setting) {
  switch (setting.kind) {
    case SettingKind::number:
      json["min"] = setting.min;
      json["max"] = setting.max;
      json["step"] = setting.step;
      json["mode"] = "box";
      if (!setting.unit.empty()) json["unit_of_measurement"] = setting.unit;
      return;
    case SettingKind::select:
      json["options"] = setting.options;
      return;
    case SettingKind::toggle:
      json["payload_on"] = "on";
      json["payload_off"] = "off";
      return;
    case SettingKind::button:
      json["payload_press"] = "press";
      return;
  }
}

}  // namespace

void add_settings(Json& components, const Topics& topics, const DeviceRecord& device) {
  for (const Setting& setting : device.description().settings) {
    const std::string id = setting_id(setting);
    if (components.contains(id)) continue;  // a reading of that name was there first
    const auto platform = to_string(setting.kind);
    Json json = Json::object();
    json["platform"] = platform;
    json["unique_id"] = topics.object_id(device.id()) + "_" + id;
    json["default_entity_id"] = entity_id(platform, device.id(), setting.key);
    json["name"] = setting.name;
    json["command_topic"] = topics.command(device.id(), setting.key);
    if (is_published(device, setting)) add_state(json, topics, device, setting);
    add_values(json, setting);
    // What a person sets once; switches and buttons are for every day.
    if (setting.kind == SettingKind::number || setting.kind == SettingKind::select)
      json["entity_category"] = "config";
    components[id] = std::move(json);
  }
}

}  // namespace busbar::sink::mqtt
