// Device classes and state classes, held against Home Assistant's own tables.
#include "sink/mqtt/entity.hpp"

#include "support/home_assistant.hpp"
#include "unit/sink/mqtt/support.hpp"

#include <gtest/gtest.h>

namespace busbar::sink::mqtt {
namespace {

namespace home_assistant = busbar::test::home_assistant;

Quantity number(std::string key, std::string unit, Kind kind = Kind::measurement, std::string wanted = "") {
  return {.key = std::move(key),
          .name = "",
          .unit = std::move(unit),
          .kind = kind,
          .device_class = std::move(wanted)};
}

TEST(Entity, EveryUnitOfTheTableIsTakenByHomeAssistant) {
  for (const auto& candidate : sensor_classes()) {
    for (const auto unit : candidate.units) {
      EXPECT_TRUE(home_assistant::unit_fits(candidate.name, unit)) << candidate.name << " in " << unit;
    }
    for (const auto& [admitted, state_class] :
         {std::pair{candidate.measurement, "measurement"}, {candidate.total, "total_increasing"}}) {
      EXPECT_TRUE(!admitted || home_assistant::state_class_fits(candidate.name, state_class))
          << candidate.name;
    }
    EXPECT_TRUE(candidate.measurement || candidate.total) << candidate.name << " can never be given";
  }
  for (const auto name : binary_sensor_classes()) EXPECT_TRUE(home_assistant::is_binary_class(name)) << name;
}

/// Any unit, kind and wish: never a pair that Home Assistant refuses.
TEST(Entity, NoCombinationIsRefused) {
  const std::string units[] = {"",   "V",   "mV",  "A",    "mA",  "Ah", "mΩ",   "W",     "kWh",
                               "Wh", "%",   "°C",  "K",    "min", "h",  "s",    "µs",    "Hz",
                               "m³", "L",   "L/h", "bar",  "dBm", "kg", "m",    "rpm",   "VAh",
                               "°c", "kwh", "var", "varh", "J",   "lx", "W/m²", "cycles"};
  std::vector<std::string> wishes{"", "nonsense", "enum", "timestamp", "problem", "monetary"};
  for (const auto& candidate : sensor_classes()) wishes.emplace_back(candidate.name);
  for (const auto& unit : units) {
    for (const auto& wish : wishes) {
      for (const auto kind : {Kind::measurement, Kind::counter}) {
        const auto entity = entity_for(number("anything", unit, kind, wish));
        EXPECT_EQ(entity.platform, "sensor");
        EXPECT_TRUE(entity.numeric);
        if (entity.device_class.empty()) continue;
        EXPECT_TRUE(home_assistant::unit_fits(entity.device_class, unit))
            << entity.device_class << " in " << unit;
        EXPECT_TRUE(home_assistant::state_class_fits(entity.device_class, entity.state_class))
            << entity.device_class;
      }
    }
  }
}

TEST(Entity, EnergyThatGrowsFitsTheEnergyDashboard) {
  const auto entity = entity_for(test::energy);
  EXPECT_EQ(entity.device_class, "energy");
  EXPECT_EQ(entity.state_class, "total_increasing");
  EXPECT_EQ(entity_for(number("stored", "kWh")).device_class, "energy_storage") << "goes up and down";
}

TEST(Entity, UnitsWithoutAClassStayFreeText) {
  for (const char* unit : {"Ah", "mΩ", "rpm", "cycles", "µs", "VAh"}) {
    EXPECT_EQ(entity_for(number("x", unit)).device_class, "") << unit;
    EXPECT_EQ(entity_for(number("x", unit)).state_class, "measurement") << unit;
  }
}

TEST(Entity, PercentIsABatteryOnlyByItsMeaning) {
  EXPECT_EQ(entity_for(number("soc", "%")).device_class, "battery");
  EXPECT_EQ(entity_for(number("pack_soc", "%")).device_class, "battery");
  EXPECT_EQ(entity_for(number("state_of_charge", "%")).device_class, "battery");
  EXPECT_EQ(entity_for(number("state_of_health", "%")).device_class, "");
  EXPECT_EQ(entity_for(number("room_humidity", "%")).device_class, "humidity");
  EXPECT_EQ(entity_for(number("power_factor", "")).device_class, "power_factor");
  EXPECT_EQ(entity_for(number("blossoc", "%")).device_class, "") << "not a word of its own";
  EXPECT_EQ(entity_for(number("load", "%", Kind::measurement, "power_factor")).device_class, "power_factor");
}

TEST(Entity, ADifferenceOfTemperaturesIsNoTemperature) {
  EXPECT_EQ(entity_for(number("cell_temperature", "°C")).device_class, "temperature");
  EXPECT_EQ(entity_for(number("cell_temperature_delta", "K")).device_class, "");
  EXPECT_EQ(entity_for(number("cell_voltage_delta", "V")).device_class, "voltage")
      << "volts have no zero point";
}

TEST(Entity, AWishIsGrantedWhenTheUnitAllowsIt) {
  EXPECT_EQ(entity_for(number("total", "m³", Kind::counter, "water")).device_class, "water");
  EXPECT_EQ(entity_for(number("total", "m³", Kind::counter)).device_class, "volume");
  EXPECT_EQ(entity_for(number("tank", "L")).device_class, "volume_storage");
  EXPECT_EQ(entity_for(number("x", "V", Kind::measurement, "temperature")).device_class, "");
}

TEST(Entity, FlagsAreBinarySensors) {
  EXPECT_EQ(entity_for(test::alarm).platform, "binary_sensor");
  EXPECT_EQ(entity_for(test::alarm).device_class, "problem");
  EXPECT_EQ(entity_for(test::alarm).state_class, "");
  Quantity odd = test::alarm;
  odd.device_class = "voltage";
  EXPECT_EQ(entity_for(odd).device_class, "") << "a class of sensors, not of binary sensors";
}

TEST(Entity, TextsAndEnumerationsHaveNoStatistics) {
  EXPECT_EQ(entity_for(test::mode).device_class, "enum");
  EXPECT_FALSE(entity_for(test::mode).numeric);
  EXPECT_EQ(entity_for(test::mode).state_class, "");
  EXPECT_EQ(entity_for(test::serial).device_class, "");
  Quantity open = test::mode;
  open.options.clear();
  EXPECT_EQ(entity_for(open).device_class, "") << "an enum without options is refused";
}

TEST(Entity, IdsAreThoseHomeAssistantAllows) {
  EXPECT_EQ(entity_id("sensor", "pack1", "soc"), "sensor.pack1_soc");
  EXPECT_EQ(entity_id("sensor", "Pack-1", "soc"), "sensor.pack_1_soc");
  EXPECT_EQ(entity_id("binary_sensor", "a.b/ü", "x"), "binary_sensor.a_b____x");
}

}  // namespace
}  // namespace busbar::sink::mqtt
