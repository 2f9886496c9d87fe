// The closed list of transforms: meaning, exactness, order, and what is refused.
#include "profile/transform.hpp"

#include "model/value_text.hpp"
#include "unit/profile/support.hpp"

#include <cmath>

namespace busbar::profile::test {
namespace {

double run(std::string_view text, double value) {
  std::string reason;
  const auto transform = parse_transform(text, reason);
  EXPECT_TRUE(transform) << reason;
  return transform ? apply(*transform, value) : std::nan("");
}

std::string refused(std::string_view text) {
  std::string reason;
  EXPECT_FALSE(parse_transform(text, reason)) << text;
  return reason;
}

TEST(Transform, EachDoesWhatItsNameSays) {
  EXPECT_EQ(run("abs", -3), 3);
  EXPECT_EQ(run("scale:2.5", 4), 10);
  EXPECT_EQ(run("scale:-1", 4), -4);
  EXPECT_EQ(run("minus:40", 59), 19);
  EXPECT_EQ(run("offset:40", -59), -19);
  EXPECT_EQ(run("offset:-0.5", 1), 0.5);
  EXPECT_EQ(run("bitmask:0x0F", 0xA5), 5);
  EXPECT_EQ(run("bitmask:15", 0xA5), 5);
  EXPECT_EQ(run("shift:4", 0xA5), 10);
  EXPECT_EQ(run("shift:-4", 1), 16);
  EXPECT_EQ(run("clamp:0:100", 101), 100);
  EXPECT_EQ(run("clamp:0:100", -1), 0);
  EXPECT_EQ(run("clamp:-5:5", 3), 3);
}

TEST(Transform, ScalingByADecimalFractionIsExact) {
  for (int raw = 0; raw <= 65535; ++raw) {
    ASSERT_EQ(number_text(run("scale:0.001", raw)), number_text(std::stod(std::to_string(raw) + "e-3")));
  }
  EXPECT_EQ(run("scale:0.1", 3), 0.3);
  EXPECT_EQ(run("scale:0.01", 1324), 13.24);
}

TEST(Transform, NeverLeavesTheNumbersOnExtremes) {
  for (const char* text :
       {"abs", "bitmask:0xFFFFFFFF", "shift:-31", "shift:31", "clamp:0:1", "minus:1e300"}) {
    for (const double value : {0.0, -0.0, 1e300, -1e300, 4294967295.0, -2147483648.0}) {
      EXPECT_FALSE(std::isnan(run(text, value))) << text << " of " << value;
    }
  }
}

TEST(Transform, IsNamedAsItWasWritten) {
  for (const char* text : {"abs", "scale:0.001", "scale:2.5", "minus:40", "offset:-3", "bitmask:15",
                           "shift:-4", "clamp:0:100"}) {
    std::string reason;
    EXPECT_EQ(to_string(parse_transform(text, reason).value()), text);
  }
}

TEST(Transform, RefusalsSayWhatIsExpected) {
  EXPECT_EQ(
      refused("scal:2"),
      "unknown transform 'scal', expected abs, scale:X, minus:X, offset:X, bitmask:X, shift:X, fold:X or "
      "clamp:min:max");
  EXPECT_EQ(refused("scale"), "'scale': scale takes 1 number");
  EXPECT_EQ(refused("scale:"), "'scale:': '' is not a number");
  EXPECT_EQ(refused("scale:1:2"), "'scale:1:2': scale takes 1 number");
  EXPECT_EQ(refused("abs:1"), "'abs:1': abs takes 0 numbers");
  EXPECT_EQ(refused("clamp:1"), "'clamp:1': clamp takes 2 numbers");
  EXPECT_EQ(refused("clamp:5:1"), "'clamp:5:1': clamp:min:max has its minimum above its maximum");
  EXPECT_EQ(refused("minus:x"), "'minus:x': 'x' is not a number");
  EXPECT_EQ(refused("scale:nan"), "'scale:nan': 'nan' is not a number");
  EXPECT_EQ(refused("scale:inf"), "'scale:inf': 'inf' is not a number");
  EXPECT_EQ(refused("scale:0"), "'scale:0': scale:0 would make every value 0");
  EXPECT_EQ(refused("shift:32"), "'shift:32': a shift is a whole number of bits from -31 to 31");
  EXPECT_EQ(refused("bitmask:0"), "'bitmask:0': a bitmask is a whole number from 1 to 0xFFFFFFFF");
  EXPECT_EQ(refused("bitmask:1.5"), "'bitmask:1.5': a bitmask is a whole number from 1 to 0xFFFFFFFF");
}

TEST(Transform, ListIsAppliedInItsOrder) {
  const auto profile = with_fields(
      "      - {key: a, at: 0, type: u8, transform: [minus:40, scale:0.5], range: [-99, 999]}\n"
      "      - {key: b, at: 0, type: u8, transform: [scale:0.5, minus:40], range: [-99, 999]}\n"
      "      - {key: c, at: 0, type: u8, transform: [bitmask:0xF0, shift:4, clamp:0:5], range: [0, 99]}\n"
      "      - {key: d, at: 0, type: s8, transform: abs, range: [0, 128]}\n");
  const auto decoded = decode(*profile, "9c");
  EXPECT_EQ(value(decoded, "a"), "58.0");
  EXPECT_EQ(value(decoded, "b"), "38.0");
  EXPECT_EQ(value(decoded, "c"), "5");
  EXPECT_EQ(value(decoded, "d"), "100");
}

TEST(Transform, OverflowIsDroppedNotPublished) {
  const auto profile = with_fields(
      "      - {key: a, at: 0, type: u8, transform: [scale:1e300, scale:1e300], range: [0, 1e308]}\n");
  EXPECT_EQ(value(decode(*profile, "05"), "a"), "dropped: inf is outside 0…1e+308");
  EXPECT_EQ(value(decode(*profile, "00"), "a"), "0");
}

}  // namespace
}  // namespace busbar::profile::test
