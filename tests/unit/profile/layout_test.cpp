// Payloads without offsets: words, lines of label and value, values behind tags.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

using testing::HasSubstr;

Result<Decoded> decode_text(const Profile& profile, std::string_view text) {
  CounterMemory memory;
  return profile.find("poll")->decoder.decode(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, memory);
}

const Profile& words() {
  static const auto profile = compile(
      "    layout: words\n    length: {min: 2, max: 4}\n    fields:\n"
      "      - {key: volts, word: 0, type: decimal, precision: 1, unit: V, range: [0, 300]}\n"
      "      - {key: mode, word: 1, type: text, enum: {L: line, B: battery}}\n"
      "      - {word: 2, type: bitstring, bits: [{bit: 0, key: first}, {bit: 9, key: tenth}]}\n"
      "      - {key: id, word: 3, type: text, length: 4-6}\n");
  return *profile;
}

TEST(LayoutWords, AreFoundByTheirNumber) {
  const auto decoded = decode_text(words(), "230.6 L 10000000001 AB12");
  EXPECT_EQ(value(decoded, "volts"), "230.6 V");
  EXPECT_EQ(value(decoded, "mode"), "line");
  EXPECT_EQ(value(decoded, "first"), "true");
  EXPECT_EQ(value(decoded, "tenth"), "false");
  EXPECT_EQ(value(decoded, "id"), "AB12");
}

TEST(LayoutWords, MayBeFewerOrNotAvailable) {
  const auto decoded = decode_text(words(), "---.- B ");
  EXPECT_EQ(value(decoded, "volts"), "null");
  EXPECT_EQ(value(decoded, "mode"), "battery");
  EXPECT_EQ(value(decoded, "first"), "absent");
  EXPECT_EQ(value(decode_text(words(), "1 B 1"), "tenth"), "absent") << "the row of bits is shorter";
}

TEST(LayoutWords, RefuseOtherNumbersOfWordsAndLostOnes) {
  EXPECT_EQ(refusal(decode_text(words(), "230.6")), Errc::bad_length);
  EXPECT_EQ(refusal(decode_text(words(), "1 L 1 1234 5")), Errc::bad_length);
  EXPECT_EQ(refusal(decode_text(words(), "230.6  L")), Errc::bad_value);
}

TEST(LayoutWords, DropWhatIsNoValue) {
  const auto decoded = decode_text(words(), "23O.6 X 1x ABC");
  EXPECT_EQ(value(decoded, "volts"), "dropped: '23O.6' is not decimal");
  EXPECT_THAT(value(decoded, "mode"), HasSubstr("'X' has no name"));
  EXPECT_EQ(value(decoded, "first"), "absent");
  EXPECT_THAT(value(decoded, "id"), HasSubstr("shorter or longer"));
  EXPECT_THAT(value(decode_text(words(), "301 L"), "volts"), HasSubstr("outside"));
}

TEST(LayoutWords, HaveNoNameForWhatIsNoCode) {
  const auto profile = compile(
      "    layout: words\n    fields:\n      - {key: mode, word: 0, type: decimal, enum: {1: line, 2: "
      "battery}}\n");
  EXPECT_EQ(value(decode_text(*profile, "1"), "mode"), "line");
  EXPECT_EQ(value(decode_text(*profile, "2.0"), "mode"), "battery");
  EXPECT_THAT(value(decode_text(*profile, "1.5"), "mode"), HasSubstr("code 1.5 has no name"));
  const std::string endless(50, '9');  // more than any integer
  EXPECT_THAT(value(decode_text(*profile, endless), "mode"), HasSubstr("has no name"));
}

