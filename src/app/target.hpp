// What the terminal commands talk to: devices of the site file, or one named on the command line.
#pragma once

#include "app/arguments.hpp"
#include "app/changes.hpp"

#include <optional>

namespace busbar::app {

/// Adds --config, --link, --profile, --address, --log-level and the positional DEVICE.
void declare_target(Arguments& options);

/// Sets up logging (warnings and worse by default) and chooses. On an error it has been printed and `code` is
/// set.
/// The chosen devices and their channels; no sinks.
[[nodiscard]] std::optional<Setup> choose_target(const Arguments& options, int& code);
/// The same for commands that declare only --config and --log-level: these devices of the site file.
[[nodiscard]] std::optional<Setup> choose_devices(const Arguments& options,
                                                  const std::vector<std::string>& devices, int& code);

}  // namespace busbar::app
