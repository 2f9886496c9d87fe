// Addresses as a person writes them, and what a mask matches.
#include <busbar/protocol/mbus/address.hpp>
#include <busbar/protocol/mbus/timing.hpp>

#include <gtest/gtest.h>

namespace busbar::protocol::mbus {
namespace {

using namespace std::chrono_literals;

Identity identity(std::string_view text) { return parse_secondary_address(text).value(); }

TEST(MbusAddress, IsReadAsItIsWritten) {
  for (const std::string text : {"0", "5", "250", "254", "00000042", "12345678", "1234FFFF", "1A3456EF",
                                 "1234567824400107", "FFFFFFFF2440FFFF"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    std::string upper = to_string(*address);
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(upper, text);
  }
  EXPECT_EQ(parse_address("5")->primary, 5);
  EXPECT_FALSE(parse_address("5")->selection);
  EXPECT_EQ(parse_address("00000042")->selection->id, 0x00000042U) << "eight digits are an id, however small";
  EXPECT_EQ(to_string(*parse_address("4711")), "00004711");
  EXPECT_EQ(to_string(*parse_address("12345678ffffffff")), "12345678");
}

TEST(MbusAddress, SaysWhatItShouldBe) {
  for (const std::string text : {"", "251", "253", "255", "-1", "5 ", "x", "1234567g", "A1", "123456789",
                                 "12345678244001", "12345678244001070"}) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, Errc::bad_value);
    EXPECT_NE(address.error().detail.find("0…250"), std::string::npos);
  }
}

TEST(MbusAddress, MatchesByWholeFieldsAndSingleDigits) {
  const Identity meter = identity("1234567824400107");
  EXPECT_TRUE(matches(any_identity, meter));
  EXPECT_TRUE(matches(meter, meter));
  EXPECT_TRUE(matches(identity("1F3F5F7Fffffffff"), meter));
  EXPECT_TRUE(matches(identity("12345678ffffff07"), meter));
  EXPECT_FALSE(matches(identity("12345679ffffffff"), meter));
  EXPECT_FALSE(matches(identity("FFFFFFFF2441ffff"), meter));
  EXPECT_FALSE(matches(identity("FFFFFFFFffff02ff"), meter));
  EXPECT_FALSE(matches(identity("FFFFFFFFffffff06"), meter));
  EXPECT_FALSE(matches(identity("FFFFFFFFff40ffff"), meter)) << "a manufacturer has no digits to leave open";
}

TEST(MbusAddress, BecomesAQuery) {
  const Query primary = query_to(*parse_address("5"), 1, Bytes{0x50});
  EXPECT_EQ(primary.address, 5U);
  EXPECT_EQ(to_hex(primary.data), "50");
  const Query secondary = query_to(*parse_address("00000042"), 1, Bytes{0x50});
  EXPECT_EQ(secondary.address, 253U);
  EXPECT_EQ(to_hex(secondary.data, ' '), "52 42 00 00 00 ff ff ff ff 50");
}

TEST(MbusTiming, FollowsTheBaudRate) {
  constexpr Timing slow = timing_of(300);
  constexpr Timing usual = timing_of(2400);
  static_assert(usual.idle == 14ms);
  // 330 bits, 50 ms and 100 ms for the converter; 18 bytes there and back.
  EXPECT_EQ(usual.acknowledgement, 288ms + 83ms);
  EXPECT_EQ(usual.telegram, 288ms + 1220ms);
  EXPECT_GT(slow.acknowledgement, usual.acknowledgement + 1s);
  EXPECT_EQ(timing_of(2400, network_slack).acknowledgement, usual.acknowledgement + 300ms);
  EXPECT_EQ(timing_of(2400, network_slack, 2s).acknowledgement, 2083ms) << "a given patience is all there is";
  EXPECT_EQ(timing_of(0).idle, usual.idle);
  EXPECT_GT(usual.readout, 6 * usual.telegram);
}

}  // namespace
}  // namespace busbar::protocol::mbus
