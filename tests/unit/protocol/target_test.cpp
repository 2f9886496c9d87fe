// Addresses of devices as text, for all protocols.
#include <busbar/protocol/target.hpp>

#include <gtest/gtest.h>

namespace busbar::protocol {
namespace {

TEST(Target, IsANumberInMostProtocols) {
  EXPECT_TRUE(parse_target("orion", "5").value() == (Target{.address = 5}));
  for (const std::string text : {"", "x", "-1", "5 ", "12345678F", "99999999999"}) {
    const auto target = parse_target("daly", text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().detail, "addresses of the protocol daly are numbers");
  }
  EXPECT_FALSE(has_targets("orion"));
  EXPECT_TRUE(has_targets("mbus"));
}

TEST(Target, MayBeDigitsOfAMeter) {
  EXPECT_TRUE(parse_target("mbus", "5").value() == (Target{.address = 5}));
  EXPECT_TRUE(parse_target("mbus", "12345678").value() == (Target{.address = 12345678}))
      << "as it always was";
  EXPECT_TRUE(parse_target("mbus", "4711").value() == (Target{.address = 4711}));
  EXPECT_EQ(to_hex(parse_target("mbus", "00000042")->prefix), "5242000000ffffffff");
  EXPECT_FALSE(parse_target("mbus", "251"));
  EXPECT_FALSE(parse_target("mbus", ""));
}

TEST(ExchangeTime, FollowsTheWireOfMeters) {
  using namespace std::chrono_literals;
  EXPECT_FALSE(exchange_time("orion", 9600, true)) << "profiles know";
  const auto usual = exchange_time("mbus", 0, false).value();
  EXPECT_EQ(usual, exchange_time("mbus", 2400, false));
  EXPECT_EQ(usual, 9419ms);
  EXPECT_EQ(exchange_time("mbus", 2400, true), 11519ms);
  EXPECT_EQ(exchange_time("mbus", 300, false), 45s) << "more would be taken for a poll that hangs";
}

TEST(Target, IsShownAsItWasWritten) {
  for (const std::string text : {"5", "12345678", "00000042", "1234567824400107", "1a34567f"})
    EXPECT_EQ(target_text(*parse_target("mbus", text)), text);
}

}  // namespace
}  // namespace busbar::protocol
