// Hexadecimal text as people write and read it.
#include <busbar/model/bytes.hpp>

#include <gtest/gtest.h>

namespace busbar {
namespace {

TEST(Hex, PrintsLowerCaseWithTheSeparator) {
  const Bytes bytes{0xEA, 0xD1, 0x01, 0x0F};
  EXPECT_EQ(to_hex(bytes), "ead1010f");
  EXPECT_EQ(to_hex(bytes, ' '), "ea d1 01 0f");
  EXPECT_EQ(to_hex({}), "");
  EXPECT_EQ(to_hex({}, ' '), "");
  EXPECT_EQ(to_hex(Bytes{0x00}, ':'), "00");
}

TEST(Hex, ReadsTheFormsPeopleUse) {
  const Bytes expected{0xEA, 0xD1, 0x01};
  for (const auto* text :
       {"ead101", "EAD101", "ea d1 01", "EA:d1-01", "0xea,0xD1, 0X01", " ea\td1\r\n01 ", "0xead101"})
    EXPECT_EQ(from_hex(text), expected) << text;
}

TEST(Hex, EmptyTextIsNoBytes) {
  EXPECT_EQ(from_hex(""), Bytes{});
  EXPECT_EQ(from_hex(" \n"), Bytes{});
}

TEST(Hex, RefusesWhatIsNoByte) {
  for (const auto* text :
       {"e", "ead", "ea d", "e a", "eg", "0x", "0xe", "0x 12", "zz", "ea;d1", "ea\xC3\xA9", "x12"})
    EXPECT_EQ(from_hex(text), std::nullopt) << text;
}

TEST(Hex, EveryByteSurvivesTheRoundTrip) {
  Bytes all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<std::uint8_t>(value));
  EXPECT_EQ(from_hex(to_hex(all)), all);
  EXPECT_EQ(from_hex(to_hex(all, '-')), all);
}

}  // namespace
}  // namespace busbar
