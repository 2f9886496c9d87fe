#include "app/changes.hpp"

#include <algorithm>
#include <variant>

namespace busbar::app {
namespace {

template <class Range, class Id>
auto find(const Range& range, const Id& id) {
  return std::find_if(range.begin(), range.end(), [&](const auto& entry) { return entry.id == id; });
}

/// The profile that decides the protocol of a channel: that of its first device; null without devices.
const profile::Profile* protocol_of(const Setup& setup, const std::string& channel) {
  for (const auto& device : setup.configuration.devices) {
    if (device.channel == channel) return setup.profiles.find(device.profile);
  }
  return nullptr;
}

bool same_channel(const Setup& before, const Setup& after, const ChannelConfiguration& channel) {
  const auto& channels = after.configuration.channels;
  const auto twin = find(channels, channel.id);
  if (twin == channels.end() || !(*twin == channel)) return false;
  const auto* old_profile = protocol_of(before, channel.id);
  const auto* new_profile = protocol_of(after, channel.id);
  if (old_profile == nullptr || new_profile == nullptr) return old_profile == new_profile;
  return old_profile->protocol == new_profile->protocol && old_profile->dialect == new_profile->dialect;
}

bool same_device(const Setup& before, const Setup& after, const DeviceConfiguration& device) {
  const auto& devices = after.configuration.devices;
  const auto twin = find(devices, device.id);
  if (twin == devices.end() || !(*twin == device)) return false;
  const auto* old_profile = before.profiles.find(device.profile);
  const auto* new_profile = after.profiles.find(device.profile);
  return old_profile != nullptr && new_profile != nullptr &&
         old_profile->fingerprint == new_profile->fingerprint;
}

bool same_sink(const Configuration& before, const Configuration& after, const SinkConfiguration& sink) {
  const std::string name{sink_name(sink)};
  return std::find(after.sinks.begin(), after.sinks.end(), sink) != after.sinks.end() &&
         before.filter_of(name) == after.filter_of(name);
}

/// What sinks know of a device's virtual readings; how they are computed is not their concern.
bool same_virtuals(const Configuration& before, const Configuration& after, const std::string& device) {
  const auto described = [&](const Configuration& configuration) {
    std::vector<Quantity> quantities;
    for (const auto& definition : configuration.virtuals.definitions) {
      if (definition.device == device) quantities.push_back(definition.quantity);
    }
    const auto& expected = configuration.virtuals.expected;
    const auto interval = expected.find(device);
    return std::pair{quantities, interval == expected.end() ? std::chrono::milliseconds{} : interval->second};
  };
  return described(before) == described(after);
}

void compare_virtuals(const Configuration& before, const Configuration& after, Changes& changes) {
  for (const auto& device : after.devices) {
    if (!listed(changes.devices.start, device.id) && !same_virtuals(before, after, device.id))
      changes.redescribed.push_back(device.id);
  }
  for (const auto& device : after.virtual_devices) {
    const auto old = find(before.virtual_devices, device.id);
    if (old == before.virtual_devices.end() || !(*old == device) || !same_virtuals(before, after, device.id))
      changes.virtual_devices.push_back(device.id);
  }
  const auto gone = [&](const std::string& id) {
    return find(after.devices, id) == after.devices.end() &&
           find(after.virtual_devices, id) == after.virtual_devices.end();
  };
  for (const auto& device : before.devices) {
    if (gone(device.id)) changes.forgotten.push_back(device.id);
  }
  for (const auto& device : before.virtual_devices) {
    if (gone(device.id)) changes.forgotten.push_back(device.id);
  }
}

}  // namespace

Changes compare(const Setup& before, const Setup& after) {
  Changes changes;
  for (const auto& sink : before.configuration.sinks) {
    if (!same_sink(before.configuration, after.configuration, sink))
      changes.sinks.stop.emplace_back(sink_name(sink));
  }
  for (const auto& sink : after.configuration.sinks) {
    if (!same_sink(after.configuration, before.configuration, sink))
      changes.sinks.start.emplace_back(sink_name(sink));
  }

  for (const auto& channel : before.configuration.channels) {
    if (protocol_of(before, channel.id) == nullptr || same_channel(before, after, channel)) continue;
    changes.channels.stop.push_back(channel.id);
  }
  for (const auto& channel : after.configuration.channels) {
    if (protocol_of(after, channel.id) == nullptr || same_channel(after, before, channel)) continue;
    changes.channels.start.push_back(channel.id);
  }

  for (const auto& device : before.configuration.devices) {
    if (same_device(before, after, device) && !listed(changes.channels.stop, device.channel)) continue;
    changes.devices.stop.push_back(device.id);
  }
  for (const auto& device : after.configuration.devices) {
    if (same_device(after, before, device) && !listed(changes.channels.start, device.channel)) continue;
    changes.devices.start.push_back(device.id);
  }
  compare_virtuals(before.configuration, after.configuration, changes);
  return changes;
}

bool listed(const std::vector<std::string>& ids, std::string_view id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::string_view sink_name(const SinkConfiguration& sink) {
  return std::visit([](const auto& options) -> std::string_view { return options.name; }, sink);
}

}  // namespace busbar::app
