// allow_writes: which settings of a device may be set. Off by default, and by name: what a pattern allows is
// fixed when the file is read, against the settings its profile has.
#pragma once

#include "app/configuration_reader.hpp"

#include <string>
#include <vector>

namespace busbar::app {

/// Names of settings in the order of the profile, each once. A name, or a pattern between ^ and $ in which
/// "." stands for any character and ".*" for any text. What names or matches nothing is a finding.
[[nodiscard]] std::vector<std::string> read_allowed_writes(const ReadContext& context,
                                                           const profile::Profile& profile,
                                                           const yaml::Node* node);

}  // namespace busbar::app
