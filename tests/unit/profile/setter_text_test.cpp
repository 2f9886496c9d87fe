// Settings of protocols in text: literals, groups of digits, a value beyond the range, bounds of the device.
#include "support/hostile_values.hpp"
#include "unit/profile/support.hpp"
#include "yaml/map_reader.hpp"

namespace busbar::profile {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view profile_text = R"(
profile: texts
protocol: voltronic
manufacturer: Test
model: T
tested: nothing
address: {default: 0, max: 0}
queries:
  state:
    text: QPIRI
    layout: words
    length: {min: 4}
    fields:
      - {key: rating, word: 0, type: decimal, unit: V, range: [0, 100]}
      - {key: frequency, word: 1, type: decimal, unit: Hz, range: [0, 80], precision: 1}
      - {key: limit, word: 2, type: decimal, unit: A, range: [0, 200]}
      - {word: 3, type: letters, bits: [{bit: 0, key: buzzer}]}
  list:
    text: QLIST
    fields:
      - {key: selectable, at: 0, type: text, length: rest}
  flags: {text: P, write: true}
  put: {text: PUT, write: true}
settings:
  buzzer: {kind: switch, write: flags, value: {type: literal}, on: Ea, off: Da, read_back: buzzer}
  clock: {kind: text, write: put, groups: [[0, 99], [1, 12], [1, 31]]}
  color: {kind: text, write: put, groups: [[1, 3], [0, 255], [0, 9, 2]], between: " "}
  frequency: {kind: select, write: put, value: {type: text, width: 2}, options: {"50": 50, "60": 60}, read_back: frequency}
  limit: {kind: number, write: put, value: {type: text, width: 3}, min: 30, max: 150, step: 1, also: 0, bounds: {reading: selectable}, read_back: limit}
  volts: {kind: number, write: put, value: {type: text, width: 3, scale: 0.1}, min: 11, max: 58, step: 0.1, bounds: {reading: rating, ranges: {12: [11, 12.8], 48: [44, 51, 1]}}}
)";

const Profile& texts() {
  static const auto profile = [] {
    yaml::Findings findings;
    auto loaded = load_profile(profile_text, "t.yaml", findings);
    EXPECT_TRUE(findings.empty()) << findings.text();
    return loaded;
  }();
  return *profile;
}

std::string sent(std::string_view key, std::string_view value) {
  const auto write = prepare(texts(), *texts().find_setter(key), value);
  return write ? std::string{write->data.begin(), write->data.end()} : "! " + write.error().detail;
}

TEST(SetterText, ALiteralIsSentAsItStands) {
  EXPECT_EQ(sent("buzzer", "on"), "PEa");
  EXPECT_EQ(sent("buzzer", "off"), "PDa");
  EXPECT_EQ(sent("buzzer", "Ea"), "! 'buzzer' takes one of: on, off; found 'Ea'");
}

TEST(SetterText, GroupsOfDigitsHaveTheirRanges) {
  EXPECT_EQ(sent("clock", "261231"), "PUT261231");
  EXPECT_EQ(sent("clock", "000101"), "PUT000101");
  for (const auto* value : {"261301", "260031", "261132", "261100", "26123", "2612311", "26-12-31",
                            "26 12 31", " 261231", "2612 1", "+61231"})
    EXPECT_THAT(sent("clock", value), HasSubstr("'clock' takes 00-99 01-12 01-31, written together; found"))
        << value;
  EXPECT_EQ(sent("color", "3 160 09"), "PUT3 160 09");
  for (const auto* value :
       {"3160 09", "0 160 09", "3 256 09", "3 160 9", "3 160 10", "3  160 09", "3 160 09 "})
    EXPECT_THAT(sent("color", value), HasSubstr("'color' takes 1-3 000-255 00-09, with ' ' between"))
        << value;
}

TEST(SetterText, OneValueBeyondTheRange) {
  EXPECT_EQ(sent("limit", "0"), "PUT000");
  EXPECT_EQ(sent("limit", "30"), "PUT030");
  EXPECT_EQ(sent("limit", "29"), "! 'limit' takes 30 to 150 in steps of 1, or 0; found '29'");
}

