// Who an M-Bus slave is: letters, digits and the eight bytes on the wire, back and forth.
#include <busbar/protocol/mbus/telegram.hpp>

#include <gtest/gtest.h>

#include <string>

namespace busbar::protocol::mbus {
namespace {

TEST(MbusIdentityTest, LettersOfManufacturersThereAndBack) {
  for (const std::string_view letters :
       {"ABB", "ACW", "EFE", "ELS", "KAM", "LUG", "PAD", "SEN", "ZRM", "AAA", "ZZZ"}) {
    const auto code = manufacturer_code(letters);
    ASSERT_TRUE(code) << letters;
    EXPECT_EQ(manufacturer_text(*code), letters);
    // A set bit 15 says that the address is not unique; the letters are the same.
    EXPECT_EQ(manufacturer_text(static_cast<std::uint16_t>(*code | 0x8000)), letters);
  }
}

TEST(MbusIdentityTest, WhatSpellsNoLettersIsShownAsANumber) {
  EXPECT_EQ(manufacturer_text(0x0000), "0000");
  EXPECT_EQ(manufacturer_text(0xFFFF), "ffff");
  for (const std::string_view text : {"", "AB", "ABCD", "AB1", "A B", "äb"})
    EXPECT_FALSE(manufacturer_code(text));
}

TEST(MbusIdentityTest, TheWireThereAndBack) {
  const Identity identity{.id = 0x12345678, .manufacturer = 0x4024, .version = 1, .medium = 7};
  const auto wire = to_wire(identity);
  EXPECT_EQ(to_hex(wire, ' '), "78 56 34 12 24 40 01 07");
  EXPECT_EQ(identity_from_wire(wire), identity);
  EXPECT_EQ(parse_secondary_address(secondary_address(identity)), identity);
}

TEST(MbusIdentityTest, HexadecimalDigitsOfOddMetersStay) {
  EXPECT_EQ(id_text(0x0500023E), "0500023e");
  EXPECT_EQ(id_text(0xFFFFFFFF), "ffffffff");
  EXPECT_EQ(parse_secondary_address("0500023e24400107")->id, 0x0500023EU);
  EXPECT_FALSE(parse_secondary_address(""));
  EXPECT_FALSE(parse_secondary_address("0500023e2440010"));
}

}  // namespace
}  // namespace busbar::protocol::mbus
