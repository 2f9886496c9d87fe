// M-Bus data records: numbers, dates, texts, units, and what their extensions make of them.
#include <busbar/protocol/mbus/telegram.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace busbar::protocol::mbus {
namespace {

/// One record with the bytes it points into.
struct Decoded {
  Bytes frame;
  Telegram telegram;
  const Record* operator->() const { return telegram.records.data(); }
};

std::unique_ptr<Decoded> decoded(std::string_view hex) {
  auto all = std::make_unique<Decoded>();
  all->frame = build_long(rsp_ud, 1, 0x78, from_hex(hex).value()).value();
  all->telegram = decode(all->frame).value();
  EXPECT_FALSE(all->telegram.fault) << hex << ": " << all->telegram.fault->reason;
  if (all->telegram.records.empty()) all->telegram.records.emplace_back();
  EXPECT_EQ(all->telegram.records.size(), 1U) << hex;
  return all;
}

/// "Volume: 12.345 m³", or the reason why there is no value.
std::string shown(std::string_view hex) {
  const auto all = decoded(hex);
  const Record& record = all->telegram.records.front();
  std::string text = title_of(record) + ": ";
  if (const auto* reason = std::get_if<Unavailable>(&record.value))
    return text + std::string{to_string(*reason)};
  const auto unit = unit_of(record);
  return text + to_string(record.value) + (unit.empty() ? "" : " " + unit);
}

TEST(MbusRecordTest, NumbersOfEveryField) {
  EXPECT_EQ(shown("00 13"), "Volume:  m³");
  EXPECT_EQ(shown("08 13"), "Volume:  m³");
  EXPECT_EQ(shown("01 13 ff"), "Volume: -0.001 m³");
  EXPECT_EQ(shown("02 13 39 30"), "Volume: 12.345 m³");
  EXPECT_EQ(shown("03 13 15 31 00"), "Volume: 12.565 m³");
  EXPECT_EQ(shown("04 06 15 31 00 00"), "Energy: 12565000 Wh");
  EXPECT_EQ(shown("05 2b 00 00 48 42"), "Power: 50 W");
  EXPECT_EQ(shown("06 03 ff ff ff ff ff 7f"), "Energy: 140737488355327 Wh");
  EXPECT_EQ(shown("07 03 fe ff ff ff ff ff ff ff"), "Energy: -2 Wh");
  EXPECT_EQ(shown("09 5b 25"), "Flow temperature: 25 °C");
  EXPECT_EQ(shown("0a 5a 25 01"), "Flow temperature: 12.5 °C");
  EXPECT_EQ(shown("0b 3b 56 34 12"), "Volume flow: 123.456 m³/h");
  EXPECT_EQ(shown("0c 14 78 56 34 12"), "Volume: 123456.78 m³");
  EXPECT_EQ(shown("0e 00 12 90 78 56 34 12"), "Energy: 123456789.012 Wh");
}

TEST(MbusRecordTest, WhatIsMarkedInvalidIsNoNumber) {
  EXPECT_EQ(shown("01 13 80"), "Volume: marked as invalid");
  EXPECT_EQ(shown("04 13 00 00 00 80"), "Volume: marked as invalid");
  EXPECT_EQ(shown("07 13 00 00 00 00 00 00 00 80"), "Volume: marked as invalid");
  EXPECT_EQ(shown("05 13 00 00 c0 7f"), "Volume: marked as invalid");
  EXPECT_EQ(shown("05 13 00 00 80 7f"), "Volume: marked as invalid");
  EXPECT_EQ(shown("0a 13 ff ff"), "Volume: not a decimal number");
  EXPECT_EQ(shown("3b 3b bd eb dd"), "Volume flow, error state: not a decimal number");
  EXPECT_EQ(shown("01 7a ff"), "Bus address: marked as invalid");
}

TEST(MbusRecordTest, ATopNibbleOfFIsAMinus) {
  EXPECT_EQ(shown("0c 13 99 00 00 f0"), "Volume: -0.099 m³");
  EXPECT_EQ(shown("0a 5b 05 f0"), "Flow temperature: -5 °C");
  EXPECT_EQ(shown("0a 5b 05 e0"), "Flow temperature: not a decimal number");
  EXPECT_EQ(shown("0a 5b f5 00"), "Flow temperature: not a decimal number");
}

TEST(MbusRecordTest, IdentificationsKeepTheirZeros) {
  EXPECT_EQ(shown("0c 78 45 23 01 00"), "Fabrication number: 00012345");
  EXPECT_EQ(shown("04 78 39 30 00 00"), "Fabrication number: 12345");
}

TEST(MbusRecordTest, ErrorFlagsAreUnsigned) {
  EXPECT_EQ(shown("02 fd 17 ff ff"), "Error flags: 65535");
  EXPECT_EQ(shown("01 fd 1a 80"), "Digital output: 128");
}

TEST(MbusRecordTest, ValuesOfVariableLength) {
  EXPECT_EQ(shown("0d fd 11 03 43 42 41"), "Customer: ABC");
  EXPECT_EQ(shown("0d fd 11 03 20 fc 00"), "Customer: ü");
  EXPECT_EQ(shown("0d 13 c2 34 12"), "Volume: 1.234 m³");
  EXPECT_EQ(shown("0d 13 d2 34 12"), "Volume: -1.234 m³");
  EXPECT_EQ(shown("0d 13 e3 40 42 0f"), "Volume: 1000.000 m³");
  EXPECT_EQ(shown("0d 13 ea 01 02 03 04 05 06 07 08 09 0a"), "Volume: 0102030405060708090a m³");
  EXPECT_EQ(shown("0d 13 e0"), "Volume:  m³");
  EXPECT_EQ(decoded("0d ff 00 f0 " + std::string(32, '0'))->telegram.records[0].data.size(), 16U);
}

TEST(MbusRecordTest, DatesAndTimes) {
  EXPECT_EQ(shown("02 6c df 1c"), "Date: 2014-12-31");
  EXPECT_EQ(shown("04 6d 32 14 7a 18"), "Date and time: 2011-08-26T20:50");
  EXPECT_EQ(shown("04 6d 32 34 7a 18"), "Date and time: 2011-08-26T20:50");
  EXPECT_EQ(shown("04 6d 32 14 7a c8"), "Date and time: 1999-08-26T20:50");
  EXPECT_EQ(shown("06 6d 1e 32 14 7a 18 00"), "Date and time: 2011-08-26T20:50:30");
  EXPECT_EQ(shown("03 6d 1e 32 14"), "Date and time: 20:50:30");
  EXPECT_EQ(shown("02 fd 70 df 1c"), "Battery change: 2014-12-31");
  EXPECT_TRUE(std::get<Moment>(decoded("04 6d 32 94 7a 18")->telegram.records[0].value).daylight_saving);
}

TEST(MbusRecordTest, WhatIsNoMomentIsNotAvailable) {
  EXPECT_EQ(shown("02 6c 00 00"), "Date: no such date or time");
  EXPECT_EQ(shown("02 6c ff ff"), "Date: marked as invalid");
  EXPECT_EQ(shown("02 6c de 12"), "Date: no such date or time");  // 30 February
  EXPECT_EQ(shown("02 6c e1 f1"), "Date: no such date or time");  // every year
  EXPECT_EQ(shown("04 6d b2 14 7a 18"), "Date and time: the meter's clock is invalid");
  EXPECT_EQ(shown("04 6d 3f 14 7a 18"), "Date and time: no such date or time");  // every minute
  EXPECT_EQ(shown("06 6d 1e b2 14 7a 18 00"), "Date and time: the meter's clock is invalid");
  EXPECT_EQ(shown("03 6d 3c 32 14"), "Date and time: no such date or time");
  // Odd meters: what the layout does not fit is shown as it is.
  EXPECT_EQ(shown("0c 6d 32 14 7a 18"), "Date and time: 32147a18");
  EXPECT_EQ(shown("04 6c 32 14 7a 18"), "Date: 32147a18");
}

TEST(MbusRecordTest, TablesBehindFbAndFd) {
  EXPECT_EQ(shown("02 fb 97 72 62 fe"), "Reactive power: -41.4 var");
  EXPECT_EQ(shown("02 fb 82 75 03 00"), "Reactive energy: 300 varh");
  EXPECT_EQ(shown("02 fb b7 72 79 02"), "Apparent power: 63.3 VA");
  EXPECT_EQ(shown("02 fb 2e f4 01"), "Frequency: 50.0 Hz");
  EXPECT_EQ(shown("02 fb 1a c4 01"), "Relative humidity: 45.2 %");
  EXPECT_EQ(shown("01 fb 68 04"), "Rating factor: 0.000976562500");
  EXPECT_EQ(shown("02 fb 58 c4 01"), "Flow temperature: 0.452 °F");
  EXPECT_TRUE(decoded("02 fb 58 c4 01")->telegram.records[0].old_table);
  EXPECT_EQ(shown("02 fd 48 39 09"), "Voltage: 236.1 V");
  EXPECT_EQ(shown("02 fd 59 0c 01"), "Current: 0.268 A");
  EXPECT_EQ(shown("02 fd ba 73 f6 02"), "Dimensionless: 0.758");
  EXPECT_EQ(shown("01 fd fd 03 07"), "Remaining life of battery: 7 year");
  EXPECT_EQ(shown("01 fd 7c 07"), "Unknown: 7");
  EXPECT_EQ(shown("01 7b 07"), "Unknown: 7");
}

TEST(MbusRecordTest, EveryFactorOfAChainCounts) {
  EXPECT_EQ(shown("02 93 74 e8 03"), "Volume: 0.01000 m³");
  EXPECT_EQ(shown("02 fd c8 77 39 09"), "Voltage: 2361 V");
  EXPECT_EQ(shown("02 93 fd 7d 01 00"), "Volume: 1000 m³");
  EXPECT_EQ(shown("02 93 7b 01 00"), "Volume: 1.001 m³");
  EXPECT_EQ(shown("02 93 78 01 00"), "Volume: 0.002 m³");
  EXPECT_EQ(shown("02 86 79 01 00"), "Energy: 1000.010 Wh");
}

TEST(MbusRecordTest, ExtensionsThatMakeItSomethingElse) {
  EXPECT_EQ(shown("94 10 da 6f 32 14 7a 18"),
            "Flow temperature, end of last, maximum, tariff 1: 2011-08-26T20:50");
  EXPECT_EQ(shown("02 be 50 10 00"), "Volume flow, duration of first lower limit exceed: 16 s");
  EXPECT_EQ(shown("02 be 58 10 00"), "Volume flow, duration of first upper limit exceed: 16 s");
  EXPECT_EQ(shown("02 be 49 10 00"), "Volume flow, exceeds of upper limit: 16");
  EXPECT_EQ(shown("02 ec 7e 01 00"), "Date, future: no such date or time");
  EXPECT_EQ(shown("04 90 28 0b 00 00 00"), "Volume, per pulse of input 0: 0.000011 m³");
  EXPECT_EQ(shown("02 83 3b 05 00"), "Energy, forward: 5 Wh");
  EXPECT_EQ(shown("02 ab fc 01 05 00"), "Power, phase L1: 5 W");
  EXPECT_EQ(shown("02 93 3d 05 00"), "Volume, non-metric: 0.005");
  EXPECT_EQ(shown("01 86 fc 11 fe"), "Energy, unsigned: 254000 Wh");
}

TEST(MbusRecordTest, ARecordErrorIsNoValue) {
  EXPECT_EQ(shown("02 93 15 00 00"), "Volume, no data available: the meter reports an error");
  // Error 00 is "none": an ordinary value.
  EXPECT_EQ(shown("02 93 00 05 00"), "Volume: 0.005 m³");
}

TEST(MbusRecordTest, BehindFfEverythingIsTheManufacturers) {
  EXPECT_EQ(shown("01 ff 93 00 05"),
            "Manufacturer specific, manufacturer's VIFE 13, manufacturer's VIFE 00: 5");
  EXPECT_EQ(shown("02 84 ff f2 00 05 00"),
            "Energy, manufacturer specific, manufacturer's VIFE 72, manufacturer's VIFE 00: 50 Wh");
}

TEST(MbusRecordTest, AUnitInPlainText) {
  EXPECT_EQ(shown("02 fc 03 48 52 25 74 d4 11"), "Value: 45.64 %RH");
  EXPECT_EQ(shown("0d 7c 08 44 49 20 2e 74 73 75 63 02 42 41"), "Value: AB cust. ID");
  EXPECT_EQ(shown("02 7c 00 05 00"), "Value: 5");
}

TEST(MbusRecordTest, StorageTariffAndSubunit) {
  const auto one = decoded("84 8f 0f 6d 00 00 e1 f1");
  EXPECT_EQ((*one)->storage, 510U);
  const auto two = decoded("c4 f5 75 13 00 00 00 00");
  EXPECT_EQ((*two)->storage, 1U + 2 * 5 + 32 * 5);
  EXPECT_EQ((*two)->tariff, 15U);
  EXPECT_EQ((*two)->subunit, 3U);
  const auto most = decoded("c4 ff ff ff ff ff ff ff ff ff 7f 13 00 00 00 00");
  EXPECT_EQ((*most)->storage, (std::uint64_t{1} << 41) - 1);
  EXPECT_EQ((*most)->tariff, (1U << 20) - 1);
  EXPECT_EQ((*most)->subunit, 1023U);
  EXPECT_EQ(title_of((*two).telegram.records[0]), "Volume, tariff 15, subunit 3, storage 171");
}

TEST(MbusRecordTest, FloatsTakePartInFactorsToo) {
  EXPECT_EQ(shown("05 13 00 00 48 42"), "Volume: 0.05 m³");
  EXPECT_EQ(shown("05 93 7d 00 00 48 42"), "Volume: 50 m³");
  EXPECT_EQ(shown("05 93 7b 00 00 48 42"), "Volume: 1.05 m³");
  EXPECT_EQ(shown("05 83 3c 00 00 48 c2"), "Energy, backward: -50 Wh");
}

TEST(MbusRecordTest, AnUnknownVifKeepsItsBytes) {
  const auto unknown = decoded("02 fb 07 34 12");
  EXPECT_EQ((*unknown)->measure, Measure::unknown);
  EXPECT_EQ(to_hex((*unknown)->vib), "fb07");
  EXPECT_EQ(to_hex((*unknown)->data), "3412");
  EXPECT_EQ(shown("02 fb 07 34 12"), "Unknown: 4660");
}

TEST(MbusRecordTest, NumbersAreTheNearestDouble) {
  EXPECT_EQ(number(Decimal{12565, -3}), 12.565);
  EXPECT_EQ(number(Real{0.1F, 0}), 0.1);
  EXPECT_EQ(to_string(Decimal{-5, -3}), "-0.005");
  EXPECT_EQ(to_string(Decimal{5, 3}), "5000");
  EXPECT_EQ(to_string(Decimal{0, 6}), "0");
}

}  // namespace
}  // namespace busbar::protocol::mbus
