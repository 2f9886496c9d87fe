// The built-in profile of the Orion 1000: payloads of captures and of the manufacturer's document, and their
// variations.
#include "unit/profile/support.hpp"

#include <map>

namespace busbar::profile::test {
namespace {

// Captured payloads: what lies between the command and the checksum.
constexpr const char* four_cells = "04 06 04 0cef 0cf1 0cf0 0cf2";
constexpr const char* idle = "f0 0000 00 00 00 00 06 3b3b3a3a3b3a 0000000000 17 06 00 0000";
constexpr const char* capacity =
    "0160 020000 030001 0486a0 050001 0686a0 070001 0876ec 09ffff 0affff 0b0000 0000 00000000000000 052c "
    "0cf2 0cef 0d0b";

TEST(Orion1000, UnitsAreThoseOfTheFields) {
  const std::map<std::string, std::string> units{{"cell_count", ""},
                                                 {"probe_count", ""},
                                                 {"system_cell_count", ""},
                                                 {"cell_01_voltage", "V"},
                                                 {"current", "A"},
                                                 {"cell_temperature_1", "°C"},
                                                 {"mos_temperature", "°C"},
                                                 {"ambient_temperature", "°C"},
                                                 {"soc", "%"},
                                                 {"cycles", ""},
                                                 {"design_capacity", "Ah"},
                                                 {"full_capacity", "Ah"},
                                                 {"remaining_capacity", "Ah"},
                                                 {"time_to_empty", "min"},
                                                 {"time_to_full", "min"},
                                                 {"charge_interval", "h"},
                                                 {"longest_charge_interval", "h"},
                                                 {"pack_voltage", "V"},
                                                 {"max_cell_voltage", "V"},
                                                 {"min_cell_voltage", "V"},
                                                 {"cell_voltage_delta", "V"},
                                                 {"serial_number", ""}};
  std::map<std::string, std::string> found;
  for (const ProfileQuery& query : orion().queries) {
    for (const Quantity* quantity : query.decoder.quantities()) {
      found[quantity->key] = quantity->unit;
    }
  }
  for (const auto& [key, unit] : units) {
    ASSERT_TRUE(found.contains(key)) << key;
    EXPECT_EQ(found[key], unit) << key;
  }
}

TEST(Orion1000, EveryNumberHasAPlausibleRange) {
  for (const ProfileQuery& query : orion().queries) {
    for (const Quantity* quantity : query.decoder.quantities()) {
      const bool number = quantity->kind == Kind::measurement || quantity->kind == Kind::counter;
      const bool derived = quantity->key.starts_with("cell_voltage_") || quantity->key == "cell_count";
      EXPECT_EQ(quantity->range.has_value(), number && !derived) << quantity->key;
    }
  }
}

TEST(Orion1000, AsksWhatTheProtocolPageSays) {
  const std::map<std::string, std::pair<std::uint32_t, bool>> commands{
      {"voltages", {0xFF02, false}},       {"status", {0xFF03, false}},
      {"capacity", {0xFF04, false}},       {"serial_number", {0xFF11, false}},
      {"allow_discharge", {0xFF19, true}}, {"forbid_discharge", {0xFF1A, true}},
      {"allow_charge", {0xFF1B, true}},    {"forbid_charge", {0xFF1C, true}}};
  EXPECT_EQ(orion().queries.size(), commands.size());
  for (const auto& [name, expected] : commands) {
    const ProfileQuery* const query = orion().find(name);
    ASSERT_NE(query, nullptr) << name;
    EXPECT_EQ(query->request.command, expected.first) << name;
    EXPECT_EQ(query->request.write, expected.second) << name;
    EXPECT_EQ(query->interval.count() > 0, !expected.second) << name;
    EXPECT_EQ(query->typical_request, 8U) << name;
    EXPECT_GE(query->typical_response, 8U) << name;
  }
  EXPECT_EQ(orion().default_address, 1U);
}

TEST(Orion1000, VoltagesOfACapture) {
  const auto decoded = decode(orion(), four_cells, "voltages");
  EXPECT_EQ(value(decoded, "cell_count"), "4");
  EXPECT_EQ(value(decoded, "cell_01_voltage"), "3.311 V");
  EXPECT_EQ(value(decoded, "cell_04_voltage"), "3.314 V");
  EXPECT_EQ(value(decoded, "cell_05_voltage"), "absent");
  EXPECT_EQ(value(decoded, "cell_voltage_delta"), "0.003 V");
  EXPECT_EQ(value(decoded, "cell_voltage_mean"), "3.3125 V");
}

TEST(Orion1000, CarriedCellsCountWhateverIsDeclared) {
  const auto decoded = decode(orion(), "03 06 03 0cef 0cf1 0cf0 0cf2", "voltages");
  EXPECT_EQ(value(decoded, "cell_count"), "4");
  EXPECT_EQ(value(decoded, "cell_04_voltage"), "3.314 V");
  EXPECT_THAT(decoded->anomalies, testing::ElementsAre("cell_voltage: 4 carried, 3 declared"));
}

TEST(Orion1000, TakesAnyNumberOfCells) {
  std::string payload = "ff 00 ff";
  for (int i = 0; i < 255; ++i) {
    payload += " 0cef";
  }
  const auto decoded = decode(orion(), payload, "voltages");
  EXPECT_EQ(value(decoded, "cell_count"), "255");
  EXPECT_EQ(value(decoded, "cell_255_voltage"), "3.311 V");
  EXPECT_TRUE(decoded->anomalies.empty());
  EXPECT_EQ(value(decode(orion(), "00 00 00", "voltages"), "cell_count"), "0");
}

TEST(Orion1000, ImplausibleCellIsDroppedAndWithItWhatIsDerived) {
  const auto decoded = decode(orion(), "02 06 02 0cef ffff", "voltages");
  EXPECT_EQ(value(decoded, "cell_01_voltage"), "3.311 V");
  EXPECT_EQ(value(decoded, "cell_02_voltage"), "dropped: 65.535 V is outside 0.5…5");
  EXPECT_EQ(value(decoded, "cell_voltage_max"), "absent");
}

TEST(Orion1000, ReservedBitsOfTheFlagsAreIgnored) {
  const auto decoded = decode(orion(), idle, "status");
  EXPECT_EQ(value(decoded, "charging"), "false");
  EXPECT_EQ(value(decoded, "discharging"), "false");
  EXPECT_EQ(value(decoded, "current"), "0.00 A");
  const auto reserved =
      decode(orion(), "30 0000 ee fc c8 cc 06 3b3b3a3a3b3a 0102030405 17 ff f0 ffff", "status");
  EXPECT_EQ(value(reserved, "cell_overvoltage"), "false");
  EXPECT_EQ(value(reserved, "cell_undervoltage"), "false");
  EXPECT_EQ(value(reserved, "temperature_acquisition_failure"), "false");
  EXPECT_EQ(value(reserved, "software_version"), "23");
  EXPECT_EQ(value(reserved, "charge_mos"), "true");
}

TEST(Orion1000, CountOfProbesIncludesMosAndAmbience) {
  const auto both = decode(orion(), idle, "status");
  EXPECT_EQ(value(both, "cell_temperature_4"), "18 °C");
  EXPECT_EQ(value(both, "cell_temperature_5"), "absent");
  EXPECT_EQ(value(both, "mos_temperature"), "19 °C");
  EXPECT_EQ(value(both, "ambient_temperature"), "18 °C");
  const auto none = decode(orion(), "00 0000 00 00 00 00 02 3b3a 0000000000 17 06 00 0000", "status");
  EXPECT_EQ(value(none, "cell_temperature_2"), "18 °C");
  EXPECT_EQ(value(none, "mos_temperature"), "absent");
  EXPECT_EQ(value(none, "ambient_temperature"), "absent");
  EXPECT_EQ(value(none, "software_version"), "23");
  const auto mos = decode(orion(), "10 0000 00 00 00 00 02 3b3a 0000000000 17 06 00 0000", "status");
  EXPECT_EQ(value(mos, "cell_temperature_1"), "19 °C");
  EXPECT_EQ(value(mos, "mos_temperature"), "18 °C");
  EXPECT_EQ(value(mos, "ambient_temperature"), "absent");
}

TEST(Orion1000, StatusOfAnotherLengthThanItsProbesSayIsRefused) {
  EXPECT_EQ(refusal(decode(orion(), "00 0000 00 00 00 00 03 3b3a 0000000000 17 06 00 0000", "status")),
            Errc::bad_length);
  EXPECT_EQ(refusal(decode(orion(), "30 0000 00 00 00 00 01 3b3a 0000000000 17 06 00 0000", "status")),
            Errc::bad_value);
}

TEST(Orion1000, EveryProtectionBitHasItsOwnKey) {
  const std::map<std::pair<int, int>, std::string> bits{{{3, 0}, "cell_overvoltage"},
                                                        {{3, 1}, "pack_overvoltage"},
                                                        {{3, 4}, "full_charge_protection"},
                                                        {{4, 0}, "cell_undervoltage"},
                                                        {{4, 1}, "pack_undervoltage"},
                                                        {{5, 0}, "charge_temperature"},
                                                        {{5, 1}, "discharge_temperature"},
                                                        {{5, 2}, "mos_overtemperature"},
                                                        {{5, 4}, "high_temperature"},
                                                        {{5, 5}, "low_temperature"},
                                                        {{6, 0}, "discharge_short_circuit"},
                                                        {{6, 1}, "discharge_overcurrent"},
                                                        {{6, 2}, "charge_overcurrent"},
                                                        {{6, 4}, "ambient_high_temperature"},
                                                        {{6, 5}, "ambient_low_temperature"},
                                                        {{20, 1}, "discharge_mos"},
                                                        {{20, 2}, "charge_mos"},
                                                        {{21, 0}, "temperature_acquisition_failure"},
                                                        {{21, 1}, "voltage_acquisition_failure"},
                                                        {{21, 2}, "discharge_mos_failure"},
                                                        {{21, 3}, "charge_mos_failure"}};
  const Bytes quiet = bytes("30 0000 00 00 00 00 06 3b3b3a3a3b3a 0000000000 17 00 00 0000");
  for (const auto& [where, key] : bits) {
    Bytes payload = quiet;
    payload[static_cast<std::size_t>(where.first)] = static_cast<std::uint8_t>(1 << where.second);
    CounterMemory memory;
    const auto decoded = orion().find("status")->decoder.decode(payload, memory);
    for (const Reading& reading : decoded->readings) {
      if (const bool* const flag = std::get_if<bool>(&reading.value)) {
        EXPECT_EQ(*flag, reading.quantity->key == key)
            << reading.quantity->key << " where only " << key << " is set";
      }
    }
    EXPECT_EQ(value(decoded, key), "true");
  }
}

TEST(Orion1000, CapacityJoinsItsHighAndLowWords) {
  const auto decoded = decode(orion(), capacity, "capacity");
  EXPECT_EQ(value(decoded, "design_capacity"), "100.00 Ah");
  EXPECT_EQ(value(decoded, "remaining_capacity"), "95.98 Ah");
  EXPECT_EQ(value(decoded, "soc"), "96 %");
  EXPECT_EQ(value(decoded, "pack_voltage"), "13.24 V");
}

TEST(Orion1000, TimesThatAreNotAvailableAreNull) {
  const auto decoded = decode(orion(), capacity, "capacity");
  EXPECT_EQ(value(decoded, "time_to_empty"), "null");
  EXPECT_EQ(value(decoded, "time_to_full"), "null");
}

TEST(Orion1000, CapacityMayHaveAShortAndALongTail) {
  EXPECT_EQ(value(decode(orion(), capacity, "capacity"), "scheme"), "absent");
  EXPECT_EQ(value(decode(orion(), std::string{capacity} + "4e 000000", "capacity"), "scheme"), "TI");
  EXPECT_EQ(value(decode(orion(), std::string{capacity} + "30 000000", "capacity"), "scheme"), "Sinowealth");
  EXPECT_EQ(value(decode(orion(), std::string{capacity} + "5e 000000", "capacity"), "scheme"),
            "dropped: code 5 has no name in the profile");
  EXPECT_EQ(refusal(decode(orion(), std::string{capacity} + "4e 000000 00", "capacity")), Errc::bad_length);
}

TEST(Orion1000, CapacityWithAWrongTagGivesNoReading) {
  const Bytes good = bytes(capacity);
  for (const std::size_t tag : {0U, 2U, 5U, 8U, 11U, 14U, 17U, 20U, 23U, 26U, 29U, 47U}) {
    Bytes payload = good;
    payload[tag] ^= 0x20U;
    CounterMemory memory;
    EXPECT_EQ(refusal(orion().find("capacity")->decoder.decode(payload, memory)), Errc::bad_constant) << tag;
  }
}

TEST(Orion1000, SerialNumber) {
  EXPECT_EQ(value(decode(orion(), "00", "serial_number"), "serial_number"), "");
  EXPECT_EQ(value(decode(orion(), "03 41 42 31", "serial_number"), "serial_number"), "AB1");
  const auto odd = decode(orion(), "03 41 07 31", "serial_number");
  ASSERT_TRUE(odd);
  EXPECT_THAT(value(odd, "serial_number"), testing::StartsWith("dropped: byte 07"));
  EXPECT_EQ(refusal(decode(orion(), "04 41 42 31", "serial_number")), Errc::short_payload);
}

TEST(Orion1000, WritesAreAcknowledged) {
  for (const char* name : {"allow_discharge", "forbid_discharge", "allow_charge", "forbid_charge"}) {
    EXPECT_EQ(value(decode(orion(), "", name), "acknowledged"), "true") << name;
  }
}

TEST(Orion1000, EveryTruncationOfEveryExampleIsRefusedOrDecodedButNeverRead) {
  for (const Example& example : orion().examples) {
    const Decoder& decoder = orion().find(example.query)->decoder;
    Bytes payload(example.response[0].begin() + 6, example.response[0].end() - 2);
    while (!payload.empty()) {
      payload.pop_back();
      const Bytes exact(payload);  // its own allocation, so that a sanitizer sees a read behind it
      CounterMemory memory;
      const auto decoded = decoder.decode(exact, memory);
      if (example.query == "status" || (example.query == "capacity" && exact.size() < 49)) {
        EXPECT_FALSE(decoded) << example.name << " cut to " << exact.size();
      }
    }
  }
}

}  // namespace
}  // namespace busbar::profile::test
