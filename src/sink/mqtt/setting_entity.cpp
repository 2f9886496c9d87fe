#include "sink/mqtt/setting_entity.hpp"

#include "sink/mqtt/entity.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace busbar::sink::mqtt {
namespace {

using Json = nlohmann::ordered_json;

/// The reading that shows the setting, where this sink publishes it.
const Quantity* shown_by(const DeviceRecord& device, const Setting& setting) {
  const auto query = device.queries().find(setting.read_query);
  if (setting.read_back.empty() || query == device.queries().end()) return nullptr;
  const auto& all = query->second.quantities;
  const auto found =
      std::ranges::find_if(all, [&](const Quantity* q) { return q->key == setting.read_back; });
  return found == all.end() ? nullptr : *found;
}

/// A reading that is not known must make the state unknown, which is none; of some models it never comes, and
/// an attribute that is not there costs a line in Home Assistant's log each time.
std::string value_template(const Setting& setting, const Quantity& quantity) {
  const std::string value = "value_json.get('" + setting.read_back + "')";
  if (setting.kind == SettingKind::toggle)
    return "{{ 'on' if " + value + " else 'off' if " + value + " is false else none }}";
  // Of options that are numbers none is written 50.0.
  if (setting.kind == SettingKind::select && quantity.kind == Kind::measurement)
    return "{{ '%g' | format(" + value + ") if " + value + " is number else none }}";
  return "{{ " + value + " }}";
}

/// Digits, and what stands between them: [0-9]{2} [0-9]{3}
void add_text(Json& json, const Setting& setting) {
  std::string pattern = "^";
  std::size_t length = 0;
  for (const DigitGroup& group : setting.groups) {
    if (length > 0) pattern += setting.between;
    length += group.width + (length > 0 ? setting.between.size() : 0);
    pattern += "[0-9]{" + std::to_string(group.width) + "}";
  }
  json["min"] = length;
  json["max"] = length;
  json["pattern"] = pattern + "$";
}

void add_values(Json& json, const Setting& setting) {
  switch (setting.kind) {
    case SettingKind::number:
      json["min"] = std::min(setting.min, setting.also.value_or(setting.min));
      json["max"] = std::max(setting.max, setting.also.value_or(setting.max));
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
    case SettingKind::text:
      return add_text(json, setting);
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
    if (const Quantity* const quantity = shown_by(device, setting)) {
      json["state_topic"] = topics.state(device.id(), setting.read_query);
      json["value_template"] = value_template(setting, *quantity);
    }
    add_values(json, setting);
    // What a person sets once; switches and buttons are for every day.
    if (setting.kind != SettingKind::toggle && setting.kind != SettingKind::button)
      json["entity_category"] = "config";
    components[id] = std::move(json);
  }
}

}  // namespace busbar::sink::mqtt
