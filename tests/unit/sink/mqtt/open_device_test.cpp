// Devices that name their readings themselves: announced as they come, and never withdrawn before they spoke.
#include "sink/mqtt/device_record.hpp"
#include "sink/mqtt/entity.hpp"
#include "unit/sink/mqtt/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::sink::mqtt {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

Quantity energy(bool statistics) {
  Quantity quantity;
  quantity.key = "energy";
  quantity.unit = "kWh";
  quantity.kind = Kind::counter;
  quantity.statistics = statistics;
  return quantity;
}

DeviceDescription meter(std::vector<const Quantity*> quantities) {
  DeviceDescription description;
  description.id = "meter";
  QueryDescription query;
  query.name = "readout";
  query.open = true;
  query.quantities = std::move(quantities);
  description.queries.push_back(std::move(query));
  return description;
}

TEST(OpenDevice, WhatWasAnnouncedEarlierIsNotWithdrawnBeforeItSpeaks) {
  DeviceRecord device{"meter"};
  device.describe(meter({}));
  device.recall({{"energy", "sensor"}});
  EXPECT_THAT(device.retired(), IsEmpty());
  EXPECT_THAT(device.components(), IsEmpty());
}

TEST(OpenDevice, AReadingIsAComponentOnceItIsDescribedAndThere) {
  const Quantity quantity = energy(true);
  DeviceRecord device{"meter"};
  device.describe(meter({}));
  device.describe(meter({&quantity}));
  EXPECT_THAT(device.components(), IsEmpty());
  EXPECT_TRUE(device.take(test::report("meter", "readout", {{&quantity, 1.0}}, test::steady_zero)));
  EXPECT_THAT(device.components(), UnorderedElementsAre(Pair("energy", "sensor")));
}

TEST(OpenDevice, ValuesOfThePastHaveAClassButNoStatistics) {
  EXPECT_EQ(entity_for(energy(true)).state_class, "total_increasing");
  EXPECT_EQ(entity_for(energy(false)).state_class, "");
  EXPECT_EQ(entity_for(energy(false)).device_class, "energy");
  Quantity date;
  date.kind = Kind::text;
  date.device_class = "date";
  EXPECT_EQ(entity_for(date).device_class, "date");
  date.device_class = "energy";
  EXPECT_EQ(entity_for(date).device_class, "") << "a text is no energy";
}

}  // namespace
}  // namespace busbar::sink::mqtt
