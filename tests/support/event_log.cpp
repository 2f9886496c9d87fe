#include "support/event_log.hpp"

#include <nlohmann/json.hpp>

#include <tuple>

namespace busbar::test {

EventLog event_log(const std::vector<MqttObserver::Heard>& heard) {
  EventLog log;
  std::map<std::tuple<std::string, std::string, std::string, std::uint64_t>, std::string> known;
  for (const auto& one : heard) {
    const auto event = one.topic.find("/event/");
    if (event == std::string::npos) continue;
    const auto json = nlohmann::json::parse(one.payload, nullptr, false);
    const bool whole = json.is_object() && json.contains("timestamp") && json["timestamp"].is_string() &&
                       json.contains("sequence") && json["sequence"].is_number_unsigned() && json.size() > 2;
    if (!whole || one.retained) {
      log.corrupt.push_back(one.topic + ": " + one.payload);
      continue;
    }
    Event found{one.topic.substr(one.topic.find('/') + 1, event - one.topic.find('/') - 1),
                one.topic.substr(event + 7),
                json["timestamp"].get<std::string>(),
                json["sequence"].get<std::uint64_t>(),
                {}};
    for (const auto& [key, value] : json.items()) found.keys += key + " ";
    const auto [place, fresh] =
        known.try_emplace({found.device, found.query, found.timestamp, found.sequence}, one.payload);
    if (fresh) {
      log.events.push_back(std::move(found));
    } else if (place->second == one.payload) {
      ++log.repeated;
    } else {
      log.corrupt.push_back(one.topic + " came as " + place->second + " and as " + one.payload);
    }
  }
  return log;
}

std::string gaps(const EventLog& log, const std::string& device) {
  std::uint64_t last = 0;
  std::string wrong;
  for (const auto& event : log.events) {
    if (event.device != device) continue;
    if (event.sequence != last + 1 && event.sequence != 1)
      wrong +=
          event.timestamp + ": " + std::to_string(event.sequence) + " after " + std::to_string(last) + "\n";
    last = event.sequence;
  }
  return wrong;
}

}  // namespace busbar::test
