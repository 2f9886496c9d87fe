// How everything does, for programs: one JSON object.
#pragma once

#include "model/health.hpp"

#include <string>

namespace busbar::app {

/// {"daemon":{…},"devices":{"pack1":{…}}}, each part as the MQTT sink's diagnostics tell it (docs/mqtt.md).
[[nodiscard]] std::string status_json(const Health& health);

}  // namespace busbar::app
