// What Home Assistant makes of a device discovery payload: its schema and its tables of device classes,
// written down independently of the product, so that a mistake there is not repeated here. Source: Home
// Assistant, MQTT integration, "Device discovery payload", "MQTT sensor", "MQTT binary sensor"; developer
// documentation, sensor and binary sensor entity; core 2025.7 or later, the strictest so far.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::test::home_assistant {

/// Everything that Home Assistant would refuse, or would ignore in silence; empty when it takes it all.
/// `payload` is the text of one retained message.
[[nodiscard]] std::vector<std::string> faults(std::string_view payload);

/// Whether a sensor of this class may have this unit; "" is no unit.
[[nodiscard]] bool unit_fits(std::string_view device_class, std::string_view unit);
/// Whether statistics of this state class are kept for sensors of this device class.
[[nodiscard]] bool state_class_fits(std::string_view device_class, std::string_view state_class);
[[nodiscard]] bool is_binary_class(std::string_view device_class);

}  // namespace busbar::test::home_assistant
