// The tables, and the walk over a payload.
#include "support/home_assistant.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <map>

namespace busbar::test::home_assistant {
namespace {

using Json = nlohmann::json;
using Words = std::set<std::string, std::less<>>;

const Words root_keys{"device",
                      "origin",
                      "components",
                      "availability",
                      "availability_mode",
                      "availability_topic",
                      "availability_template",
                      "payload_available",
                      "payload_not_available",
                      "state_topic",
                      "command_topic",
                      "qos",
                      "encoding"};
const Words device_keys{"identifiers",   "connections",       "name",       "manufacturer",
                        "model",         "model_id",          "hw_version", "sw_version",
                        "serial_number", "configuration_url", "via_device", "suggested_area"};
const Words origin_keys{"name", "sw_version", "support_url"};
const Words common_keys{"platform",
                        "unique_id",
                        "default_entity_id",
                        "name",
                        "state_topic",
                        "value_template",
                        "device_class",
                        "entity_category",
                        "enabled_by_default",
                        "icon",
                        "expire_after",
                        "force_update",
                        "availability",
                        "availability_mode",
                        "availability_topic",
                        "availability_template",
                        "payload_available",
                        "payload_not_available",
                        "qos",
                        "encoding",
                        "json_attributes_topic",
                        "json_attributes_template"};
const Words sensor_keys{"unit_of_measurement", "state_class", "suggested_display_precision", "options",
                        "last_reset_value_template"};
const Words binary_keys{"payload_on", "payload_off", "off_delay"};

struct Class {
  Words units;
  Words state_classes;
};

const Words measured{"measurement"};
const Words totals{"total", "total_increasing"};
const Words any_state_class{"measurement", "total", "total_increasing"};
const Words energies{"J",   "kJ",  "MJ",  "GJ",  "mWh",  "Wh",   "kWh",
                     "MWh", "GWh", "TWh", "cal", "kcal", "Mcal", "Gcal"};
const Words volumes{"ft³", "CCF", "MCF", "m³", "L", "mL", "gal", "fl. oz."};
const Words pressures{"Pa", "hPa", "kPa", "bar", "cbar", "mbar", "mmHg", "inHg", "psi"};

const std::map<std::string, Class, std::less<>> classes{
    {"voltage", {{"V", "mV", "kV", "MV"}, measured}},
    {"current", {{"A", "mA"}, measured}},
    {"power", {{"mW", "W", "kW", "MW", "GW", "TW"}, measured}},
    {"apparent_power", {{"VA"}, measured}},
    {"reactive_power", {{"var", "kvar"}, measured}},
    {"reactive_energy", {{"varh", "kvarh"}, totals}},
    {"power_factor", {{"%", ""}, measured}},
    {"energy", {energies, totals}},
    {"energy_storage", {energies, measured}},
    {"battery", {{"%"}, measured}},
    {"humidity", {{"%"}, measured}},
    {"moisture", {{"%"}, measured}},
    {"temperature", {{"°C", "°F", "K"}, measured}},
    {"duration", {{"d", "h", "min", "s", "ms"}, any_state_class}},
    {"frequency", {{"Hz", "kHz", "MHz", "GHz"}, measured}},
    {"water", {{"CCF", "MCF", "ft³", "m³", "gal", "L"}, totals}},
    {"gas", {{"CCF", "MCF", "ft³", "m³", "L"}, totals}},
    {"volume", {volumes, totals}},
    {"volume_storage", {volumes, measured}},
    {"volume_flow_rate",
     {{"m³/h", "m³/min", "m³/s", "ft³/min", "L/h", "L/min", "L/s", "gal/min", "mL/s"}, measured}},
    {"pressure", {pressures, measured}},
    {"atmospheric_pressure", {pressures, measured}},
    {"irradiance", {{"W/m²", "BTU/(h⋅ft²)"}, measured}},
    {"illuminance", {{"lx"}, measured}},
    {"signal_strength", {{"dB", "dBm"}, measured}},
    {"weight", {{"mg", "g", "kg", "oz", "lb", "st"}, any_state_class}},
    {"distance", {{"mm", "cm", "m", "km", "in", "ft", "yd", "mi"}, any_state_class}},
    {"data_size", {{"bit", "B", "kB", "MB", "GB", "KiB", "MiB", "GiB"}, any_state_class}},
    {"timestamp", {{""}, {}}},
    {"date", {{""}, {}}},
    {"enum", {{""}, {}}},
};

const Words binary_classes{"battery",
                           "battery_charging",
                           "carbon_monoxide",
                           "cold",
                           "connectivity",
                           "door",
                           "garage_door",
                           "gas",
                           "heat",
                           "light",
                           "lock",
                           "moisture",
                           "motion",
                           "moving",
                           "occupancy",
                           "opening",
                           "plug",
                           "power",
                           "presence",
                           "problem",
                           "running",
                           "safety",
                           "smoke",
                           "sound",
                           "tamper",
                           "update",
                           "vibration",
                           "window"};

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

class Walk {
 public:
  std::vector<std::string> found;

