// What a reading or setting is called when its profile gives it no name.
#pragma once

#include <string>
#include <string_view>

namespace busbar::profile {

/// max_ac_charging_current → Max AC charging current
[[nodiscard]] std::string name_from_key(std::string_view key);

}  // namespace busbar::profile
