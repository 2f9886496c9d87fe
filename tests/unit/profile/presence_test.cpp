// Where fields lie when others are absent, repeated or shorter: positions, counts, optional tails, lengths.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

constexpr const char* probes =
    "      - type: flags\n"
    "        at: 0\n"
    "        bits:\n"
    "          - {bit: 0, key: has_mos, internal: true}\n"
    "          - {bit: 1, key: has_ambient, internal: true}\n"
    "      - {key: n, at: 1, type: u8, internal: true}\n"
    "      - {key: \"cell_{index}\", at: 2, type: u8, range: [0, 255],\n"
    "         repeat: {count: n, minus: [has_mos, has_ambient], max: 4, family: cell, label: cell}}\n"
    "      - {key: mos, after: cell, when: has_mos, type: u8, range: [0, 255]}\n"
    "      - {key: ambient, after: mos, when: has_ambient, type: u8, range: [0, 255]}\n"
    "      - {key: version, after: ambient, skip: 1, type: u8, range: [0, 255]}\n";

struct ProbeCase {
  const char* payload;
  const char* cell_1;
  const char* cell_2;
  const char* mos;
  const char* ambient;
};
void PrintTo(const ProbeCase& one, std::ostream* out) { *out << one.payload; }

class Probes : public testing::TestWithParam<ProbeCase> {};

TEST_P(Probes, LieWhereFlagsAndCountPutThem) {
  const auto& expected = GetParam();
  const auto profile = with_fields(probes);
  const auto decoded = decode(*profile, expected.payload);
  EXPECT_EQ(value(decoded, "cell_1"), expected.cell_1);
  EXPECT_EQ(value(decoded, "cell_2"), expected.cell_2);
  EXPECT_EQ(value(decoded, "mos"), expected.mos);
  EXPECT_EQ(value(decoded, "ambient"), expected.ambient);
  EXPECT_EQ(value(decoded, "version"), "99");
}

INSTANTIATE_TEST_SUITE_P(Combinations, Probes,
                         testing::Values(ProbeCase{"00 00 ee 63", "absent", "absent", "absent", "absent"},
                                         ProbeCase{"00 01 01 ee 63", "1", "absent", "absent", "absent"},
                                         ProbeCase{"00 02 01 02 ee 63", "1", "2", "absent", "absent"},
                                         ProbeCase{"01 02 01 02 ee 63", "1", "absent", "2", "absent"},
                                         ProbeCase{"02 02 01 02 ee 63", "1", "absent", "absent", "2"},
                                         ProbeCase{"03 02 01 02 ee 63", "absent", "absent", "1", "2"},
                                         ProbeCase{"03 04 01 02 03 04 ee 63", "1", "2", "3", "4"}));

TEST(Repeat, RefusesACountThatContradictsItsFlags) {
  const auto profile = with_fields(probes);
  const auto decoded = decode(*profile, "03 01 01 02 ee 63");
  EXPECT_EQ(refusal(decoded), Errc::bad_value);
  EXPECT_EQ(decoded.error().detail,
            "cell would have -1 elements: its count and the flags contradict each other");
}

TEST(Repeat, RefusesMoreThanTheProfileKnows) {
  const auto profile = with_fields(probes);
  const auto decoded = decode(*profile, "00 05 01 02 03 04 05 ee 63");
  EXPECT_EQ(refusal(decoded), Errc::bad_length);
  EXPECT_EQ(decoded.error().detail, "5 elements of cell, at most 4 expected");
}

TEST(Repeat, RefusesACountThePayloadCannotHold) {
  EXPECT_EQ(refusal(decode(*with_fields(probes), "00 04 01 02 03")), Errc::short_payload);
}

TEST(Repeat, OfTheRestTakesWholeElementsOnly) {
  const auto profile = with_fields(
      "      - {key: \"v{index}\", at: 1, type: u16, range: [0, 65535],\n"
      "         repeat: {count: rest, max: 3, family: v, label: cell}}\n");
  EXPECT_EQ(value(decode(*profile, "00 0001 0002"), "v2"), "2");
  EXPECT_EQ(value(decode(*profile, "00"), "v1"), "absent");
  EXPECT_EQ(refusal(decode(*profile, "00 0001 00")), Errc::bad_length);
  EXPECT_EQ(refusal(decode(*profile, "00 0001 0002 0003 0004")), Errc::bad_length);
}

TEST(Repeat, OfAFixedCountNeedsThemAll) {
  const auto profile = with_fields(
      "      - {key: \"v_{index:03}\", at: 0, type: u8, range: [0, 255],\n"
      "         repeat: {count: 2, family: v, label: cell}}\n");
  const auto decoded = decode(*profile, "07 08");
  EXPECT_EQ(value(decoded, "v_001"), "7");
  EXPECT_EQ(value(decoded, "v_002"), "8");
  EXPECT_EQ(refusal(decode(*profile, "07")), Errc::short_payload);
}

TEST(Repeat, NumbersItsQuantities) {
  const auto profile = with_fields(
      "      - {key: \"cell_{index:02}_voltage\", name: \"Cell {index} voltage\", at: 0, type: u8, range: "
      "[0, 255],\n"
      "         repeat: {count: rest, max: 12, family: cell_voltage, label: cell}}\n");
  const auto& all = profile->queries[0].decoder.quantities();
  ASSERT_EQ(all.size(), 12U);
  EXPECT_EQ(all[2]->key, "cell_03_voltage");
  EXPECT_EQ(all[2]->name, "Cell 3 voltage");
  EXPECT_EQ(all[2]->family, "cell_voltage");
  EXPECT_EQ(all[2]->index_label, "cell");
  EXPECT_EQ(all[2]->index, 3);
  EXPECT_EQ(all[11]->key, "cell_12_voltage");
}

