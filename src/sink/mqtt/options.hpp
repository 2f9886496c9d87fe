// Settings of the MQTT sink and of its Home Assistant projection; filled by the configuration.
#pragma once

#include "sink/tls_options.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace busbar::sink::mqtt {

enum class PublishMode { every, on_change };

using sink::TlsOptions;

struct HomeAssistantOptions {
  bool enabled = true;
  std::string prefix = "homeassistant";
  std::string birth_topic;  ///< "" = <prefix>/status
  std::string node_id =
      "busbar";  ///< [a-zA-Z0-9_-]+, start of every unique id; two daemons at one broker need two
  double expire_factor = 3.0;  ///< expire_after = interval × factor, at least 30 s; 0 = never
  bool operator==(const HomeAssistantOptions&) const = default;
};

/// Every report once more as an event that waits for the broker: docs/history.md.
struct EventOptions {
  std::string spool_file;                         ///< "" = memory only
  std::chrono::milliseconds spill_after{30'000};  ///< 0 = each event is on the disk before it is sent
  std::uint64_t max_count = 1'000'000;
  std::uint64_t max_bytes = 256ULL * 1024 * 1024;
  std::chrono::milliseconds max_age = std::chrono::days{7};  ///< 0 = any
  std::size_t max_memory = 4ULL * 1024 * 1024;               ///< bytes that are not on the disk
  bool operator==(const EventOptions&) const = default;
};

struct Options {
  std::string name = "mqtt";
  std::string url = "mqtt://localhost:1883";  ///< mqtt:// or mqtts://
  std::string username;
  std::string password;   ///< secret
  std::string client_id;  ///< "" = busbar-<host name>-<topic prefix>
  std::string topic_prefix = "busbar";
  bool commands = true;  ///< settings that a device allows may be set through this broker
  int qos = 1;
  bool retain = true;
  bool per_reading_topics = false;  ///< <prefix>/<device>/<key> beside the JSON state
  PublishMode mode = PublishMode::every;
  std::map<std::string, double> deadband{};      ///< on_change: key or family → least change that counts
  std::chrono::milliseconds heartbeat{600000};   ///< on_change: publish at least that often
  std::chrono::milliseconds diagnostics{60000};  ///< period of the diagnostics messages; 0 = none
  std::chrono::seconds keepalive{30};
  std::optional<int> version{};   ///< 5 or 4 (3.1.1); empty: 5, then 3.1.1
  std::size_t max_queue = 10000;  ///< topics waiting, newest value each
  std::size_t max_queue_bytes = 16 * 1024 * 1024;
  std::string state_file;  ///< list of published discovery topics, "" = none; survives restarts
  std::optional<TlsOptions> tls{};
  HomeAssistantOptions home_assistant{};
  std::optional<EventOptions> events{};
  bool operator==(const Options&) const = default;
};

}  // namespace busbar::sink::mqtt
