// busbar mbus: an M-Bus frame explained, record by record. Opens no link.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"

#include <busbar/protocol/mbus/telegram.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>

namespace busbar::app {
namespace {

namespace mbus = protocol::mbus;
using Json = nlohmann::ordered_json;

std::string shown(const mbus::Record& record) {
  if (const auto* reason = std::get_if<mbus::Unavailable>(&record.value))
    return "not available: " + std::string{to_string(*reason)} + ", raw " + to_hex(record.data, ' ');
  const std::string unit = unit_of(record);
  return to_string(record.value) + (unit.empty() ? "" : " " + unit);
}

std::string content_text(const mbus::Telegram& telegram) {
  switch (telegram.content) {
    case mbus::Content::none:
      return telegram.frame.kind == mbus::FrameKind::ack ? "acknowledgement" : "short frame";
    case mbus::Content::variable:
      return "variable data";
    case mbus::Content::fixed:
      return "fixed data";
    case mbus::Content::application_error:
      return "application error: " + mbus::application_error_text(telegram.code.value_or(0));
    case mbus::Content::alarm:
      return "alarm " + to_hex(Bytes{telegram.code.value_or(0)});
    case mbus::Content::selection:
      return "selection of " + mbus::secondary_address(telegram.identity);
    case mbus::Content::other:
      break;
  }
  return "data of an unknown application, CI " + to_hex(Bytes{telegram.frame.ci});
}

void print_table(const mbus::Telegram& telegram) {
  std::cout << content_text(telegram);
  if (telegram.frame.kind != mbus::FrameKind::ack)
    std::cout << ", C " << to_hex(Bytes{telegram.frame.c}) << ", address " << unsigned{telegram.frame.a};
  std::cout << "\n";
  if (telegram.has_identity && telegram.content != mbus::Content::selection) {
    std::cout << mbus::id_text(telegram.identity.id) << " "
              << mbus::manufacturer_text(telegram.identity.manufacturer) << " version "
              << unsigned{telegram.identity.version} << ", " << mbus::medium_text(telegram.identity.medium)
              << "; secondary address " << mbus::secondary_address(telegram.identity) << "\n";
  }
  if (telegram.has_status) {
    const std::string status = mbus::status_text(telegram.status);
    std::cout << "access number " << unsigned{telegram.access} << ", status "
              << to_hex(Bytes{telegram.status}) << (status.empty() ? "" : " (" + status + ")") << "\n";
  }
  std::size_t widest = 0;
  for (const auto& record : telegram.records) widest = std::max(widest, title_of(record).size());
  for (const auto& record : telegram.records) {
    const std::string title = title_of(record);
    std::cout << "  " << title << std::string(widest + 2 - title.size(), ' ') << shown(record) << "\n";
  }
  if (!telegram.manufacturer_data.empty())
    std::cout << "manufacturer's data " << to_hex(telegram.manufacturer_data, ' ') << "\n";
  if (telegram.more_follows) std::cout << "more records follow in the next telegram\n";
  if (telegram.fault)
    std::cout << "stopped at byte " << telegram.fault->offset << ": " << telegram.fault->reason << "\n";
  if (!telegram.rest.empty()) std::cout << "rest " << to_hex(telegram.rest, ' ') << "\n";
}

Json json_of(const mbus::Record& record) {
  Json json = {{"quantity", key_of(record.measure)}, {"title", title_of(record)}};
  json["function"] = to_string(record.function);
  json["storage"] = record.storage;
  json["tariff"] = record.tariff;
  json["subunit"] = record.subunit;
  json["unit"] = unit_of(record);
  if (const auto* decimal = std::get_if<mbus::Decimal>(&record.value);
      decimal != nullptr && decimal->digits == 0)
    json["value"] = number(*decimal);
  else if (const auto* real = std::get_if<mbus::Real>(&record.value))
    json["value"] = number(*real);
  else if (const auto* reason = std::get_if<mbus::Unavailable>(&record.value))
    json.update({{"value", nullptr}, {"reason", to_string(*reason)}});
  else
    json["value"] = to_string(record.value);
  json["vib"] = to_hex(record.vib);
  json["raw"] = to_hex(record.data);
  return json;
}

void print_json(const mbus::Telegram& telegram) {
  Json json = {{"content", content_text(telegram)}, {"c", telegram.frame.c}, {"address", telegram.frame.a}};
  if (telegram.has_identity) {
    json["id"] = mbus::id_text(telegram.identity.id);
    json["manufacturer"] = mbus::manufacturer_text(telegram.identity.manufacturer);
    json["version"] = telegram.identity.version;
    json["medium"] = mbus::medium_text(telegram.identity.medium);
    json["secondary_address"] = mbus::secondary_address(telegram.identity);
  }
  if (telegram.has_status) json.update({{"access", telegram.access}, {"status", telegram.status}});
  json["records"] = Json::array();
  for (const auto& record : telegram.records) json["records"].push_back(json_of(record));
  json["manufacturer_data"] = to_hex(telegram.manufacturer_data);
  json["more_follows"] = telegram.more_follows;
  if (telegram.fault)
    json["fault"] = {{"offset", telegram.fault->offset}, {"reason", telegram.fault->reason}};
  json["rest"] = to_hex(telegram.rest);
  std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace

int mbus_command(const CommandArguments& arguments) {
  Arguments options{
      "busbar mbus decode --hex \"68 … 16\" [--json]",
      "Explains one frame of wired M-Bus: who sent it, and every record with its value, unit, tariff\n"
      "and storage number. Without --hex the frame is read from standard input, as hex.\n"
      "\n"
      "Exit codes: 0 explained; 65 no frame, or records that cannot be followed to their end."};
  options.value("hex,x", "HEX", "the frame; blanks, colons and 0x are ignored")
      .flag("json", "as JSON, with the raw bytes of every record")
      .positional("ACTION", 1, "decode");
  if (const auto code = options.parse(arguments)) return *code;
  const auto action = options.list("ACTION");
  if (action.size() != 1 || action.front() != "decode")
    return usage_error("mbus: what? Known: decode; see busbar mbus --help");
  std::string hex = options.text("hex");
  if (!options.has("hex")) hex.assign(std::istreambuf_iterator<char>{std::cin}, {});
  std::replace(hex.begin(), hex.end(), '\n', ' ');
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->empty())
    return fail(exit_data, "--hex is not a sequence of bytes in hex, such as \"e5\"");
  const auto telegram = mbus::decode(*bytes);
  if (!telegram) return fail(exit_data, to_string(telegram.error()));
  if (options.has("json"))
    print_json(*telegram);
  else
    print_table(*telegram);
  return telegram->fault ? exit_data : exit_ok;
}

}  // namespace busbar::app
