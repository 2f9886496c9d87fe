// The words of a table, the members of a JSON object.
#include "app/mbus/print.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

namespace busbar::app::mbus {

namespace wire = protocol::mbus;
using Json = nlohmann::ordered_json;

namespace {

std::string shown(const wire::Record& record) {
  if (const auto* reason = std::get_if<wire::Unavailable>(&record.value))
    return "not available: " + std::string{to_string(*reason)} + ", raw " + to_hex(record.data, ' ');
  const std::string unit = unit_of(record);
  return to_string(record.value) + (unit.empty() ? "" : " " + unit);
}

Json json_of(const wire::Record& record) {
  Json json = {{"quantity", key_of(record.measure)}, {"title", title_of(record)}};
  json["function"] = to_string(record.function);
  json["storage"] = record.storage;
  json["tariff"] = record.tariff;
  json["subunit"] = record.subunit;
  json["unit"] = unit_of(record);
  if (const auto* decimal = std::get_if<wire::Decimal>(&record.value);
      decimal != nullptr && decimal->digits == 0)
    json["value"] = number(*decimal);
  else if (const auto* real = std::get_if<wire::Real>(&record.value))
    json["value"] = number(*real);
  else if (const auto* reason = std::get_if<wire::Unavailable>(&record.value))
    json.update({{"value", nullptr}, {"reason", to_string(*reason)}});
  else
    json["value"] = to_string(record.value);
  json["vib"] = to_hex(record.vib);
  json["raw"] = to_hex(record.data);
  return json;
}

}  // namespace

std::string content_text(const wire::Telegram& telegram) {
  switch (telegram.content) {
    case wire::Content::none:
      return telegram.frame.kind == wire::FrameKind::ack ? "acknowledgement" : "short frame";
    case wire::Content::variable:
      return "variable data";
    case wire::Content::fixed:
      return "fixed data";
    case wire::Content::application_error:
      return "application error: " + wire::application_error_text(telegram.code.value_or(0));
    case wire::Content::alarm:
      return "alarm " + to_hex(Bytes{telegram.code.value_or(0)});
    case wire::Content::selection:
      return "selection of " + wire::secondary_address(telegram.identity);
    case wire::Content::other:
      break;
  }
  return "data of an unknown application, CI " + to_hex(Bytes{telegram.frame.ci});
}

std::string identity_text(const wire::Identity& identity) {
  return wire::id_text(identity.id) + " " + wire::manufacturer_text(identity.manufacturer) + " version " +
         std::to_string(identity.version) + ", " + wire::medium_text(identity.medium) +
         "; secondary address " + wire::secondary_address(identity);
}

void print_table(const wire::Telegram& telegram, std::ostream& out) {
  out << content_text(telegram);
  if (telegram.frame.kind != wire::FrameKind::ack)
    out << ", C " << to_hex(Bytes{telegram.frame.c}) << ", address " << unsigned{telegram.frame.a};
  out << "\n";
  if (telegram.has_identity && telegram.content != wire::Content::selection)
    out << identity_text(telegram.identity) << "\n";
  if (telegram.has_status) {
    const std::string status = wire::status_text(telegram.status);
    out << "access number " << unsigned{telegram.access} << ", status " << to_hex(Bytes{telegram.status})
        << (status.empty() ? "" : " (" + status + ")") << "\n";
  }
  std::size_t widest = 0;
  for (const auto& record : telegram.records) widest = std::max(widest, title_of(record).size());
  for (const auto& record : telegram.records) {
    const std::string title = title_of(record);
    out << "  " << title << std::string(widest + 2 - title.size(), ' ') << shown(record) << "\n";
  }
  if (!telegram.manufacturer_data.empty())
    out << "manufacturer's data " << to_hex(telegram.manufacturer_data, ' ') << "\n";
  if (telegram.more_follows) out << "more records follow in the next telegram\n";
  if (telegram.fault)
    out << "stopped at byte " << telegram.fault->offset << ": " << telegram.fault->reason << "\n";
  if (!telegram.rest.empty()) out << "rest " << to_hex(telegram.rest, ' ') << "\n";
}

void add_identity(Json& json, const wire::Identity& identity) {
  json["id"] = wire::id_text(identity.id);
  json["manufacturer"] = wire::manufacturer_text(identity.manufacturer);
  json["version"] = identity.version;
  json["medium"] = wire::medium_text(identity.medium);
  json["secondary_address"] = wire::secondary_address(identity);
}

Json json_of(const wire::Telegram& telegram) {
  Json json = {{"content", content_text(telegram)}, {"c", telegram.frame.c}, {"address", telegram.frame.a}};
  if (telegram.has_identity) add_identity(json, telegram.identity);
  if (telegram.has_status) json.update({{"access", telegram.access}, {"status", telegram.status}});
  json["records"] = Json::array();
  for (const auto& record : telegram.records) json["records"].push_back(json_of(record));
  json["manufacturer_data"] = to_hex(telegram.manufacturer_data);
  json["more_follows"] = telegram.more_follows;
  if (telegram.fault)
    json["fault"] = {{"offset", telegram.fault->offset}, {"reason", telegram.fault->reason}};
  json["rest"] = to_hex(telegram.rest);
  return json;
}

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace busbar::app::mbus
