// What busbar makes of M-Bus records: keys that stay, units that outputs know, classes, and no number where
// there is none.
#include "data/mbus/reading_facts.hpp"

#include <busbar/protocol/mbus.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace busbar::protocol::mbus {
namespace {

Bytes frame_of(std::uint8_t medium, std::string_view records, std::uint8_t status = 0) {
  Bytes data = *from_hex("78 56 34 12 24 40 01");
  data.insert(data.end(), {medium, 0x55, status, 0x00, 0x00});
  const Bytes more = *from_hex(records);
  data.insert(data.end(), more.begin(), more.end());
  return build_long(rsp_ud, 1, 0x72, data).value();
}

Description describe(const Bytes& payload) { return mbus::make_codec().value()->describe(payload).value(); }

const Description::Item& item(const Description& description, std::string_view key) {
  const auto found = std::find_if(description.items.begin(), description.items.end(),
                                  [&](const auto& one) { return one.quantity.key == key; });
  static const Description::Item none{};
  EXPECT_NE(found, description.items.end()) << "there is no " << key;
  return found == description.items.end() ? none : *found;
}

TEST(MbusReadingsTest, EveryKindOfRecord) {
  for (const test::ReadingFact& fact : test::reading_facts) {
    SCOPED_TRACE(fact.record);
    const auto description = describe(frame_of(fact.medium, fact.record));
    const auto& first = description.items.front();
    EXPECT_EQ(first.quantity.key, fact.key);
    EXPECT_EQ(format_value(first.quantity, first.value), fact.value);
    EXPECT_EQ(std::holds_alternative<std::monostate>(first.value), fact.value.empty());
    EXPECT_EQ(first.quantity.unit, fact.unit);
    EXPECT_EQ(to_string(first.quantity.kind), to_string(fact.kind));
    EXPECT_EQ(first.quantity.statistics, fact.statistics);
    EXPECT_EQ(first.quantity.device_class, fact.device_class);
    EXPECT_TRUE(is_key(first.quantity.key));
  }
}

/// A value that comes and goes must not look like another quantity each time.
TEST(MbusReadingsTest, AQuantityIsTheSameWithAndWithoutAValue) {
  const auto quantity = [](std::string_view record) {
    return describe(frame_of(test::heat, record)).items.front().quantity;
  };
  EXPECT_EQ(quantity("02 5a 25 01"), quantity("02 5a 00 80"));
  EXPECT_EQ(quantity("0b 3b 56 34 12"), quantity("0b 3b ff ff ff"));
  EXPECT_EQ(quantity("04 6d 32 14 7a 18"), quantity("04 6d b2 14 7a 18"));
  EXPECT_EQ(quantity("42 6c df 1c"), quantity("42 6c ff ff"));
  EXPECT_EQ(quantity("05 5b 00 00 20 41"), quantity("05 5b 00 00 c0 7f"));
  EXPECT_EQ(quantity("04 93 00 01 00 00 00").key, quantity("04 93 15 01 00 00 00").key);
}

TEST(MbusReadingsTest, KeysDoNotDependOnTheOrderOrTheLengthOfRecords) {
  const auto keys = [](std::string_view records) {
    std::set<std::string> all;
    for (const auto& one : describe(frame_of(test::heat, records)).items) all.insert(one.quantity.key);
    return all;
  };
  EXPECT_EQ(keys("04 06 15 31 00 00 02 5a 25 01"), keys("02 5a 25 01 02 06 15 31"));
}

TEST(MbusReadingsTest, TheSecondOfTheSameMeaningIsNumberTwo) {
  const auto description = describe(frame_of(test::heat, "02 5a 25 01 02 5a 26 01"));
  EXPECT_EQ(format_value(item(description, "flow_temperature").quantity,
                         item(description, "flow_temperature").value),
            "29.3");
  EXPECT_EQ(std::get<double>(item(description, "flow_temperature_2").value), 29.4);
}

TEST(MbusReadingsTest, TheHeaderGivesWhoAndHow) {
  const auto well = describe(frame_of(test::water, "01 7a 05"));
  EXPECT_EQ(std::get<std::string>(item(well, "meter_id").value), "12345678");
  EXPECT_EQ(std::get<std::string>(item(well, "meter_manufacturer").value), "PAD");
  EXPECT_EQ(std::get<std::string>(item(well, "meter_medium").value), "water");
  EXPECT_EQ(std::get<bool>(item(well, "meter_problem").value), false);
  EXPECT_EQ(std::get<bool>(item(well, "meter_battery_low").value), false);
  const auto low = describe(frame_of(test::water, "01 7a 05", 0x04));
  EXPECT_EQ(std::get<bool>(item(low, "meter_battery_low").value), true);
  EXPECT_EQ(item(low, "meter_battery_low").quantity.device_class, "battery");
  for (const std::uint8_t status : {0x08, 0x10, 0x02}) {
    const auto bad = describe(frame_of(test::water, "01 7a 05", status));
    EXPECT_EQ(std::get<bool>(item(bad, "meter_problem").value), true);
    EXPECT_EQ(item(bad, "meter_problem").quantity.device_class, "problem");
  }
  // Busy is no trouble.
  EXPECT_EQ(std::get<bool>(item(describe(frame_of(test::water, "01 7a 05", 0x01)), "meter_problem").value),
            false);
}

TEST(MbusReadingsTest, WhatIsOfThePastIsHiddenAtFirst) {
  const auto description = describe(frame_of(test::heat, "04 06 15 31 00 00 44 06 10 27 00 00 12 2b 34 12"));
  EXPECT_TRUE(item(description, "energy").quantity.enabled_by_default);
  EXPECT_FALSE(item(description, "energy_storage_1").quantity.enabled_by_default);
  EXPECT_FALSE(item(description, "power_max").quantity.enabled_by_default);
}

TEST(MbusReadingsTest, ManufacturersDataAndFaultsAreKept) {
  const auto data = describe(frame_of(test::heat, "01 7a 05 0f aa bb"));
  EXPECT_EQ(std::get<std::string>(item(data, "manufacturer_data").value), "aabb");
  const auto cut = describe(frame_of(test::heat, "01 7a 05 04 13 01"));
  ASSERT_EQ(cut.anomalies.size(), 1U);
  EXPECT_EQ(cut.anomalies.front(), "the data ends inside a value at byte 22");
  EXPECT_EQ(item(cut, "bus_address").quantity.category, Category::diagnostic);
}

TEST(MbusReadingsTest, EndlessChainsStillMakeAKey) {
  const auto description = describe(frame_of(test::heat, "04 93 fc 88 fc 89 fc 8a fc 8b 3b 01 00 00 00"));
  EXPECT_TRUE(is_key(description.items.front().quantity.key));
  const auto longest = describe(
      frame_of(test::heat, "c4 ff ff ff ff ff ff ff ff ff 7f da ff 81 82 83 84 85 86 87 08 01 00 00 00"));
  EXPECT_TRUE(is_key(longest.items.front().quantity.key)) << longest.items.front().quantity.key;
}

TEST(MbusReadingsTest, TelegramsOfOneReadoutGiveOneSet) {
  Bytes both = frame_of(test::heat, "04 06 15 31 00 00 1f");
  const Bytes second = frame_of(test::heat, "02 5a 25 01");
  both.insert(both.end(), second.begin(), second.end());
  const auto description = describe(both);
  EXPECT_EQ(std::get<double>(item(description, "energy").value), 12565);
  EXPECT_EQ(std::get<double>(item(description, "flow_temperature").value), 29.3);
  EXPECT_EQ(std::count_if(description.items.begin(), description.items.end(),
                          [](const auto& one) { return one.quantity.key.starts_with("meter_id"); }),
            1);
}

}  // namespace
}  // namespace busbar::protocol::mbus
