// What the terminal commands talk to: devices of the site file, or one named on the command line.
#pragma once

#include "app/arguments.hpp"
#include "app/configuration.hpp"

#include <optional>

namespace busbar::app {

struct Target {
  Configuration configuration;  ///< the chosen devices and their channels; no sinks
  profile::Library profiles;
};

/// Adds --config, --link, --profile, --address, --log-level and the positional DEVICE.
void declare_target(Arguments& options);

/// Sets up logging (warnings and worse by default) and chooses. On an error it has been printed and `code` is
/// set.
[[nodiscard]] std::optional<Target> choose_target(const Arguments& options, int& code);

}  // namespace busbar::app
