// A configured device as the sinks may know it.
#pragma once

#include "app/configuration.hpp"
#include "sink/sink.hpp"

#include <string>

namespace busbar::app {

/// The description points into `profile`.
[[nodiscard]] sink::DeviceDescription describe_device(const DeviceConfiguration& device,
                                                      const profile::Profile& profile, std::string endpoint);

}  // namespace busbar::app
