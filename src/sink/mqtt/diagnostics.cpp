// One table of entities per kind of message; the messages carry more than has an entity.
#include "sink/mqtt/diagnostics.hpp"

#include "sink/mqtt/entity.hpp"

#include <busbar/model/report.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace busbar::sink::mqtt {
namespace {

using Json = nlohmann::ordered_json;

/// A sensor of entity category diagnostic. Classes and units: Home Assistant developer documentation, sensor
/// entity.
struct Sensor {
  std::string_view key;
  std::string_view name;
  std::string_view unit;
  std::string_view device_class;
  std::string_view state_class;
  bool shown = true;  ///< enabled when Home Assistant first sees it
};

constexpr std::array device_sensors{
    Sensor{"reply_time_p99", "Reply time (p99)", "ms", "duration", "measurement"},
    Sensor{"reply_time_max", "Reply time (longest)", "ms", "duration", "measurement", false},
    Sensor{"polls_failed", "Failed polls", "", "", "total_increasing"},
    Sensor{"polls_skipped", "Skipped polls", "", "", "total_increasing", false},
    Sensor{"implausible", "Implausible values", "", "", "total_increasing", false},
    Sensor{"breaker", "Circuit breaker", "", "", "", false},
    Sensor{"last_error", "Last error", "", "", "", false},
};

constexpr std::array daemon_sensors{
    Sensor{"devices_online", "Devices online", "", "", "measurement"},
    Sensor{"started", "Started", "", "timestamp", ""},
    Sensor{"memory", "Memory", "MiB", "data_size", "measurement"},
    Sensor{"reconnects", "Reconnects", "", "", "total_increasing", false},
    Sensor{"dropped", "Dropped messages", "", "", "total_increasing", false},
};

/// Longest state that Home Assistant takes.
constexpr std::size_t max_state = 255;

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1024 * 1024); }
double tenths(double value) { return std::round(value * 10) / 10; }

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// `owner` is the device or the daemon as entity ids name it, `object_id` as unique ids do.
Json component(const Sensor& sensor, std::string_view owner, std::string_view object_id,
               const std::string& topic, const std::string& status) {
  Json json = {{"platform", "sensor"},
               {"unique_id", std::string{object_id} + "_" + std::string{sensor.key}},
               {"default_entity_id", entity_id("sensor", owner, sensor.key)},
               {"name", sensor.name},
               {"state_topic", topic},
               {"value_template", "{{ value_json." + std::string{sensor.key} + " }}"},
               {"entity_category", "diagnostic"}};
  if (!sensor.device_class.empty()) json["device_class"] = sensor.device_class;
  if (!sensor.unit.empty()) json["unit_of_measurement"] = sensor.unit;
  if (!sensor.state_class.empty()) json["state_class"] = sensor.state_class;
  if (!sensor.shown) json["enabled_by_default"] = false;
  // Also while the device is away: that is when they are wanted.
  json["availability"] = Json::array({Json{{"topic", status}}});
  return json;
}

Json channel_json(const ChannelHealth& channel) {
  return {
      {"connected", channel.connected},     {"reconnects", channel.connects > 0 ? channel.connects - 1 : 0},
      {"retries", channel.retries},         {"timeouts", channel.timeouts},
      {"late_frames", channel.late_frames}, {"queue_depth", channel.queue_depth}};
}

Json sink_json(const SinkAccount& sink) {
  return {{"healthy", sink.healthy},
          {"queued", sink.queued},
          {"dropped", sink.dropped},
          {"errors", sink.errors},
          {"last_error", sink.last_error.substr(0, max_state)}};
}

}  // namespace

std::string device_diagnostics(const DeviceHealth& device) {
  const bool answered = device.latency.count > 0;
  const auto milliseconds = [&](double value) { return answered ? Json(tenths(value)) : Json(nullptr); };
  return text_of(
      {{"availability", to_string(device.availability)},
       {"breaker", to_string(device.breaker)},
       {"polls_success", device.polls_success},
       {"polls_failed", device.polls_failed},
       {"polls_skipped", device.polls_skipped},
       {"polls_discarded", device.polls_discarded},
       {"polls_refused", device.polls_refused},
       {"implausible", device.implausible},
       {"anomalies", device.anomalies},
       {"reply_time_p50", milliseconds(device.latency.p50)},
       {"reply_time_p99", milliseconds(device.latency.p99)},
       {"reply_time_max", milliseconds(device.latency.max)},
       {"last_success", device.last_success ? Json(format_utc(*device.last_success)) : Json(nullptr)},
       {"last_error", device.last_error.substr(0, max_state)}});
}

std::string daemon_diagnostics(const Health& health, const Process& process) {
  std::uint64_t reconnects = 0;
  std::uint64_t dropped = 0;
  Json channels = Json::object();
  for (const auto& channel : health.channels) {
    reconnects += channel.connects > 0 ? channel.connects - 1 : 0;
    channels[channel.id] = channel_json(channel);
  }
  Json sinks = Json::object();
  for (const auto& sink : health.sinks) {
    dropped += sink.dropped;
    sinks[sink.name] = sink_json(sink);
  }
  const auto online = std::ranges::count(health.devices, Availability::online, &DeviceHealth::availability);
  return text_of(
      {{"version", health.version},
       {"started", format_utc(health.started)},
       {"memory", process.resident_bytes ? Json(tenths(mebibytes(*process.resident_bytes))) : Json(nullptr)},
       {"devices", health.devices.size()},
       {"devices_online", online},
       {"reconnects", reconnects},
       {"dropped", dropped},
       {"channels", std::move(channels)},
       {"sinks", std::move(sinks)}});
}

void add_device_diagnostics(Json& components, const Topics& topics, std::string_view device) {
  for (const Sensor& sensor : device_sensors) {
    const std::string key{sensor.key};
    // A withdrawn component is a bare platform: one of ours that was off until now.
    if (components.contains(key) && components[key].size() > 1) continue;
    components[key] =
        component(sensor, device, topics.object_id(device), topics.diagnostics(device), topics.status());
  }
}

void add_daemon_diagnostics(Json& components, const Topics& topics) {
  for (const Sensor& sensor : daemon_sensors) {
    components[std::string{sensor.key}] =
        component(sensor, topics.node(), topics.node(), topics.diagnostics(), topics.status());
  }
}

}  // namespace busbar::sink::mqtt
