// A configuration written out again as YAML with every default in place; secrets as ********.
#pragma once

#include "app/configuration.hpp"

#include <string>
#include <string_view>

namespace busbar::app {

/// Reads back as the same configuration, but for the secrets.
[[nodiscard]] std::string settings_as_yaml(const Configuration& configuration);

}  // namespace busbar::app
