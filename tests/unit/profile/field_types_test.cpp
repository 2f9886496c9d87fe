// Each way a value can lie in a payload.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

struct NumberCase {
  const char* type;
  const char* payload;
  const char* expected;
};

void PrintTo(const NumberCase& one, std::ostream* out) { *out << one.type << ' ' << one.payload; }

class Number : public testing::TestWithParam<NumberCase> {};

TEST_P(Number, IsReadAsItsTypeSays) {
  const auto& [type, payload, expected] = GetParam();
  const auto profile =
      with_fields("      - {key: x, at: 0, type: " + std::string{type} + ", range: [-5e9, 5e9]}\n");
  EXPECT_EQ(value(decode(*profile, payload), "x"), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Types, Number,
    testing::Values(NumberCase{"u8", "ff", "255"}, NumberCase{"s8", "ff", "-1"},
                    NumberCase{"s8", "80", "-128"}, NumberCase{"u16", "0102", "258"},
                    NumberCase{"u16be", "0102", "258"}, NumberCase{"u16le", "0102", "513"},
                    NumberCase{"s16", "fffe", "-2"}, NumberCase{"s16le", "feff", "-2"},
                    NumberCase{"s16be", "8000", "-32768"}, NumberCase{"u24", "010203", "66051"},
                    NumberCase{"u24le", "010203", "197121"}, NumberCase{"s24", "ffffff", "-1"},
                    NumberCase{"s24le", "feffff", "-2"}, NumberCase{"u32", "ffffffff", "4294967295"},
                    NumberCase{"u32le", "01000000", "1"}, NumberCase{"s32", "80000000", "-2147483648"},
                    NumberCase{"s32le", "ffffffff", "-1"}));

TEST(ByteOrder, OfTheProfileAppliesWhereTheTypeDoesNotSay) {
  yaml::Findings findings;
  const auto profile = load_profile("byte_order: little\n" + head() +
                                        "    fields:\n"
                                        "      - {key: a, at: 0, type: u16, range: [0, 65535]}\n"
                                        "      - {key: b, at: 0, type: u16be, range: [0, 65535]}\n",
                                    "t.yaml", findings);
  ASSERT_NE(profile, nullptr) << findings.text();
  EXPECT_EQ(value(decode(*profile, "0100"), "a"), "1");
  EXPECT_EQ(value(decode(*profile, "0100"), "b"), "256");
}

TEST(Parts, MakeOneNumberOfWordsThatLieApart) {
  const auto profile = with_fields("      - {key: x, parts: [0, 3], type: u16, range: [0, 5e9]}\n");
  EXPECT_EQ(value(decode(*profile, "0001 ee 86a0"), "x"), "100000");
  EXPECT_EQ(value(decode(*profile, "ffff ee ffff"), "x"), "4294967295");
}

TEST(Parts, MayStandInAnyOrderAndHaveASign) {
  const auto profile = with_fields("      - {key: x, parts: [2, 0], type: s16, range: [-5e9, 5e9]}\n");
  EXPECT_EQ(value(decode(*profile, "fffe ffff"), "x"), "-2");
}

TEST(Parts, OfAShortPayloadGiveNoReadingAtAll) {
  const auto profile = with_fields("      - {key: x, parts: [0, 3], type: u16, range: [0, 5e9]}\n");
  EXPECT_EQ(refusal(decode(*profile, "0001 ee 86")), Errc::short_payload);
}

TEST(Parts, EndWhereTheLastWordEnds) {
  const auto profile = with_fields(
      "      - {key: x, parts: [3, 0], type: u16, range: [0, 5e9]}\n"
      "      - {key: y, after: x, type: u8, range: [0, 255]}\n");
  EXPECT_EQ(value(decode(*profile, "0001 ee 86a0 07"), "y"), "7");
}

TEST(Flags, GiveEveryNamedBitItsOwnKey) {
  const auto profile = with_fields(
      "      - type: flags\n"
      "        at: 0\n"
      "        device_class: problem\n"
      "        bits:\n"
      "          - {bit: 0, key: low}\n"
      "          - {bit: 7, key: high, device_class: power, category: diagnostic, enabled: false}\n");
  const auto decoded = decode(*profile, "81");
  EXPECT_EQ(value(decoded, "low"), "true");
  EXPECT_EQ(value(decoded, "high"), "true");
  EXPECT_EQ(value(decode(*profile, "7e"), "high"), "false");
  const Quantity& low = *decoded->readings[0].quantity;
  EXPECT_EQ(low.kind, Kind::flag);
  EXPECT_EQ(low.device_class, "problem");
  EXPECT_EQ(low.name, "Low");
  const Quantity& high = *decoded->readings[1].quantity;
  EXPECT_EQ(high.device_class, "power");
  EXPECT_EQ(high.category, Category::diagnostic);
  EXPECT_FALSE(high.enabled_by_default);
}

TEST(Text, WithALengthByte) {
  const auto profile = with_fields("      - {key: s, at: 0, type: text, length: prefixed}\n");
  EXPECT_EQ(value(decode(*profile, "03 41 42 43 ff"), "s"), "ABC");
  EXPECT_EQ(value(decode(*profile, "00"), "s"), "");
  EXPECT_EQ(refusal(decode(*profile, "04 41 42 43")), Errc::short_payload);
  EXPECT_EQ(refusal(decode(*profile, "")), Errc::short_payload);
}

TEST(Text, OfFixedLengthLosesItsFilling) {
  const auto profile = with_fields("      - {key: s, at: 0, type: text, length: 4}\n");
  EXPECT_EQ(value(decode(*profile, "41 42 20 00"), "s"), "AB");
  EXPECT_EQ(value(decode(*profile, "20 41 00 00"), "s"), " A");
  EXPECT_EQ(refusal(decode(*profile, "41 42 43")), Errc::short_payload);
}

TEST(Text, ToTheEndOfThePayload) {
  const auto profile = with_fields("      - {key: s, at: 1, type: text, length: rest}\n");
  EXPECT_EQ(value(decode(*profile, "00 48 65 79"), "s"), "Hey");
  EXPECT_EQ(value(decode(*profile, "00"), "s"), "");
}

TEST(Text, ThatIsNotPrintableIsDroppedWithoutTheRest) {
  const auto profile = with_fields(
      "      - {key: s, at: 0, type: text, length: prefixed}\n"
      "      - {key: n, after: s, type: u8, range: [0, 255]}\n");
  for (const char* payload : {"02 41 07 05", "02 80 41 05", "02 00 41 05"}) {
    const auto decoded = decode(*profile, payload);
    EXPECT_THAT(value(decoded, "s"), testing::StartsWith("dropped: byte ")) << payload;
    EXPECT_EQ(value(decoded, "n"), "5") << payload;
  }
}

TEST(Enumeration, GivesTheNameOfItsCode) {
  const auto profile = with_fields(
      "      - {key: mode, at: 0, type: u8, transform: [bitmask:0x0F], enum: {0: \"off\", 3: bulk, 4: "
      "bulk}}\n");
  EXPECT_EQ(value(decode(*profile, "f3"), "mode"), "bulk");
  EXPECT_EQ(value(decode(*profile, "04"), "mode"), "bulk");
  EXPECT_EQ(value(decode(*profile, "00"), "mode"), "off");
  EXPECT_EQ(value(decode(*profile, "09"), "mode"), "dropped: code 9 has no name in the profile");
  const Quantity& mode = *profile->queries[0].decoder.quantities()[0];
  EXPECT_EQ(mode.kind, Kind::enumeration);
  EXPECT_EQ(mode.options, (std::vector<std::string>{"off", "bulk"}));
}

TEST(Internal, FieldsGiveNoReadingAndAreNotAnnounced) {
  const auto profile = with_fields(
      "      - {key: hidden, at: 0, type: u8, internal: true}\n"
      "      - {key: x, at: 1, type: u8, range: [0, 255]}\n");
  const auto decoded = decode(*profile, "05 06");
  EXPECT_EQ(value(decoded, "hidden"), "absent");
  ASSERT_EQ(profile->queries[0].decoder.quantities().size(), 1U);
}

TEST(Quantity, SaysEverythingTheFileSays) {
  const auto profile = with_fields(
      "      - {key: heat, name: Heat of it, at: 0, type: u8, unit: °C, precision: 2, range: [-1, 300],\n"
      "         category: diagnostic, device_class: temperature, enabled: false, kind: counter}\n");
  const Quantity& q = *profile->queries[0].decoder.quantities()[0];
  EXPECT_EQ(q.key, "heat");
  EXPECT_EQ(q.name, "Heat of it");
  EXPECT_EQ(q.unit, "°C");
  EXPECT_EQ(q.precision, 2);
  EXPECT_EQ(q.range, (Range{-1, 300}));
  EXPECT_EQ(q.category, Category::diagnostic);
  EXPECT_EQ(q.device_class, "temperature");
  EXPECT_EQ(q.kind, Kind::counter);
  EXPECT_FALSE(q.enabled_by_default);
}

TEST(Quantity, OfAScaledFieldShowsAsManyDigitsAsTheScaleBrings) {
  const auto profile = with_fields(
      "      - {key: milli, at: 0, type: u8, transform: [scale:0.001], range: [0, 1]}\n"
      "      - {key: fifth, at: 0, type: u8, transform: [scale:0.2], range: [0, 99]}\n"
      "      - {key: tens, at: 0, type: u8, transform: [scale:10], range: [0, 9999]}\n"
      "      - {key: quarter, at: 0, type: u8, transform: [scale:0.25], range: [0, 99]}\n");
  const auto& all = profile->queries[0].decoder.quantities();
  EXPECT_EQ(all[0]->precision, 3);
  EXPECT_EQ(all[1]->precision, 1);
  EXPECT_EQ(all[2]->precision, 0);
  EXPECT_EQ(all[3]->precision, 2);
}

TEST(FieldTypes, RealNumbersAreWhatTheirDecimalsSay) {
  const auto profile =
      with_fields("      - {key: volts, at: 0, type: f32le, precision: 3, unit: V, range: [0, 5]}\n");
  EXPECT_EQ(value(decode(*profile, "ff 91 56 40"), "volts"), "3.353 V");
  EXPECT_EQ(value(decode(*profile, "00 00 00 00"), "volts"), "0.000 V");
  EXPECT_THAT(value(decode(*profile, "00 00 c0 7f"), "volts"), testing::HasSubstr("dropped"));
}

TEST(FieldTypes, PlacesMayBeEmpty) {
  const auto profile = with_fields(
      "      - {key: \"cell_{index}\", name: \"Cell {index}\", at: 0, type: u8, absent: 0, range: [1, 9],\n"
      "         repeat: {count: 3, max: 3, family: cell, label: cell}}\n"
      "    derived:\n      - {key: lowest, min: cell}\n      - {key: cells, count: cell}\n");
  const auto decoded = decode(*profile, "05 00 03");
  EXPECT_EQ(value(decoded, "cell_1"), "5");
  EXPECT_EQ(value(decoded, "cell_2"), "absent");
  EXPECT_EQ(value(decoded, "lowest"), "3");
  EXPECT_EQ(value(decoded, "cells"), "2");
}

TEST(FieldTypes, FlagsOfTwoBytesAndASignFromOneOfThem) {
  const auto profile = with_fields(
      "      - {at: 0, type: flags16, bits: [{bit: 15, key: charging}, {bit: 0, key: odd}]}\n"
      "      - {key: current, at: 0, type: u16, transform: [bitmask:0x7FFF, scale:0.01], unit: A,\n"
      "         sign: {positive: charging}, range: [-400, 400]}\n");
  EXPECT_EQ(value(decode(*profile, "80 d1"), "current"), "2.09 A");
  EXPECT_EQ(value(decode(*profile, "80 d1"), "odd"), "true");
  EXPECT_EQ(value(decode(*profile, "07 d0"), "current"), "-20.00 A");
  EXPECT_EQ(value(decode(*profile, "00 00"), "current"), "0.00 A");
}

TEST(FieldTypes, FoldedValuesAreNegativeAboveTheFold) {
  const auto profile =
      with_fields("      - {key: t, at: 0, type: u8, transform: [fold:100], unit: °C, range: [-40, 100]}\n");
  EXPECT_EQ(value(decode(*profile, "64"), "t"), "100 °C");
  EXPECT_EQ(value(decode(*profile, "65"), "t"), "-1 °C");
  EXPECT_EQ(value(decode(*profile, "8c"), "t"), "-40 °C");
}

}  // namespace
}  // namespace busbar::profile::test
