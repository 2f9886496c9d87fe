// Values the device at hand does not take: it is asked for its range or its list before anything is set.
#include "unit/poll/writer_fixture.hpp"

#include <gmock/gmock.h>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace orion = protocol::orion;

constexpr std::string_view profile_text = R"(
profile: tiny
protocol: orion
manufacturer: Test
model: Tiny
tested: nothing
queries:
  state:
    command: 0xFF03
    fields:
      - {key: rating, at: 0, type: u8, unit: V, range: [0, 100]}
      - {key: level, at: 1, type: u8, unit: V, range: [0, 100]}
  list:
    command: 0xFF04
    fields:
      - {key: selectable, at: 0, type: text, length: rest}
  put: {command: 0xFF1C, write: true}
settings:
  level: {kind: number, write: put, value: {type: u8}, min: 1, max: 60, step: 1, also: 0, bounds: {reading: rating, ranges: {24: [22, 26, 1], 48: [44, 51, 1]}}, read_back: level}
  amperes: {kind: number, write: put, value: {type: u8}, min: 1, max: 99, step: 1, bounds: {reading: selectable}}
)";

class WriterBounds : public test::WriterFixture {
 protected:
  WriterBounds() : WriterFixture{profile_text} {
    far_.on_request = [this](const Bytes& asked) {
      if (asked[5] == 0x03 && answers_) far_.deliver(answer_to(asked, {rating_, level_}));
      if (asked[5] == 0x04) far_.deliver(answer_to(asked, {'2', ' ', '1', '0'}));
      if (asked[5] != 0x1C) return;
      level_ = asked[6];
      far_.deliver(frame(orion::acknowledgement, {}, asked[2]));
    };
    begin({"level", "amperes"}, 60);
  }

  std::uint8_t rating_ = 48;
  std::uint8_t level_ = 46;
  bool answers_ = true;
};

TEST_F(WriterBounds, AValueInTheRangeOfTheDeviceIsSet) {
  const auto result = set("level", "45");
  EXPECT_EQ(result.verdict, Verdict::accepted) << result.detail;
  EXPECT_EQ(result.read_back, "45");
  EXPECT_THAT(sent(), ElementsAre(0x03, 0x1C, 0x03)) << "asked, set, read back";
}

TEST_F(WriterBounds, AnotherIsRefusedAndNotSent) {
  rating_ = 24;
  const auto result = set("level", "45");
  EXPECT_EQ(result.verdict, Verdict::refused);
  EXPECT_TRUE(result.invalid);
  EXPECT_EQ(result.detail, "level: with a rating of 24 the device takes 22 to 26 in steps of 1");
  EXPECT_THAT(sent(), ElementsAre(0x03));
}

TEST_F(WriterBounds, TheOneValueBeyondTheRangeNeedsNoQuestion) {
  EXPECT_EQ(set("level", "0").verdict, Verdict::accepted);
  EXPECT_THAT(sent(), ElementsAre(0x1C, 0x03));
}

TEST_F(WriterBounds, WithoutAnAnswerNothingIsSet) {
  answers_ = false;
  const auto result = set("level", "45");
  EXPECT_EQ(result.verdict, Verdict::refused);
  EXPECT_FALSE(result.invalid) << "it may be a value";
  EXPECT_THAT(result.detail, HasSubstr("which values the device takes could not be asked: timeout"));
  EXPECT_THAT(sent(), ::testing::Each(0x03));
}

TEST_F(WriterBounds, TheListOfTheDeviceHolds) {
  EXPECT_EQ(set("amperes", "10").verdict, Verdict::accepted);
  const auto result = set("amperes", "20");
  EXPECT_EQ(result.verdict, Verdict::refused);
  EXPECT_THAT(result.detail, HasSubstr("the device itself lists 2, 10"));
}

TEST_F(WriterBounds, EveryVerdictIsCounted) {
  (void)set("level", "45");
  (void)set("level", "60");
  (void)set("level", "sixty");
  const auto health = poller_->health();
  EXPECT_TRUE(health.writable);
  EXPECT_EQ(health.writes[static_cast<std::size_t>(Verdict::accepted)], 1u);
  EXPECT_EQ(health.writes[static_cast<std::size_t>(Verdict::refused)], 2u);
}

}  // namespace
}  // namespace busbar::poll