  void payload(const Json& json) {
    if (!json.is_object()) return fault("", "is no object");
    keys("the root", json, {&root_keys});
    device(json.value("device", Json{}));
    const Json origin = json.value("origin", Json{});
    if (!origin.is_object() || text_at(origin, "name").empty()) return fault("origin", "has no name");
    keys("origin", origin, {&origin_keys});
    if (json.contains("qos")) quality("the root", json["qos"]);
    availability("the root", json);
    const Json components = json.value("components", Json{});
    if (!components.is_object()) return fault("components", "is no object");
    for (const auto& [key, component] : components.items()) {
      id(key, key);
      this->component(key, component);
    }
  }

 private:
  void fault(const std::string& where, const std::string& what) { found.push_back(where + " " + what); }

  void keys(const std::string& where, const Json& object, std::initializer_list<const Words*> allowed) {
    for (const auto& [key, value] : object.items()) {
      const bool known =
          std::ranges::any_of(allowed, [&](const Words* words) { return words->contains(key); });
      if (!known) fault(where, "has the key '" + key + "', which Home Assistant does not know");
    }
  }

  void device(const Json& json) {
    if (!json.is_object()) return fault("device", "is missing");
    keys("device", json, {&device_keys});
    const bool named =
        json.contains("identifiers") && json["identifiers"].is_array() && !json["identifiers"].empty();
    if (!named && !json.contains("connections")) fault("device", "has no identifier");
    for (const auto& [key, value] : json.items()) {
      const bool list = key == "identifiers" || key == "connections";
      if (!list && !value.is_string()) fault("device", "'s " + key + " is no text");
    }
  }

  void component(const std::string& key, const Json& json) {
    const auto platform = json.is_object() ? text_at(json, "platform") : std::string{};
    const bool sensor = platform == "sensor";
    if (!sensor && platform != "binary_sensor") return fault(key, "is of platform '" + platform + "'");
    if (json.size() == 1) return;  // withdrawn
    keys(key, json, {&common_keys, sensor ? &sensor_keys : &binary_keys});
    const auto unique_id = text_at(json, "unique_id");
    if (unique_id.empty()) fault(key, "has no unique_id");
    if (!unique_ids_.insert(platform + " " + unique_id).second) fault(key, "repeats unique_id " + unique_id);
    entity_id(key, platform, json);
    if (!json.contains("name") || !(json["name"].is_null() || json["name"].is_string()))
      fault(key, "has no name");
    topic(key, text_at(json, "state_topic"));
    availability(key, json);
    const auto category = text_at(json, "entity_category");
    if (json.contains("entity_category") && category != "diagnostic")
      fault(key, "is not added as " + category);
    if (json.contains("enabled_by_default") && !json["enabled_by_default"].is_boolean())
      fault(key, "is neither enabled nor disabled");
    if (json.contains("expire_after") && !json["expire_after"].is_number_unsigned())
      fault(key, "does not expire after a number of seconds");
    sensor ? this->sensor(key, json) : binary_sensor(key, json);
  }