TEST(Repeat, CountsADeclarationThatIsNotMetAsAnomaly) {
  const auto profile = with_fields(
      "      - {key: declared, at: 0, type: u8, internal: true}\n"
      "      - {key: total, at: 1, type: u8, internal: true}\n"
      "      - {key: \"v{index}\", at: 2, type: u8, range: [0, 255],\n"
      "         repeat: {count: rest, max: 9, expect: [declared, total], family: v, label: cell}}\n");
  EXPECT_TRUE(decode(*profile, "02 09 01 02")->anomalies.empty());
  EXPECT_TRUE(decode(*profile, "01 02 01 02")->anomalies.empty());
  const auto decoded = decode(*profile, "03 03 01 02");
  EXPECT_EQ(value(decoded, "v2"), "2");
  EXPECT_THAT(decoded->anomalies, testing::ElementsAre("v: 2 carried, 3 declared"));
  EXPECT_THAT(decode(*profile, "03 03")->anomalies, testing::ElementsAre("v: 0 carried, 3 declared"));
}

constexpr const char* tail =
    "      - {key: a, at: 0, type: u8, range: [0, 255]}\n"
    "      - {key: b, at: 1, type: u16, optional: true, range: [0, 65535]}\n"
    "      - {key: c, after: b, type: u8, optional: true, range: [0, 255]}\n";

TEST(Optional, FieldsMayLieBeyondTheEnd) {
  const auto profile = with_fields(tail);
  EXPECT_EQ(value(decode(*profile, "01"), "b"), "absent");
  EXPECT_EQ(value(decode(*profile, "01 02"), "b"), "absent");
  EXPECT_EQ(value(decode(*profile, "01 0203"), "b"), "515");
  EXPECT_EQ(value(decode(*profile, "01 0203"), "c"), "absent");
  EXPECT_EQ(value(decode(*profile, "01 0203 04"), "c"), "4");
  EXPECT_EQ(refusal(decode(*profile, "")), Errc::short_payload);
}

TEST(Optional, FieldsAreNotGuaranteed) {
  const auto profile = with_fields(std::string{tail} + "      - {key: d, at: 0, type: u8, range: [0, 9]}\n");
  const Decoder& decoder = profile->queries[0].decoder;
  const auto& all = decoder.quantities();
  EXPECT_TRUE(decoder.guaranteed(*all[0]));
  EXPECT_FALSE(decoder.guaranteed(*all[1]));
  EXPECT_FALSE(decoder.guaranteed(*all[2]));
  EXPECT_TRUE(decoder.guaranteed(*all[3]));
  const Quantity foreign;
  EXPECT_FALSE(decoder.guaranteed(foreign));
}

TEST(Length, BoundsRefuseThePayload) {
  const auto profile = compile(
      "    length: {min: 2, max: 3}\n    fields:\n"
      "      - {key: a, at: 0, type: u8, range: [0, 255]}\n");
  EXPECT_EQ(refusal(decode(*profile, "01")), Errc::short_payload);
  EXPECT_EQ(refusal(decode(*profile, "01 02")), std::nullopt);
  const auto decoded = decode(*profile, "01 02 03 04");
  EXPECT_EQ(refusal(decoded), Errc::bad_length);
  EXPECT_EQ(decoded.error().detail, "payload of 4 bytes, at most 3 expected");
  EXPECT_EQ(decoded.error().bytes, bytes("01020304"));
  EXPECT_EQ(profile->queries[0].request.max_payload, 3U);
}

TEST(Length, TrailingBytesMustBeAsManyAsSaid) {
  const auto profile = compile(
      "    length: {trailing: 1}\n    fields:\n"
      "      - {key: n, at: 0, type: u8, internal: true}\n"
      "      - {key: \"v{index}\", at: 1, type: u8, range: [0, 255],\n"
      "         repeat: {count: n, max: 9, family: v, label: cell}}\n");
  EXPECT_EQ(refusal(decode(*profile, "02 01 02 ee")), std::nullopt);
  EXPECT_EQ(refusal(decode(*profile, "02 01 02")), Errc::bad_length);
  EXPECT_EQ(refusal(decode(*profile, "02 01 02 ee ee")), Errc::bad_length);
}

TEST(Verify, RefusesAPayloadWithAnotherConstant) {
  const auto profile = compile(
      "    verify: {0: 0x01, 3: 2}\n    fields:\n"
      "      - {key: a, at: 1, type: u8, range: [0, 255]}\n");
  EXPECT_EQ(value(decode(*profile, "01 07 00 02"), "a"), "7");
  const auto decoded = decode(*profile, "01 07 00 03");
  EXPECT_EQ(refusal(decoded), Errc::bad_constant);
  EXPECT_EQ(decoded.error().detail, "byte at offset 3 is 03, in this layout it is always 02");
  EXPECT_EQ(refusal(decode(*profile, "01 07 00")), Errc::short_payload);
}

}  // namespace
}  // namespace busbar::profile::test
