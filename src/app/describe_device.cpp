// A device of the configuration as sinks know it.
#include "app/describe_device.hpp"

#include <utility>

namespace busbar::app {

sink::DeviceDescription describe_device(const DeviceConfiguration& device, const profile::Profile& profile,
                                        const virtuals::Options& virtuals, std::string endpoint) {
  sink::DeviceDescription description;
  description.id = device.id;
  description.name = device.name.empty() ? device.id : device.name;
  description.manufacturer = profile.manufacturer;
  description.model = profile.model;
  description.profile = profile.name;
  description.channel = device.channel;
  description.endpoint = std::move(endpoint);
  description.address = device.address;
  for (const auto& query : profile.queries) {
    if (query.request.write) continue;
    sink::QueryDescription group;
    group.name = query.request.name;
    if (const auto found = device.intervals.find(group.name); found != device.intervals.end()) {
      group.interval = found->second;
    }
    group.quantities = query.decoder.quantities();
    group.open = query.decoder.open();
    // Of a query that is off nothing is sure to come.
    const bool polled = group.interval > group.interval.zero();
    for (const auto* quantity : group.quantities) {
      if (polled && query.decoder.guaranteed(*quantity)) group.guaranteed.push_back(quantity);
    }
    description.queries.push_back(std::move(group));
  }
  for (const auto& name : device.allow_writes) {
    if (const auto* const setter = profile.find_setter(name)) description.settings.push_back(setter->setting);
  }
  auto more = describe_virtuals(device.id, virtuals);
  if (!more.quantities.empty()) description.queries.push_back(std::move(more));
  return description;
}

sink::DeviceDescription describe_device(const VirtualDeviceConfiguration& device,
                                        const virtuals::Options& virtuals) {
  sink::DeviceDescription description;
  description.id = device.id;
  description.name = device.name;
  description.manufacturer = "busbar";
  description.model = "Virtual device";
  description.queries.push_back(describe_virtuals(device.id, virtuals));
  return description;
}

sink::QueryDescription describe_virtuals(const std::string& device, const virtuals::Options& virtuals) {
  sink::QueryDescription group;
  group.name = virtuals::query_name;
  if (const auto found = virtuals.expected.find(device); found != virtuals.expected.end())
    group.interval = found->second;
  for (const auto& definition : virtuals.definitions) {
    if (definition.device == device) group.quantities.push_back(&definition.quantity);
  }
  group.guaranteed = group.quantities;
  return group;
}

}  // namespace busbar::app
