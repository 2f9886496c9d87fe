// Readings as JSON for scripts.
#include "sink/screen/json.hpp"

#include <nlohmann/json.hpp>

namespace busbar::sink::screen {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json, int indent) {
  // Text from a device may be no UTF-8: replaced, never thrown at the caller.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Json json_value(const Value& value, std::string_view text) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* name = std::get_if<std::string>(&value)) return *name;
  if (std::holds_alternative<double>(value)) {
    auto number = Json::parse(text, nullptr, false);
    if (number.is_number()) return number;
  }
  return nullptr;
}

std::string json_line(std::string_view device, const Block& block) {
  Json readings = Json::object();
  for (const Row& row : block.rows) readings[row.key] = json_value(row.value, row.text);
  return text_of({{"device", device},
                  {"query", block.query},
                  {"timestamp", format_utc(block.timestamp)},
                  {"readings", std::move(readings)}},
                 -1);
}

std::string json_document(const std::vector<DeviceView>& devices) {
  Json document = Json::array();
  for (const DeviceView& device : devices) {
    Json readings = Json::object();
    Json units = Json::object();
    for (const Block& block : device.blocks) {
      for (const Row& row : block.rows) {
        readings[row.key] = json_value(row.value, row.text);
        if (!row.unit.empty()) units[row.key] = row.unit;
      }
    }
    const UtcMillis latest = device.latest();
    document.push_back({{"device", device.id},
                        {"name", device.name},
                        {"model", device.model},
                        {"available", latest != UtcMillis{} && device.availability != Availability::offline},
                        {"reason", device.reason},
                        {"timestamp", latest == UtcMillis{} ? Json(nullptr) : Json(format_utc(latest))},
                        {"readings", std::move(readings)},
                        {"units", std::move(units)}});
  }
  return text_of(document, 2);
}

}  // namespace busbar::sink::screen
