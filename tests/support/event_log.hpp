// What an observer heard of the events of busbar, taken apart and put in order.
#pragma once

#include "support/mqtt_observer.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace busbar::test {

struct Event {
  std::string device;
  std::string query;
  std::string timestamp;
  std::uint64_t sequence = 0;
  std::string keys;  ///< of the readings, in order
};

struct EventLog {
  std::vector<Event> events;         ///< each once, in the order in which it first came
  std::size_t repeated = 0;          ///< came once more, unchanged
  std::vector<std::string> corrupt;  ///< what is no event, or repeats one with other content
};

/// Of the topics PREFIX/DEVICE/event/QUERY; all others are left out.
[[nodiscard]] EventLog event_log(const std::vector<MqttObserver::Heard>& heard);

/// What is wrong with the sequence numbers of one device: "" when they count from 1 without a gap, over and
/// over again, as those of several lives of a daemon do.
[[nodiscard]] std::string gaps(const EventLog& log, const std::string& device);

}  // namespace busbar::test
