#include "app/mbus/scan_report.hpp"

#include "app/mbus/print.hpp"
#include "app/yaml_writer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <set>

namespace busbar::app::mbus {

namespace wire = protocol::mbus;
using Json = nlohmann::ordered_json;
using wire::FoundMeter;
using wire::Oddity;

namespace {

/// The shortest by which it alone is reached.
wire::Address shortest(const FoundMeter& meter, const std::vector<FoundMeter>& all) {
  if (!meter.asked.selection || !meter.identity) return meter.asked;
  const auto same_id = std::ranges::count_if(all, [&](const FoundMeter& other) {
    return other.identity && other.identity->id == meter.identity->id;
  });
  if (same_id > 1) return meter.asked;
  wire::Identity mask = wire::any_identity;
  mask.id = meter.identity->id;
  return {.selection = mask};
}

/// "heat_12345678"
std::string device_id(const FoundMeter& meter) {
  if (!meter.identity) return "meter_" + to_string(meter.asked);
  std::string name;
  for (const char c : wire::medium_text(meter.identity->medium)) {
    if (c == ',' || c == '(') break;
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) != 0)
      name += static_cast<char>(std::tolower(letter));
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return (name.empty() ? "meter" : name) + "_" + wire::id_text(meter.identity->id);
}

std::string who(const FoundMeter& meter) {
  if (!meter.identity) return "says not who it is";
  if (meter.by_fixed_data)
    return wire::id_text(meter.identity->id) + ", " + wire::medium_text(meter.identity->medium);
  return identity_text(*meter.identity);
}

/// A number where YAML reads one with the same digits; else text.
std::string yaml_address(const wire::Address& address) {
  const std::string text = to_string(address);
  const bool number = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
                      text.size() <= 8 && (text.size() == 1 || text.front() != '0');
  return number ? text : "\"" + text + "\"";
}

std::string advice(const Oddity& oddity) {
  if (oddity.kind == Oddity::Kind::collision && !oddity.address.selection)
    return "; a secondary scan tells them apart";
  return "";
}

}  // namespace

std::string table_of(const ScanResult& result) {
  std::string text;
  for (const FoundMeter& meter : result.found.meters) {
    text += "address " + to_string(meter.asked) + ": " + who(meter);
    if (meter.asked.selection && meter.primary) text += "; primary address " + std::to_string(*meter.primary);
    text += "\n";
  }
  for (const Oddity& oddity : result.found.oddities) {
    text += "address " + to_string(oddity.address) + ": " + std::string{to_string(oddity.kind)};
    if (oddity.identity) text += ": " + identity_text(*oddity.identity);
    text += advice(oddity) + "\n";
  }
  return text;
}

std::string json_of(const ScanResult& result) {
  Json meters = Json::array();
  for (const FoundMeter& meter : result.found.meters) {
    Json json = {{"address", to_string(meter.asked)}};
    json["primary"] = meter.primary ? Json(*meter.primary) : Json(nullptr);
    if (meter.identity) add_identity(json, *meter.identity);
    meters.push_back(std::move(json));
  }
  Json oddities = Json::array();
  for (const Oddity& oddity : result.found.oddities) {
    Json json = {{"address", to_string(oddity.address)}, {"what", to_string(oddity.kind)}};
    if (oddity.identity) add_identity(json, *oddity.identity);
    oddities.push_back(std::move(json));
  }
  return json_text({{"link", result.link},
                    {"whole", result.whole},
                    {"meters", std::move(meters)},
                    {"oddities", std::move(oddities)}});
}

std::string site_file_of(const ScanResult& result) {
  if (result.found.meters.empty()) return "";
  std::string text = "version: 1\nchannels:\n  mbus: {link: " + yaml_scalar(result.link) + "}\ndevices:\n";
  std::set<std::string> taken;
  for (const FoundMeter& meter : result.found.meters) {
    const std::string wanted = device_id(meter);
    std::string id = wanted;
    for (unsigned n = 2; !taken.insert(id).second; ++n) id = wanted + "_" + std::to_string(n);
    text += "  " + id + ": {channel: mbus, profile: mbus, address: " +
            yaml_address(shortest(meter, result.found.meters)) + "}   # " + who(meter) + "\n";
  }
  return text;
}

std::optional<std::chrono::seconds> time_left(std::chrono::milliseconds spent, double done) {
  constexpr double least = 0.02;
  if (!(done >= least) || done > 1) return std::nullopt;
  const double left = static_cast<double>(spent.count()) * (1 - done) / done / 1000;
  return std::chrono::seconds{static_cast<std::int64_t>(left + 0.5)};
}

std::string progress_text(const wire::Search& search, std::chrono::milliseconds spent) {
  const double done = search.progress();
  std::string text = std::to_string(static_cast<int>(done * 100)) + " %  address " + to_string(search.at()) +
                     "  " + std::to_string(search.meters().size()) + " found";
  if (const auto left = time_left(spent, done); left && done < 1) {
    char clock[32];
    std::snprintf(clock, sizeof clock, "  %lld:%02lld left", static_cast<long long>(left->count() / 60),
                  static_cast<long long>(left->count() % 60));
    text += clock;
  }
  return text;
}

}  // namespace busbar::app::mbus