TEST(SetterText, AScaledNumberHasNoPoint) {
  EXPECT_EQ(sent("volts", "45"), "PUT450");
  EXPECT_EQ(sent("volts", "12.8"), "PUT128");
  EXPECT_EQ(sent("volts", "57.9"), "PUT579");
}

TEST(SetterText, AnOptionThatIsANumberIsReadBackAsOne) {
  const Setting& setting = texts().find_setter("frequency")->setting;
  const auto write = prepare(texts(), *texts().find_setter("frequency"), "50");
  EXPECT_TRUE(reads_back(setting, write->expected, Value{50.0}));
  EXPECT_FALSE(reads_back(setting, write->expected, Value{60.0}));
  EXPECT_FALSE(reads_back(setting, write->expected, Value{}));
}

TEST(SetterText, KnowsWhomToAskForItsBounds) {
  EXPECT_EQ(texts().find_setter("limit")->bounds->query, "list");
  EXPECT_TRUE(texts().find_setter("limit")->bounds->ranges.empty());
  EXPECT_EQ(texts().find_setter("volts")->bounds->query, "state");
  EXPECT_EQ(texts().find_setter("volts")->bounds->ranges.size(), 2u);
  EXPECT_FALSE(texts().find_setter("clock")->bounds);
}

TEST(SetterText, NoHostileValueIsTaken) {
  static_assert(std::size(busbar::test::hostile_values) >= 50);
  for (const Setter& setter : texts().setters) {
    for (const std::string_view value : busbar::test::hostile_values) {
      const auto& options = setter.setting.options;
      if (std::ranges::count(options, value) > 0) continue;
      EXPECT_FALSE(prepare(texts(), setter, value))
          << setter.setting.key << " took " << yaml::in_quotes(value);
    }
    EXPECT_FALSE(prepare(texts(), setter, busbar::test::huge_value())) << setter.setting.key;
  }
}

TEST(SetterTextProfile, SaysWhatIsWrong) {
  struct Mistake {
    std::string setting;
    std::string finding;
  };
  const Mistake mistakes[] = {
      {"{kind: text, write: put}", "needs the key 'groups'"},
      {"{kind: text, groups: [[0, 9]]}", "needs the key 'write'"},
      {"{kind: text, write: put, groups: []}", "'groups' lists 1 to 16 numbers"},
      {"{kind: text, write: put, groups: [[9, 0]]}", "'groups' lists"},
      {"{kind: text, write: put, groups: [[0, 10, 1]]}", "'groups' lists"},
      {"{kind: text, write: put, groups: [[0, 1.5]]}", "'groups' lists"},
      {"{kind: text, write: put, groups: [[0, 9]], between: x}", "'between' is a blank, a comma"},
      {"{kind: text, write: put, groups: [[0, 9]], read_back: limit}", "'read_back'"},
      {"{kind: switch, write: put, value: {type: literal}, on: 'a b', off: c}",
       "a literal is 1 to 16 printable"},
      {"{kind: number, write: put, value: {type: literal}, min: 0, max: 1, step: 1}",
       "a number is no literal"},
      {"{kind: number, write: put, value: {type: text, width: 2}, min: 1, max: 9, step: 1, also: 100}",
       "100 does not fit"},
      {"{kind: number, write: put, value: {type: text, width: 2}, min: 1, max: 9, step: 1, bounds: {reading: "
       "nix}}",
       "there is no reading 'nix'"},
      {"{kind: number, write: put, value: {type: text, width: 2}, min: 1, max: 9, step: 1, bounds: {reading: "
       "rating}}",
       "'rating' is no text that could list values"},
      {"{kind: number, write: put, value: {type: text, width: 2}, min: 1, max: 9, step: 1, bounds: {reading: "
       "rating, ranges: {a: [1, 2]}}}",
       "'ranges' maps what the reading says"},
      {"{kind: select, write: put, value: {type: text, width: 2}, options: {a: 1}, read_back: frequency}",
       "reading of another kind"},
  };
  for (const Mistake& mistake : mistakes) {
    const std::string text = std::string{profile_text} + "  wrong: " + mistake.setting + "\n";
    EXPECT_THAT(test::findings_of(text), HasSubstr(mistake.finding)) << mistake.setting;
  }
}

}  // namespace
}  // namespace busbar::profile
