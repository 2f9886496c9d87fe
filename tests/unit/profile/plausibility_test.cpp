// What is published, what is dropped with a reason, and what is derived: missing is never zero.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

TEST(Range, DropsWhatIsOutsideAndKeepsTheRest) {
  const auto profile = with_fields(
      "      - {key: soc, at: 0, type: u8, unit: \"%\", range: [0, 100]}\n"
      "      - {key: volts, at: 1, type: u16, transform: [scale:0.01], unit: V, range: [1, 60]}\n");
  const auto decoded = decode(*profile, "65 052c");
  EXPECT_EQ(value(decoded, "soc"), "dropped: 101 % is outside 0…100");
  EXPECT_EQ(value(decoded, "volts"), "13.24 V");
  EXPECT_EQ(value(decode(*profile, "64 0000"), "soc"), "100 %");
  EXPECT_EQ(value(decode(*profile, "64 0000"), "volts"), "dropped: 0 V is outside 1…60");
  EXPECT_EQ(value(decode(*profile, "64 1770"), "volts"), "60.00 V");
}

TEST(Range, LeavesOutOneCellAndKeepsTheNumbersOfTheOthers) {
  const auto profile = with_fields(
      "      - {key: \"v{index}\", at: 0, type: u8, range: [1, 9],\n"
      "         repeat: {count: rest, max: 4, family: v, label: cell}}\n");
  const auto decoded = decode(*profile, "01 ff 03");
  EXPECT_EQ(value(decoded, "v1"), "1");
  EXPECT_EQ(value(decoded, "v2"), "dropped: 255 is outside 1…9");
  EXPECT_EQ(value(decoded, "v3"), "3");
  EXPECT_EQ(decoded->readings.size(), 2U);
}

TEST(Unavailable, IsNullAndNeverANumber) {
  const auto profile =
      with_fields("      - {key: t, at: 0, type: u16, unavailable: 0xFFFF, range: [0, 65535]}\n");
  EXPECT_EQ(value(decode(*profile, "ffff"), "t"), "null");
  EXPECT_EQ(value(decode(*profile, "fffe"), "t"), "65534");
}

constexpr const char* signed_current =
    "      - type: flags\n"
    "        at: 0\n"
    "        bits: [{bit: 0, key: out}, {bit: 1, key: in}]\n"
    "      - {key: amps, at: 1, type: u16, transform: [scale:0.01], range: [-655.35, 655.35],\n"
    "         sign: {positive: in, negative: out}}\n";

TEST(Sign, ComesFromTheFlags) {
  const auto profile = with_fields(signed_current);
  EXPECT_EQ(value(decode(*profile, "02 04d2"), "amps"), "12.34");
  EXPECT_EQ(value(decode(*profile, "01 04d2"), "amps"), "-12.34");
  EXPECT_EQ(value(decode(*profile, "00 0000"), "amps"), "0.00");
  EXPECT_EQ(value(decode(*profile, "01 0000"), "amps"), "0.00");
  EXPECT_TRUE(decode(*profile, "01 04d2")->anomalies.empty());
}

TEST(Sign, OfBothFlagsIsNegativeAndAnAnomaly) {
  const auto profile = with_fields(signed_current);
  const auto decoded = decode(*profile, "03 04d2");
  EXPECT_EQ(value(decoded, "amps"), "-12.34");
  EXPECT_THAT(decoded->anomalies,
              testing::ElementsAre("amps: both direction flags are set, taken as negative"));
}

class Counter : public testing::Test {
 protected:
  std::string poll(std::string_view hex) {
    return value(profile_->queries[0].decoder.decode(bytes(hex), memory_), "cycles");
  }
  std::unique_ptr<Profile> profile_ =
      with_fields("      - {key: cycles, at: 0, type: u8, kind: counter, range: [0, 250]}\n");
  CounterMemory memory_;
};

