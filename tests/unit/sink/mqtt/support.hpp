// What the tests of the MQTT sink share: built-in profiles as described devices, and what was asked of a
// device.
#pragma once

#include "app/describe_device.hpp"
#include "profile/library.hpp"
#include "sink/mqtt/device_record.hpp"
#include "unit/sink/support.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace busbar::sink::mqtt::test {

using namespace sink::test;
using Json = nlohmann::ordered_json;

inline const profile::Library& built_in() {
  static const profile::Library library = [] {
    yaml::Findings findings;
    auto loaded = profile::Library::load("", findings);
    EXPECT_TRUE(findings.empty()) << findings.text();
    return loaded;
  }();
  return library;
}

/// A device of a built-in profile with its default intervals, as the daemon describes it to its sinks.
inline DeviceDescription described(const profile::Profile& profile, std::string id, std::string name = "") {
  app::DeviceConfiguration device;
  device.id = std::move(id);
  device.name = std::move(name);
  device.channel = "rs485";
  device.profile = profile.name;
  device.address = profile.default_address;
  for (const auto& query : profile.queries) {
    if (!query.request.write) device.intervals[query.request.name] = query.interval;
  }
  return app::describe_device(device, profile, {}, "tcp://gateway:26");
}

/// A device of which everything has been seen that it can give.
inline DeviceRecord with_everything(const DeviceDescription& description) {
  DeviceRecord record{description.id};
  record.describe(description);
  for (const auto& query : description.queries) {
    Report all = report(description.id, query.name, {});
    for (const auto* quantity : query.quantities) all.readings.push_back({quantity, {}});
    (void)record.take(all);
  }
  return record;
}

/// A pack with a voltage, a state of charge and an alarm that are sure, and a temperature that may come.
inline DeviceDescription pack(std::string id) {
  auto device = description(std::move(id));
  device.queries = {{"capacity", 10s, {&voltage, &soc}, {&voltage, &soc}},
                    {"status", 30s, {&alarm, &temperature}, {&alarm}}};
  return device;
}

}  // namespace busbar::sink::mqtt::test
