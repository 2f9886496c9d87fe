// A configuration written out again as YAML with every default in place; secrets as ********.
#pragma once

#include "app/configuration.hpp"

#include <string>
#include <string_view>

namespace busbar::app {

/// Reads back as the same configuration, but for the secrets.
[[nodiscard]] std::string settings_as_yaml(const Configuration& configuration);
/// `text` as a YAML scalar: plain where that is safe, else in double quotes; $ doubled against substitution.
[[nodiscard]] std::string yaml_scalar(std::string_view text);

}  // namespace busbar::app