TEST_F(Counter, PassesWhileItGrowsOrStands) {
  EXPECT_EQ(poll("05"), "5");
  EXPECT_EQ(poll("05"), "5");
  EXPECT_EQ(poll("06"), "6");
}

TEST_F(Counter, WithholdsADip) {
  EXPECT_EQ(poll("64"), "100");
  EXPECT_EQ(poll("00"), "dropped: 0 is below the counter's last value, kept back until it repeats");
  EXPECT_EQ(poll("64"), "100");
  EXPECT_THAT(poll("00"), testing::StartsWith("dropped"));
  EXPECT_THAT(poll("00"), testing::StartsWith("dropped"));
  EXPECT_EQ(poll("65"), "101");
}

TEST_F(Counter, AcceptsAResetThatProvesItself) {
  EXPECT_EQ(poll("64"), "100");
  EXPECT_THAT(poll("00"), testing::StartsWith("dropped"));
  EXPECT_THAT(poll("01"), testing::StartsWith("dropped"));
  EXPECT_EQ(poll("02"), "2");
  EXPECT_EQ(poll("03"), "3");
}

TEST_F(Counter, DoesNotTakeValuesThatJumpAboutForAReset) {
  EXPECT_EQ(poll("64"), "100");
  for (const char* disturbed : {"20", "10", "08", "04", "02"}) {
    EXPECT_THAT(poll(disturbed), testing::StartsWith("dropped")) << disturbed;
  }
  EXPECT_EQ(poll("64"), "100");
}

TEST_F(Counter, RemembersNothingImplausible) {
  EXPECT_EQ(poll("05"), "5");
  EXPECT_EQ(poll("ff"), "dropped: 255 is outside 0…250");
  EXPECT_EQ(poll("06"), "6");
}

TEST(CounterMemory, KeepsCountersApart) {
  CounterMemory memory;
  EXPECT_TRUE(memory.accept("a", 10));
  EXPECT_TRUE(memory.accept("b", 1));
  EXPECT_FALSE(memory.accept("a", 1));
  EXPECT_TRUE(memory.accept("b", 2));
  EXPECT_TRUE(memory.accept("a", 10));
}

constexpr const char* cells =
    "    fields:\n"
    "      - {key: amps, at: 0, type: u8, unavailable: 0xFF, range: [0, 200]}\n"
    "      - {key: \"v{index}\", at: 1, type: u8, transform: [scale:0.1], range: [0.1, 9],\n"
    "         repeat: {count: rest, max: 4, family: v, label: cell}}\n"
    "    derived:\n"
    "      - {key: n, count: v}\n"
    "      - {key: total, sum: v, precision: 1}\n"
    "      - {key: least, min: v, precision: 1}\n"
    "      - {key: most, max: v, precision: 1}\n"
    "      - {key: gap, delta: v, precision: 1}\n"
    "      - {key: average, mean: v, precision: 2}\n"
    "      - {key: both, sum: [amps, v], precision: 1}\n"
    "      - {key: odd, product: [amps, v], precision: 2, range: [0, 100]}\n";

TEST(Derived, AreComputedFromTheReadingsOfOnePayload) {
  const auto profile = compile(cells);
  const auto decoded = decode(*profile, "02 01 02 03");
  EXPECT_EQ(value(decoded, "n"), "3");
  EXPECT_EQ(value(decoded, "total"), "0.6");
  EXPECT_EQ(value(decoded, "least"), "0.1");
  EXPECT_EQ(value(decoded, "most"), "0.3");
  EXPECT_EQ(value(decoded, "gap"), "0.2");
  EXPECT_EQ(value(decoded, "average"), "0.20");
  EXPECT_EQ(value(decoded, "both"), "2.6");
  EXPECT_EQ(value(decoded, "odd"), "0.01");
}

