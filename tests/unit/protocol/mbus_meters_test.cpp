// Whole M-Bus telegrams, made up like those of common meters: every record as a person would read it.
#include <busbar/protocol/mbus/telegram.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace busbar::protocol::mbus {
namespace {

std::vector<std::string> lines(std::string_view header, std::string_view records) {
  const Bytes frame =
      build_long(rsp_ud, 5, 0x72, *from_hex(std::string{header} + std::string{records})).value();
  const auto telegram = decode(frame).value();
  EXPECT_FALSE(telegram.fault);
  std::vector<std::string> all{manufacturer_text(telegram.identity.manufacturer) + " " +
                               id_text(telegram.identity.id) + " " + medium_text(telegram.identity.medium)};
  for (const Record& record : telegram.records) {
    const auto unit = unit_of(record);
    all.push_back(title_of(record) + ": " + to_string(record.value) + (unit.empty() ? "" : " " + unit));
  }
  return all;
}

TEST(MbusMetersTest, ElectricityMeterOfThreePhases) {
  const std::vector<std::string> expected{
      "SBC 00012345 electricity",
      "Energy, tariff 1: 1234560 Wh",
      "Energy, tariff 2: 98760 Wh",
      "Energy, backward, tariff 1: 120 Wh",
      "Voltage, phase L1: 230 V",
      "Voltage, phase L2: 231 V",
      "Current, manufacturer specific, manufacturer's VIFE 03: 0.57 A",
      "Power: 2870 W",
      "Reactive power: -0.13 var",
      "Dimensionless: 0.98",
      "Frequency: 50.02 Hz",
      "Error flags: 0",
  };
  EXPECT_EQ(lines("45 23 01 00 43 4c 12 02 07 00 00 00",
                  "8c 10 04 56 34 12 00 8c 20 04 76 98 00 00 8c 10 84 3c 12 00 00 00"
                  "02 fd c9 fc 01 e6 00 02 fd c9 fc 02 e7 00 02 fd da ff 03 39 00"
                  "02 2b 36 0b 02 fb 94 74 f3 ff 01 fd ba 74 62 02 fb 2d 8a 13 01 fd 17 00"),
            expected);
}

TEST(MbusMetersTest, HeatMeterWithDueDate) {
  const std::vector<std::string> expected{
      "PAD 12345678 heat, return",
      "Fabrication number: 12345678",
      "Energy: 12565000 Wh",
      "Volume: 12.345 m³",
      "Power: 4660 W",
      "Volume flow: 0.300 m³/h",
      "Flow temperature: 62.5 °C",
      "Return temperature: 41.1 °C",
      "Temperature difference: 21.4 K",
      "Date and time: 2011-08-26T20:50",
      "Operating time: 269 d",
      "Energy, storage 1: 10000000 Wh",
      "Date, storage 1: 2014-12-31",
      "Power, maximum: 9000 W",
  };
  const auto found = lines("78 56 34 12 24 40 01 04 55 00 00 00",
                           "0c 78 78 56 34 12 04 06 15 31 00 00 04 13 39 30 00 00 02 2b 34 12 02 3b 2c 01"
                           "0a 5a 25 06 0a 5e 11 04 02 62 d6 00 04 6d 32 14 7a 18 02 27 0d 01"
                           "44 06 10 27 00 00 42 6c df 1c 12 2d 5a 00");
  EXPECT_EQ(found, expected);
}

TEST(MbusMetersTest, WaterMeterWithABattery) {
  const std::vector<std::string> expected{
      "PAD 00000042 warm water",     "Volume: 345.678 m³",         "Volume, storage 1: 300.000 m³",
      "Date, storage 1: 2014-12-31", "Volume, backward: 0.012 m³", "Remaining life of battery: 2190 d",
      "Software version: 42",
  };
  EXPECT_EQ(
      lines("42 00 00 00 24 40 01 06 09 04 00 00",
            "0c 13 78 56 34 00 4c 13 00 00 30 00 42 6c df 1c 02 93 3c 0c 00 02 fd 74 8e 08 01 fd 0f 2a"),
      expected);
}

}  // namespace
}  // namespace busbar::protocol::mbus
