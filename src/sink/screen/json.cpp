// Readings as JSON for scripts.
#include "sink/screen/json.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

namespace busbar::sink::screen {
namespace {

using Json = nlohmann::ordered_json;

/// The number its text shows: 96 rather than 96.0, 3.301 rather than 3.3010000000000002.
Json number(const Row& row, double value) {
  if (!std::isfinite(value)) return nullptr;
  if (row.precision <= 0 && std::abs(value) < 9e15) return static_cast<std::int64_t>(std::llround(value));
  double rounded = value;
  std::from_chars(row.text.data(), row.text.data() + row.text.size(), rounded);
  return rounded;
}

Json value_of(const Row& row) {
  if (const auto* flag = std::get_if<bool>(&row.value)) return *flag;
  if (const auto* value = std::get_if<double>(&row.value)) return number(row, *value);
  if (const auto* text = std::get_if<std::string>(&row.value)) return *text;
  return nullptr;
}

std::string text_of(const Json& json, int indent) {
  // Text from a device may be no UTF-8: replaced, never thrown at the caller.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string json_line(std::string_view device, const Block& block) {
  Json readings = Json::object();
  for (const Row& row : block.rows) readings[row.key] = value_of(row);
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
        readings[row.key] = value_of(row);
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