TEST(Derived, CarryNoBinaryNoise) {
  const auto profile = compile(cells);
  const auto decoded = decode(*profile, "02 01 02 03");
  for (const Reading& reading : decoded->readings) {
    if (reading.quantity->key == "total") {
      EXPECT_EQ(std::get<double>(reading.value), 0.6);
    }
    if (reading.quantity->key == "gap") {
      EXPECT_EQ(std::get<double>(reading.value), 0.2);
    }
  }
}

TEST(Derived, AreAbsentWhenAPartIsDropped) {
  const auto profile = compile(cells);
  const auto decoded = decode(*profile, "02 01 00 03");
  EXPECT_THAT(value(decoded, "v2"), testing::StartsWith("dropped"));
  EXPECT_EQ(value(decoded, "n"), "3");  // carried all the same
  for (const char* key : {"total", "least", "most", "gap", "average", "both", "odd"}) {
    EXPECT_EQ(value(decoded, key), "absent") << key;
  }
}

TEST(Derived, AreAbsentWhenThereIsNothingToDeriveFrom) {
  const auto profile_of_none = compile(cells);
  const auto none = decode(*profile_of_none, "02");
  EXPECT_EQ(value(none, "n"), "0");
  EXPECT_EQ(value(none, "total"), "absent");
  const auto profile_of_unavailable = compile(cells);
  const auto unavailable = decode(*profile_of_unavailable, "ff 01");
  EXPECT_EQ(value(unavailable, "total"), "0.1");
  EXPECT_EQ(value(unavailable, "both"), "absent");
}

TEST(Derived, HaveAPlausibleRangeOfTheirOwn) {
  EXPECT_EQ(value(decode(*compile(cells), "c8 0a 0a"), "odd"), "dropped: 200 is outside 0…100");
}

TEST(Derived, AreGuaranteedWhenTheirSourcesAre) {
  const auto profile = compile(
      "    fields:\n"
      "      - {key: a, at: 0, type: u8, range: [0, 255]}\n"
      "      - {key: b, at: 1, type: u8, optional: true, range: [0, 255]}\n"
      "    derived:\n"
      "      - {key: same, sum: a}\n"
      "      - {key: unsure, product: [a, b]}\n");
  const Decoder& decoder = profile->queries[0].decoder;
  EXPECT_TRUE(decoder.guaranteed(*decoder.quantities()[2]));
  EXPECT_FALSE(decoder.guaranteed(*decoder.quantities()[3]));
}

TEST(DecodeInto, LeavesNothingOfTheDecodingBefore) {
  const auto profile = compile(cells);
  const Decoder& decoder = profile->queries[0].decoder;
  CounterMemory memory;
  Decoded decoded;
  ASSERT_TRUE(decoder.decode_into(bytes("02 01 00 03 04"), memory, decoded));
  EXPECT_EQ(decoded.drops.size(), 1U);
  ASSERT_TRUE(decoder.decode_into(bytes("ff 01"), memory, decoded));
  CounterMemory fresh_memory;
  const auto fresh = decoder.decode(bytes("ff 01"), fresh_memory);
  ASSERT_EQ(decoded.readings.size(), fresh->readings.size());
  for (std::size_t i = 0; i < decoded.readings.size(); ++i) {
    EXPECT_EQ(decoded.readings[i].quantity, fresh->readings[i].quantity);
    EXPECT_EQ(decoded.readings[i].value, fresh->readings[i].value);
  }
  EXPECT_TRUE(decoded.drops.empty());
  EXPECT_FALSE(decoder.decode_into(bytes(""), memory, decoded));
  EXPECT_TRUE(decoded.readings.empty());
}

TEST(Decoder, WithoutAProfileGivesNothing) {
  const Decoder decoder;
  CounterMemory memory;
  EXPECT_TRUE(decoder.decode(bytes("0102"), memory)->readings.empty());
  EXPECT_TRUE(decoder.quantities().empty());
}

}  // namespace
}  // namespace busbar::profile::test
