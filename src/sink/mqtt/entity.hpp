// How a quantity looks in Home Assistant: platform, device class, state class. Pure.
//
// Home Assistant since 2025.7 refuses an entity whose unit does not belong to its device class, so a class is
// only given where the table in entity.cpp allows it. Source: Home Assistant developer documentation, sensor
// and binary sensor entity, "Available device classes" and "Available state classes".
#pragma once

#include <busbar/model/quantity.hpp>

#include <span>
#include <string>
#include <string_view>

namespace busbar::sink::mqtt {

struct Entity {
  std::string_view platform;      ///< sensor, binary_sensor
  std::string_view device_class;  ///< "" = none
  std::string_view state_class;   ///< measurement, total_increasing, "" = none
  bool numeric = false;
};

/// A device class of sensors with the units it admits.
struct SensorClass {
  std::string_view name;
  std::span<const std::string_view> units;
  bool measurement = true;  ///< admits state class measurement
  bool total = false;       ///< admits state class total_increasing
  bool by_unit =
      true;  ///< given to every quantity of such a unit; false: only where the quantity asks for it
};

[[nodiscard]] Entity entity_for(const Quantity& quantity);
/// "sensor.pack_1_soc": what Home Assistant calls the entity at first. [a-z0-9_] whatever `owner` is made of.
[[nodiscard]] std::string entity_id(std::string_view platform, std::string_view owner, std::string_view key);
[[nodiscard]] std::span<const SensorClass> sensor_classes() noexcept;
[[nodiscard]] std::span<const std::string_view> binary_sensor_classes() noexcept;

}  // namespace busbar::sink::mqtt
