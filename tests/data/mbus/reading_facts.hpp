// What busbar makes of a record: key, unit, digits, and what Home Assistant is told. One record a line.
#pragma once

#include <busbar/model/quantity.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace busbar::test {

struct ReadingFact {
  std::uint8_t medium;
  std::string_view record;
  std::string_view key;
  std::string_view value;
  std::string_view unit;
  Kind kind;
  bool statistics;
  std::string_view device_class;
};

inline constexpr std::uint8_t electricity = 2, gas = 3, heat = 4, warm_water = 6, water = 7,
                              cold_water = 0x16;
inline constexpr Kind counter = Kind::counter, measurement = Kind::measurement, words = Kind::text;

inline constexpr std::array reading_facts{
    ReadingFact{heat, "04 06 15 31 00 00", "energy", "12565", "kWh", counter, true, ""},
    ReadingFact{heat, "04 03 15 31 00 00", "energy", "12.565", "kWh", counter, true, ""},
    ReadingFact{heat, "04 0e 15 31 00 00", "energy", "12565", "MJ", counter, true, ""},
    ReadingFact{heat, "04 08 15 31 00 00", "energy", "0.012565", "MJ", counter, true, ""},
    ReadingFact{heat, "04 fb 0d 15 31 00 00", "energy", "12565000", "kcal", counter, true, ""},
    ReadingFact{heat, "04 fb 00 15 31 00 00", "energy", "1256500", "kWh", counter, true, ""},
    ReadingFact{electricity, "84 10 04 15 31 00 00", "energy_tariff_1", "125.65", "kWh", counter, true, ""},
    ReadingFact{electricity, "84 20 04 15 31 00 00", "energy_tariff_2", "125.65", "kWh", counter, true, ""},
    ReadingFact{electricity, "84 40 04 15 31 00 00", "energy_subunit_1", "125.65", "kWh", counter, true, ""},
    ReadingFact{electricity, "04 83 3b 15 31 00 00", "energy_forward", "12.565", "kWh", counter, true, ""},
    ReadingFact{electricity, "04 83 3c 15 31 00 00", "energy_backward", "12.565", "kWh", counter, true, ""},
    ReadingFact{electricity, "04 fb 82 75 15 31 00 00", "reactive_energy", "1256.5", "kvarh", counter, true,
                ""},
    ReadingFact{electricity, "04 fb 84 75 15 31 00 00", "apparent_energy", "1256.5", "kVAh", counter, true,
                ""},
    ReadingFact{heat, "44 06 10 27 00 00", "energy_storage_1", "10000", "kWh", counter, false, ""},
    ReadingFact{heat, "84 01 06 10 27 00 00", "energy_storage_2", "10000", "kWh", counter, false, ""},
    ReadingFact{heat, "04 13 39 30 00 00", "volume", "12.345", "m³", counter, true, ""},
    ReadingFact{water, "04 13 39 30 00 00", "volume", "12.345", "m³", counter, true, "water"},
    ReadingFact{warm_water, "04 13 39 30 00 00", "volume", "12.345", "m³", counter, true, "water"},
    ReadingFact{cold_water, "04 13 39 30 00 00", "volume", "12.345", "m³", counter, true, "water"},
    ReadingFact{gas, "04 13 39 30 00 00", "volume", "12.345", "m³", counter, true, "gas"},
    ReadingFact{gas, "04 93 3a 39 30 00 00", "volume_v3a", "12.345", "m³", counter, true, "gas"},
    ReadingFact{water, "44 13 39 30 00 00", "volume_storage_1", "12.345", "m³", counter, false, "water"},
    ReadingFact{heat, "04 1b 39 30 00 00", "mass", "12345", "kg", counter, true, ""},
    ReadingFact{heat, "02 2b 34 12", "power", "4660", "W", measurement, true, ""},
    ReadingFact{heat, "12 2b 34 12", "power_max", "4660", "W", measurement, false, ""},
    ReadingFact{heat, "22 2b 34 12", "power_min", "4660", "W", measurement, false, ""},
    ReadingFact{heat, "32 2b 34 12", "power_error", "4660", "W", measurement, false, ""},
    ReadingFact{heat, "04 33 80 ee 36 00", "power", "1000000", "W", measurement, true, ""},
    ReadingFact{heat, "02 ab 12 34 12", "power_average", "4660", "W", measurement, true, ""},
    ReadingFact{electricity, "02 ab fc 01 34 12", "power_l1", "4660", "W", measurement, true, ""},
    ReadingFact{electricity, "02 ab ff 02 34 12", "power_m02", "4660", "W", measurement, true, ""},
    ReadingFact{electricity, "02 fb 97 72 62 fe", "reactive_power", "-41.4", "var", measurement, true, ""},
    ReadingFact{electricity, "02 fb b7 72 79 02", "apparent_power", "63.3", "VA", measurement, true, ""},
    ReadingFact{heat, "02 3b 2c 01", "volume_flow", "0.300", "m³/h", measurement, true, ""},
    ReadingFact{heat, "02 42 2c 01", "volume_flow", "0.00300", "m³/min", measurement, true, ""},
    ReadingFact{heat, "02 53 2c 01", "mass_flow", "300", "kg/h", measurement, true, ""},
    ReadingFact{heat, "02 5a 25 01", "flow_temperature", "29.3", "°C", measurement, true, ""},
    ReadingFact{heat, "02 5e 25 01", "return_temperature", "29.3", "°C", measurement, true, ""},
    ReadingFact{heat, "02 62 25 01", "temperature_difference", "29.3", "K", measurement, true, ""},
    ReadingFact{heat, "02 66 25 01", "external_temperature", "29.3", "°C", measurement, true, ""},
    ReadingFact{heat, "02 6a 25 01", "pressure", "29.3", "bar", measurement, true, ""},
    ReadingFact{heat, "05 5b 00 00 20 41", "flow_temperature", "10.000", "°C", measurement, true, ""},
    ReadingFact{electricity, "02 fd 48 39 09", "voltage", "236.1", "V", measurement, true, ""},
    ReadingFact{electricity, "02 fd c8 fc 02 39 09", "voltage_l2", "236.1", "V", measurement, true, ""},
    ReadingFact{electricity, "02 fd 59 0c 01", "current", "0.268", "A", measurement, true, ""},
    ReadingFact{electricity, "02 fb 2e f4 01", "frequency", "50.0", "Hz", measurement, true, ""},
    ReadingFact{electricity, "02 fd ba 73 f6 02", "dimensionless", "0.758", "", measurement, true, ""},
    ReadingFact{heat, "02 fb 1a c4 01", "relative_humidity", "45.2", "%", measurement, true, ""},
    ReadingFact{heat, "02 6e c4 01", "heat_cost_units", "452", "", counter, true, ""},
    ReadingFact{heat, "02 22 c4 01", "on_time", "452", "h", counter, true, ""},
    ReadingFact{heat, "02 27 c4 01", "operating_time", "452", "d", counter, true, ""},
    ReadingFact{heat, "02 72 c4 01", "averaging_duration", "452", "h", measurement, false, ""},
    ReadingFact{heat, "02 fd 74 c4 01", "battery_remaining", "452", "d", measurement, false, ""},
    ReadingFact{heat, "01 fd 71 c4", "signal_level", "-60", "dBm", measurement, true, ""},
    ReadingFact{heat, "02 fd 17 00 80", "error_flags", "32768", "", measurement, false, ""},
    ReadingFact{heat, "02 be 50 10 00", "volume_flow_v50", "16", "s", measurement, false, ""},
    ReadingFact{heat, "02 be 49 10 00", "volume_flow_v49", "16", "", measurement, false, ""},
    ReadingFact{heat, "0c 78 45 23 01 00", "fabrication_number", "00012345", "", words, true, ""},
    ReadingFact{heat, "42 6c df 1c", "date_storage_1", "2014-12-31", "", words, true, "date"},
    ReadingFact{heat, "42 6c 00 00", "date_storage_1", "", "", words, true, "date"},
    ReadingFact{heat, "04 6d 32 14 7a 18", "date_time", "2011-08-26T20:50", "", words, true, ""},
    ReadingFact{heat, "04 da 6f 32 14 7a 18", "flow_temperature_v6f", "2011-08-26T20:50", "", words, true,
                ""},
    ReadingFact{heat, "0d fd 11 03 43 42 41", "customer", "ABC", "", words, true, ""},
    ReadingFact{heat, "02 fc 03 48 52 25 74 d4 11", "value", "45.64", "%RH", measurement, true, ""},
    ReadingFact{heat, "02 5a 00 80", "flow_temperature", "", "°C", measurement, true, ""},
    ReadingFact{heat, "04 93 15 00 00 00 00", "volume", "", "m³", counter, true, ""},
    ReadingFact{heat, "0b 3b ff ff ff", "volume_flow", "", "m³/h", measurement, true, ""},
    ReadingFact{heat, "01 7b 07", "unknown", "7", "", measurement, false, ""},
    ReadingFact{heat, "01 ff 21 07", "manufacturer_specific_m21", "7", "", measurement, false, ""},
};

}  // namespace busbar::test
