// What was found, as a site file.
#pragma once

#include "app/probe/run.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace busbar::app::probe {

/// Polls what was found, and loads as it is. `profiles` is the directory of site profiles, "" for none.
[[nodiscard]] std::string site_file_of(const std::vector<Hit>& hits, std::string_view profiles = "");

}  // namespace busbar::app::probe
