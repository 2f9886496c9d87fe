// Values as devices write them; what is not exactly that is no value.
#include "profile/written.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace busbar::profile {
namespace {

Written read(Notation notation, std::string_view text) {
  return read_written(notation, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}
bool bad(Notation notation, std::string_view text) {
  return read(notation, text).state == Written::State::bad;
}

TEST(WrittenDecimal, TakesWhatDevicesWrite) {
  EXPECT_EQ(read(Notation::decimal, "230.6").number, 230.6);
  EXPECT_EQ(read(Notation::decimal, "00069").number, 69);
  EXPECT_EQ(read(Notation::decimal, "-1579").number, -1579);
  EXPECT_EQ(read(Notation::decimal, "+00.5").number, 0.5);
  EXPECT_EQ(static_cast<std::int64_t>(read(Notation::decimal, "-3").raw), -3);
}

TEST(WrittenDecimal, TakesNothingElse) {
  for (const auto* text :
       {"", " 1", "1 ", "1.2.3", "--1", "+-1", "1e3", "0x10", "nan", "inf", "12\x38\x01", "1,5", "a"})
    EXPECT_TRUE(bad(Notation::decimal, text)) << text;
}

TEST(Written, DashesMeanNotAvailable) {
  for (const auto notation : {Notation::decimal, Notation::hexadecimal, Notation::bitstring}) {
    for (const auto* text : {"-", "---", "---.-", "--.--"})
      EXPECT_EQ(read(notation, text).state, Written::State::unavailable) << text;
    EXPECT_NE(read(notation, "...").state, Written::State::unavailable);
  }
}

TEST(WrittenHexadecimal, WithAndWithoutPrefix) {
  EXPECT_EQ(read(Notation::hexadecimal, "0x00000102").raw, 0x102U);
  EXPECT_EQ(read(Notation::hexadecimal, "A389").raw, 0xA389U);
  for (const auto* text : {"", "0x", "G", "0x1 ", "-1", "1234567890ABC"})
    EXPECT_TRUE(bad(Notation::hexadecimal, text)) << text;
}

TEST(WrittenBitstring, TheLeftmostCharacterIsBitZero) {
  const Written bits = read(Notation::bitstring, "01001");
  EXPECT_EQ(bits.raw, 0b10010U);
  EXPECT_EQ(bits.known, 0b11111U);
  EXPECT_EQ(read(Notation::bitstring, "1070").known, 0b1011U) << "a digit of a code is no bit";
  EXPECT_TRUE(bad(Notation::bitstring, "01x"));
  EXPECT_TRUE(bad(Notation::bitstring, ""));
  EXPECT_TRUE(bad(Notation::bitstring, std::string(65, '0')));
}

TEST(WrittenOnOff, InAnyCase) {
  EXPECT_EQ(read(Notation::onoff, "ON").raw, 1U);
  EXPECT_EQ(read(Notation::onoff, "Off").raw, 0U);
  for (const auto* text : {"", "O", "OFFF", "1", "yes"}) EXPECT_TRUE(bad(Notation::onoff, text)) << text;
}

TEST(WrittenLetters, SayWhatIsOnAndWhatIsOff) {
  const Written flags = read(Notation::letters, "EakDjx");
  EXPECT_EQ(flags.raw, 1U << 0 | 1U << 10);
  EXPECT_EQ(flags.known, 1U << 0 | 1U << 10 | 1U << 9 | 1U << 23);
  for (const auto* text : {"", "ak", "Ea1", "EaDa"}) EXPECT_TRUE(bad(Notation::letters, text)) << text;
}

}  // namespace
}  // namespace busbar::profile
