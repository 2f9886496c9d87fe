// Entities of Home Assistant for what can be set: number, select, switch, button and text. Pure.
// Source: Home Assistant documentation, MQTT integration, platforms of these names.
#pragma once

#include "sink/mqtt/device_record.hpp"
#include "sink/mqtt/topics.hpp"

#include <nlohmann/json_fwd.hpp>

namespace busbar::sink::mqtt {

/// Adds one component for each setting of the device. Its state is the reading that reads it back, where this
/// sink publishes it; without one Home Assistant shows what it has sent.
void add_settings(nlohmann::ordered_json& components, const Topics& topics, const DeviceRecord& device);

}  // namespace busbar::sink::mqtt