  void sensor(const std::string& key, const Json& json) {
    const auto device_class = text_at(json, "device_class");
    const auto unit = text_at(json, "unit_of_measurement");
    const auto state_class = text_at(json, "state_class");
    if (json.contains("unit_of_measurement") && unit.empty()) fault(key, "has an empty unit");
    if (!device_class.empty() && !classes.contains(device_class)) fault(key, "has class " + device_class);
    if (!device_class.empty() && !unit_fits(device_class, unit))
      fault(key, "is a " + device_class + " in '" + unit + "': Home Assistant refuses it");
    if (json.contains("state_class") && !any_state_class.contains(state_class))
      fault(key, "has state class " + state_class);
    if (!state_class.empty() && !state_class_fits(device_class, state_class))
      fault(key, "is a " + device_class + " with state class " + state_class + ": no statistics");
    const bool numeric = !unit.empty() || !state_class.empty();
    if (json.contains("suggested_display_precision") &&
        (!numeric || !json["suggested_display_precision"].is_number_unsigned()))
      fault(key, "has a precision it cannot have");
    if (json.contains("options") != (device_class == "enum")) fault(key, "has options without being an enum");
    if (device_class == "enum" && (!json["options"].is_array() || json["options"].empty()))
      fault(key, "has no options");
  }

  void binary_sensor(const std::string& key, const Json& json) {
    const auto device_class = text_at(json, "device_class");
    if (json.contains("device_class") && !is_binary_class(device_class))
      fault(key, "is a binary sensor of class '" + device_class + "'");
  }

  void availability(const std::string& where, const Json& json) {
    if (!json.contains("availability")) return;
    if (json.contains("availability_topic")) fault(where, "has availability twice");
    const auto& list = json["availability"];
    if (!list.is_array() || list.empty()) return fault(where, "has no list of availability topics");
    for (const auto& entry : list) topic(where, text_at(entry, "topic"));
    const auto mode = json.value("availability_mode", "latest");
    if (mode != "all" && mode != "any" && mode != "latest") fault(where, "has availability mode " + mode);
    if (list.size() > 1 && mode != "all") fault(where, "is available when one of its topics says so");
  }

  void topic(const std::string& where, const std::string& text) {
    if (text.empty() || text.find_first_of("+#") != std::string::npos)
      fault(where, "listens to the topic '" + text + "'");
  }

  void id(const std::string& where, const std::string& text) {
    const bool good = !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
    if (!good) fault(where, "is no id");
  }

  void entity_id(const std::string& key, const std::string& platform, const Json& json) {
    const auto text = text_at(json, "default_entity_id");
    if (text.empty()) return;
    const bool good =
        text.starts_with(platform + ".") &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(platform.size()) + 1, text.end(),
                    [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    if (!good) fault(key, "has the entity id '" + text + "'");
  }

  void quality(const std::string& where, const Json& json) {
    if (!json.is_number_unsigned() || json > 2) fault(where, "has a qos of " + json.dump());
  }

  Words unique_ids_;
};

}  // namespace

bool unit_fits(std::string_view device_class, std::string_view unit) {
  const auto found = classes.find(device_class);
  return found != classes.end() && found->second.units.contains(unit);
}

bool state_class_fits(std::string_view device_class, std::string_view state_class) {
  const auto found = classes.find(device_class);
  return found == classes.end() || found->second.state_classes.contains(state_class);
}

bool is_binary_class(std::string_view device_class) { return binary_classes.contains(device_class); }

std::vector<std::string> faults(std::string_view payload) {
  Walk walk;
  const auto json = Json::parse(payload, nullptr, false);
  if (json.is_discarded()) return {"the payload is no JSON"};
  walk.payload(json);
  return walk.found;
}

}  // namespace busbar::test::home_assistant
