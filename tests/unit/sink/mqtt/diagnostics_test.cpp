// What busbar says about itself at the broker, and the entities that read it.
#include "sink/mqtt/diagnostics.hpp"

#include "sink/mqtt/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace busbar::sink::mqtt {
namespace {

using nlohmann::json;

DeviceHealth answering() {
  DeviceHealth device;
  device.id = "pack1";
  device.availability = Availability::online;
  device.polls_success = 120;
  device.polls_failed = 2;
  device.latency = {.p50 = 21.04, .p99 = 31.46, .max = 90, .count = 120};
  device.last_success = UtcMillis{std::chrono::milliseconds{1'763'712'952'123}};
  device.last_error = "timeout";
  return device;
}

TEST(Diagnostics, OfADeviceSayHowItsPollsWent) {
  const auto told = json::parse(device_diagnostics(answering()));
  EXPECT_EQ(told["availability"], "online");
  EXPECT_EQ(told["breaker"], "closed");
  EXPECT_EQ(told["polls_success"], 120);
  EXPECT_EQ(told["polls_failed"], 2);
  EXPECT_EQ(told["reply_time_p50"], 21.0);
  EXPECT_EQ(told["reply_time_p99"], 31.5);
  EXPECT_EQ(told["last_success"], "2025-11-21T08:15:52.123Z");
  EXPECT_EQ(told["last_error"], "timeout");
}

TEST(Diagnostics, OfADeviceThatNeverAnsweredHaveNoReplyTime) {
  const auto told = json::parse(device_diagnostics({}));
  EXPECT_TRUE(told["reply_time_p99"].is_null()) << "missing is not zero";
  EXPECT_TRUE(told["last_success"].is_null());
  EXPECT_EQ(told["availability"], "unknown");
}

TEST(Diagnostics, AnErrorOfAnyLengthAndBytesFitsAState) {
  DeviceHealth device;
  device.last_error = std::string(1000, '\xff');
  const auto told = json::parse(device_diagnostics(device));
  EXPECT_FALSE(told["last_error"].get<std::string>().empty());
}

TEST(Diagnostics, OfTheDaemonSumUp) {
  Health health;
  health.version = "1.2.3";
  health.devices = {answering(), {}};
  health.channels.resize(2);
  health.channels[0].id = "rs485";
  health.channels[0].connects = 4;
  health.channels[1].id = "never connected";
  health.sinks = {{.name = "mqtt", .dropped = 3}, {.name = "http", .healthy = false, .dropped = 1}};
  const auto told = json::parse(daemon_diagnostics(health, {.resident_bytes = 12'582'912}));
  EXPECT_EQ(told["version"], "1.2.3");
  EXPECT_EQ(told["devices"], 2);
  EXPECT_EQ(told["devices_online"], 1);
  EXPECT_EQ(told["reconnects"], 3);
  EXPECT_EQ(told["dropped"], 4);
  EXPECT_EQ(told["memory"], 12.0);
  EXPECT_EQ(told["channels"]["rs485"]["reconnects"], 3);
  EXPECT_EQ(told["sinks"]["http"]["healthy"], false);
}

/// Every entity must find its value in the message it listens to, or Home Assistant logs an error a minute.
void expect_values(const nlohmann::ordered_json& components, const json& message, const std::string& topic) {
  EXPECT_FALSE(components.empty());
  for (const auto& [key, component] : components.items()) {
    EXPECT_TRUE(message.contains(key)) << key;
    EXPECT_EQ(component["value_template"], "{{ value_json." + key + " }}");
    EXPECT_EQ(component["state_topic"], topic);
    EXPECT_EQ(component["entity_category"], "diagnostic");
    EXPECT_EQ(component["availability"], json::parse(R"([{"topic":"busbar/status"}])"))
        << "wanted most while the device is away";
  }
}

TEST(Diagnostics, EntitiesOfADeviceFindTheirValues) {
  nlohmann::ordered_json components;
  add_device_diagnostics(components, Topics{Options{}}, "pack-1");
  expect_values(components, json::parse(device_diagnostics(answering())), "busbar/pack-1/diagnostics");
  EXPECT_EQ(components["reply_time_p99"]["unique_id"], "busbar_pack-1_reply_time_p99");
  EXPECT_EQ(components["reply_time_p99"]["default_entity_id"], "sensor.pack_1_reply_time_p99");
}

TEST(Diagnostics, EntitiesOfTheDaemonFindTheirValues) {
  nlohmann::ordered_json components;
  add_daemon_diagnostics(components, Topics{Options{}});
  expect_values(components, json::parse(daemon_diagnostics({}, {})), "busbar/diagnostics");
}

TEST(Diagnostics, LeaveAReadingItsName) {
  nlohmann::ordered_json components{{"breaker", {{"platform", "binary_sensor"}, {"name", "Breaker"}}},
                                    {"last_error", {{"platform", "sensor"}}}};
  add_device_diagnostics(components, Topics{Options{}}, "pack1");
  EXPECT_EQ(components["breaker"]["name"], "Breaker");
  EXPECT_TRUE(components["last_error"].contains("state_topic")) << "withdrawn once, now wanted again";
}

}  // namespace
}  // namespace busbar::sink::mqtt
