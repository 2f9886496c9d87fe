// The one table of device classes and units, and the few rules that go by key.
#include "sink/mqtt/entity.hpp"

#include <algorithm>
#include <array>

namespace busbar::sink::mqtt {

namespace {

using Text = std::string_view;

constexpr std::array<Text, 4> volts{"V", "mV", "kV", "MV"};
constexpr std::array<Text, 2> amperes{"A", "mA"};
constexpr std::array<Text, 6> watts{"W", "kW", "mW", "MW", "GW", "TW"};
constexpr std::array<Text, 1> volt_amperes{"VA"};
constexpr std::array<Text, 2> vars{"var", "kvar"};
constexpr std::array<Text, 2> var_hours{"varh", "kvarh"};
constexpr std::array<Text, 14> energies{"Wh", "kWh", "MWh", "GWh", "TWh",  "mWh",  "J",
                                        "kJ", "MJ",  "GJ",  "cal", "kcal", "Mcal", "Gcal"};
constexpr std::array<Text, 1> percent{"%"};
constexpr std::array<Text, 2> factor{"%", ""};
constexpr std::array<Text, 3> temperatures{"°C", "K", "°F"};
constexpr std::array<Text, 5> durations{"s", "min", "h", "d", "ms"};
constexpr std::array<Text, 4> frequencies{"Hz", "kHz", "MHz", "GHz"};
constexpr std::array<Text, 4> cubic{"m³", "L", "ft³", "CCF"};
constexpr std::array<Text, 6> flows{"m³/h", "L/min", "L/h", "L/s", "m³/s", "m³/min"};
constexpr std::array<Text, 6> pressures{"Pa", "hPa", "kPa", "bar", "mbar", "psi"};
constexpr std::array<Text, 1> irradiances{"W/m²"};
constexpr std::array<Text, 1> lux{"lx"};
constexpr std::array<Text, 2> decibels{"dBm", "dB"};
constexpr std::array<Text, 3> weights{"kg", "g", "mg"};
constexpr std::array<Text, 6> metres{"m", "cm", "mm", "km", "in", "ft"};

// There is no class for Ah, mΩ, cycles or rpm: such units are free text and go without one. Micro units are
// left out, because Home Assistant changed the code point of its µ. The order matters where two classes share
// a unit.
constexpr SensorClass classes[] = {
    {"voltage", volts},
    {"current", amperes},
    {"power", watts},
    {"apparent_power", volt_amperes},
    {"reactive_power", vars},
    {"reactive_energy", var_hours, false, true},
    {"energy", energies, false, true},
    {"energy_storage", energies, true, false},
    {"battery", percent, true, false, false},
    {"humidity", percent, true, false, false},
    {"moisture", percent, true, false, false},
    {"power_factor", factor, true, false, false},
    {"temperature", temperatures},
    {"duration", durations, true, true},
    {"frequency", frequencies},
    {"volume", cubic, false, true},
    {"volume_storage", cubic, true, false},
    {"water", cubic, false, true, false},
    {"gas", cubic, false, true, false},
    {"volume_flow_rate", flows},
    {"pressure", pressures},
    {"atmospheric_pressure", pressures, true, false, false},
    {"irradiance", irradiances},
    {"illuminance", lux},
    {"signal_strength", decibels},
    {"weight", weights, true, true},
    {"distance", metres, true, true},
};

constexpr std::array<Text, 28> binary_classes{"battery",
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

bool ends_with_word(Text key, Text word) {
  return key == word || (key.ends_with(word) && key[key.size() - word.size() - 1] == '_');
}

/// What unit and kind do not tell, but a key by its usual meaning does.
Text class_by_key(const Quantity& quantity) {
  const Text key = quantity.key;
  if (quantity.unit == "%" && (ends_with_word(key, "soc") || ends_with_word(key, "state_of_charge")))
    return "battery";
  if (quantity.unit == "%" && ends_with_word(key, "humidity")) return "humidity";
  if (ends_with_word(key, "power_factor")) return "power_factor";
  return {};
}

/// 5 K apart is not 5 K above absolute zero: the class would let Home Assistant convert it as a temperature.
bool is_difference(Text key) {
  return ends_with_word(key, "delta") || ends_with_word(key, "difference") || ends_with_word(key, "spread");
}

bool fits(const SensorClass& candidate, const Quantity& quantity) {
  const bool state_class = quantity.kind == Kind::counter ? candidate.total : candidate.measurement;
  return state_class && std::ranges::find(candidate.units, Text{quantity.unit}) != candidate.units.end();
}

Text sensor_class(const Quantity& quantity) {
  Text wanted = quantity.device_class;
  if (wanted.empty()) wanted = class_by_key(quantity);
  for (const auto& candidate : classes) {
    if (!fits(candidate, quantity)) continue;
    if (wanted.empty() ? candidate.by_unit : candidate.name == wanted) {
      return candidate.name == "temperature" && is_difference(quantity.key) ? Text{} : candidate.name;
    }
  }
  return {};
}

}  // namespace

Entity entity_for(const Quantity& quantity) {
  const auto state_class = [&](Text name) { return quantity.statistics ? name : Text{}; };
  switch (quantity.kind) {
    case Kind::measurement:
      return {"sensor", sensor_class(quantity), state_class("measurement"), true};
    case Kind::counter:
      return {"sensor", sensor_class(quantity), state_class("total_increasing"), true};
    case Kind::flag: {
      const auto found = std::ranges::find(binary_classes, Text{quantity.device_class});
      return {"binary_sensor", found == binary_classes.end() ? Text{} : *found, {}, false};
    }
    case Kind::enumeration:
      return {"sensor", quantity.options.empty() ? Text{} : Text{"enum"}, {}, false};
    case Kind::text:
      break;
  }
  return {"sensor", quantity.device_class == "date" ? Text{"date"} : Text{}, {}, false};
}

std::string entity_id(std::string_view platform, std::string_view owner, std::string_view key) {
  std::string id{owner};
  id.append("_").append(key);
  for (char& c : id) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) c = '_';
  }
  return std::string{platform} + "." + id;
}

std::span<const SensorClass> sensor_classes() noexcept { return classes; }
std::span<const std::string_view> binary_sensor_classes() noexcept { return binary_classes; }

}  // namespace busbar::sink::mqtt