TEST(LayoutWords, MayStandAsTheyAreWhereTheyHaveNoName) {
  const auto profile = compile(
      "    layout: words\n    fields:\n      - {key: product, word: 0, type: text, length: 3-6, enum: "
      "{\"0x203\": BMV, "
      "\"*\": \"*\"}}\n");
  EXPECT_EQ(value(decode_text(*profile, "0x203"), "product"), "BMV");
  EXPECT_EQ(value(decode_text(*profile, "0xFFFF"), "product"), "0xFFFF");
  EXPECT_THAT(value(decode_text(*profile, "0x"), "product"), HasSubstr("shorter or longer"));
  const Quantity& quantity = *profile->find("poll")->decoder.quantities().front();
  EXPECT_EQ(quantity.kind, Kind::text);
  EXPECT_TRUE(quantity.options.empty()) << "nobody knows all that may come";
}

TEST(LayoutLabels, AreFoundByTheirLabelInAnyOrder) {
  const auto profile = compile(
      "    layout: labels\n    fields:\n"
      "      - {key: volts, label: V, type: decimal, transform: [scale:0.001], unit: V, range: [0, 99]}\n"
      "      - {label: Alarm, type: onoff, bits: [{bit: 0, key: alarm}]}\n");
  const auto decoded = decode_text(*profile, "\r\nAlarm\tON\r\nX\t9\r\nV\t12800\r\nV\t1");
  EXPECT_EQ(value(decoded, "volts"), "12.800 V");
  EXPECT_EQ(value(decoded, "alarm"), "true");
  EXPECT_EQ(value(decode_text(*profile, "\r\nX\t9"), "volts"), "absent");
  EXPECT_EQ(refusal(decode_text(*profile, "V\t12800")), Errc::bad_value);
  EXPECT_EQ(refusal(decode_text(*profile, "\r\nV12800")), Errc::bad_value);
}

TEST(LayoutTags, AreFoundByTheirTagAndHaveTheLengthTheTagTells) {
  const auto profile = compile(
      "    layout: tags\n    tags: {0x79: prefixed, 0x80: 2, 0x85: 1}\n    fields:\n"
      "      - {key: soc, tag: 0x85, type: u8, unit: \"%\", range: [0, 100]}\n"
      "      - {key: \"cell_{index}\", name: \"Cell {index}\", tag: 0x79, type: u24, transform: "
      "[bitmask:0xFFFF],\n"
      "         range: [0, 9999], repeat: {count: rest, max: 8, family: cell, label: cell}}\n");
  const auto decoded = decode(*profile, "79 06 01 0e ed 02 0e fa 80 85 85 85 32 ff 01 02");
  EXPECT_EQ(value(decoded, "soc"), "50 %");
  EXPECT_EQ(value(decoded, "cell_1"), "3821");
  EXPECT_EQ(value(decoded, "cell_2"), "3834");
  EXPECT_EQ(refusal(decode(*profile, "79 06 01 0e")), Errc::bad_value);
  EXPECT_EQ(value(decode(*profile, "80 00 1d"), "soc"), "absent");
}

TEST(LayoutFaults, AreNamedWithTheirPlace) {
  EXPECT_THAT(faults("    layout: words\n    fields:\n      - {key: a, at: 0, type: u8, range: [0, 9]}\n"),
              HasSubstr("does not suit the layout"));
  EXPECT_THAT(faults("    layout: words\n    fields:\n      - {key: a, word: 0, type: u8, range: [0, 9]}\n"),
              HasSubstr("the type of this field does not suit"));
  EXPECT_THAT(faults("    fields:\n      - {key: a, at: 0, type: decimal, range: [0, 9]}\n"),
              HasSubstr("the type of this field does not suit"));
  EXPECT_THAT(faults("    layout: tags\n    tags: {0x80: 2}\n    fields:\n      - {key: a, tag: 0x80, type: "
                     "u8, range: [0, 9]}\n"),
              HasSubstr("another size, or none"));
  EXPECT_THAT(faults("    layout: tags\n    tags: {0x80: 0}\n    fields: []\n"),
              HasSubstr("an entry of 'tags'"));
}

}  // namespace
}  // namespace busbar::profile::test
