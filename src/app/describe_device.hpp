// A configured device as the sinks may know it.
#pragma once

#include "app/configuration.hpp"
#include "sink/sink.hpp"

#include <string>

namespace busbar::app {

/// The description points into `profile` and `virtuals`.
[[nodiscard]] sink::DeviceDescription describe_device(const DeviceConfiguration& device,
                                                      const profile::Profile& profile,
                                                      const virtuals::Options& virtuals,
                                                      std::string endpoint);
/// The description points into `virtuals`.
[[nodiscard]] sink::DeviceDescription describe_device(const VirtualDeviceConfiguration& device,
                                                      const virtuals::Options& virtuals);
/// The virtual readings of a device as one more query of it; without quantities when there are none.
[[nodiscard]] sink::QueryDescription describe_virtuals(const std::string& device,
                                                       const virtuals::Options& virtuals);

}  // namespace busbar::app
