// What can be set: every value there is becomes the right bytes, and nothing else becomes any.
#include "unit/profile/support.hpp"
#include "yaml/map_reader.hpp"

namespace busbar::profile {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One setting of each kind and form, on commands of the Orion protocol that take any data.
constexpr std::string_view settings_text = R"(
profile: settable
protocol: orion
manufacturer: Test
model: S
tested: nothing
queries:
  state:
    command: 0xFF03
    fields:
      - {type: flags, at: 0, bits: [{bit: 0, key: output}]}
      - {key: limit, at: 1, type: u16, transform: [scale:0.1], unit: A, range: [0, 100]}
      - {key: source, at: 3, type: u8, enum: {0: grid first, 1: solar}}
  set_limit: {command: 0xFF19, write: true, data: "aa"}
  set_text: {command: 0xFF1A, write: true, data: "50 42 43 56"}
  set_source: {command: 0xFF1B, write: true, data: "01 00 02", repeatable: true}
  restart: {command: 0xFF1C, write: true, description: Starts anew.}
settings:
  limit: {kind: number, write: set_limit, value: {type: u16, scale: 0.1}, min: 0, max: 30, step: 0.5, unit: A, read_back: limit}
  trim: {kind: number, write: set_text, value: {type: text, width: 4, decimals: 1}, min: 1.5, max: 58.4, step: 0.1}
  source: {kind: select, write: set_source, value: {type: u8, at: 1}, options: {grid first: 0, solar: 1}, read_back: source}
  output: {kind: switch, write: set_source, value: {type: s8, at: 2}, on: 1, off: -1, read_back: output}
  again: {kind: button, press: restart}
)";

const Profile& settable() {
  static const auto profile = [] {
    yaml::Findings findings;
    auto loaded = load_profile(settings_text, "s.yaml", findings);
    EXPECT_TRUE(findings.empty()) << findings.text();
    return loaded;
  }();
  return *profile;
}

Result<Write> set(std::string_view key, std::string_view value, const Profile& profile = settable()) {
  const Setter* const setter = profile.find_setter(key);
  if (setter == nullptr) return Error{Errc::unknown_query, "no such setting"};
  return prepare(profile, *setter, value);
}

std::string request(std::string_view key, std::string_view value) {
  const auto write = set(key, value);
  return write ? write->query->request.name + " " + to_hex(write->data, ' ') : to_string(write.error());
}

TEST(Setter, WritesNumbersAsTheProfileSays) {
  EXPECT_EQ(request("limit", "0"), "set_limit aa 00 00");
  EXPECT_EQ(request("limit", "12.5"), "set_limit aa 00 7d");
  EXPECT_EQ(request("limit", "30.0"), "set_limit aa 01 2c");
  EXPECT_EQ(request("limit", "-0"), "set_limit aa 00 00");
  EXPECT_EQ(request("trim", "1.5"), "set_text 50 42 43 56 30 31 2e 35") << "01.5, filled up with a zero";
  EXPECT_EQ(request("trim", "58.4"), "set_text 50 42 43 56 35 38 2e 34");
}

TEST(Setter, WritesOptionsWhereTheyBelong) {
  EXPECT_EQ(request("source", "grid first"), "set_source 01 00 02");
  EXPECT_EQ(request("source", "solar"), "set_source 01 01 02");
  EXPECT_EQ(request("output", "on"), "set_source 01 00 01");
  EXPECT_EQ(request("output", "off"), "set_source 01 00 ff");
  EXPECT_EQ(request("again", "press"), "restart ");
}

TEST(Setter, KnowsWhatReadsBack) {
  EXPECT_EQ(set("limit", "12.5")->expected, Value{12.5});
  EXPECT_EQ(set("source", "solar")->expected, Value{std::string{"solar"}});
  EXPECT_EQ(set("output", "off")->expected, Value{false});
  EXPECT_EQ(set("trim", "2")->expected, Value{}) << "nothing shows it";
  const auto& limit = settable().find_setter("limit")->setting;
  EXPECT_EQ(limit.read_query, "state");
  EXPECT_TRUE(reads_back(limit, Value{12.5}, Value{12.6}));
  EXPECT_FALSE(reads_back(limit, Value{12.5}, Value{13.0}));
  EXPECT_FALSE(reads_back(limit, Value{12.5}, Value{}));
}

TEST(Setter, AWriteWithoutValueIsAButton) {
  const Setter* const button = settable().find_setter("restart");
  ASSERT_NE(button, nullptr);
  EXPECT_EQ(button->setting.kind, SettingKind::button);
  EXPECT_EQ(button->setting.name, "Restart");
  EXPECT_EQ(settable().find_setter("set_limit"), nullptr) << "it makes no sense without its value";
  EXPECT_FALSE(settable().find("restart")->repeatable);
  EXPECT_TRUE(settable().find("set_source")->repeatable);
}

TEST(Setter, TheSwitchesOfOrionSendTheDocumentedFrames) {
  const auto sent = [](std::string_view key, std::string_view value) {
    return set(key, value, test::orion())->query->request.command;
  };
  EXPECT_EQ(sent("discharge_mos", "on"), 0xFF19u);
  EXPECT_EQ(sent("discharge_mos", "off"), 0xFF1Au);
  EXPECT_EQ(sent("charge_mos", "on"), 0xFF1Bu);
  EXPECT_EQ(sent("charge_mos", "off"), 0xFF1Cu);
  EXPECT_EQ(sent("forbid_charge", "press"), 0xFF1Cu);
}

using namespace std::string_view_literals;

/// What people, broken automations and attackers send where a number from 0 to 30 in steps of 0.5 is
/// expected.
constexpr std::string_view hostile_numbers[] = {""sv,
                                                " "sv,
                                                "\t"sv,
                                                "\n"sv,
                                                "\r\n"sv,
                                                "\0"sv,
                                                "12\0"sv,
                                                "12\0;3"sv,
                                                "12\r"sv,
                                                "12\r\nQPIGS"sv,
                                                "12\n13"sv,
                                                " 12"sv,
                                                "12 "sv,
                                                "1 2"sv,
                                                "+12"sv,
                                                "--12"sv,
                                                "-"sv,
                                                "- 1"sv,
                                                "-0.5"sv,
                                                "-1"sv,
                                                "30.5"sv,
                                                "31"sv,
                                                "12.25"sv,
                                                "0.1"sv,
                                                "1e1"sv,
                                                "1E1"sv,
                                                "1e-1"sv,
                                                "0x0c"sv,
                                                "0X0C"sv,
                                                "0b11"sv,
                                                "0o7"sv,
                                                "12f"sv,
                                                "12.0f"sv,
                                                "inf"sv,
                                                "-inf"sv,
                                                "Infinity"sv,
                                                "nan"sv,
                                                "NaN"sv,
                                                "nan(1)"sv,
                                                "."sv,
                                                ".5"sv,
                                                "5."sv,
                                                "1.2.3"sv,
                                                "1,5"sv,
                                                "1_0"sv,
                                                "1'0"sv,
                                                "10,000"sv,
                                                "999999999999999"sv,
                                                "00000000000000001"sv,
                                                "18446744073709551616"sv,
                                                "12A"sv,
                                                "12 A"sv,
                                                "\"12\""sv,
                                                "'12'"sv,
                                                "{\"value\":12}"sv,
                                                "[12]"sv,
                                                "12;reboot"sv,
                                                "12|13"sv,
                                                "$(id)"sv,
                                                "`id`"sv,
                                                "%d"sv,
                                                "%n%n%n"sv,
                                                "../12"sv,
                                                "12/../13"sv,
                                                "#"sv,
                                                "+"sv,
                                                "*"sv,
                                                "^12$"sv,
                                                ".*"sv,
                                                "true"sv,
                                                "on"sv,
                                                "ON"sv,
                                                "null"sv,
                                                "None"sv,
                                                "unknown"sv,
                                                "unavailable"sv,
                                                "PRESS"sv,
                                                "\xEF\xBC\x91\xEF\xBC\x92"sv,
                                                "\xD9\xA1\xD9\xA2"sv,
                                                "\xC2\xB2"sv,
                                                "\xE2\x88\x92"
                                                "1"sv,
                                                "\xEF\xBB\xBF"
                                                "12"sv,
                                                "12\xC2\xA0"sv,
                                                "\x80"sv,
                                                "\xFF\xFE"
                                                "1"sv,
                                                "12\x7F"sv,
                                                "\x1B[2J12"sv,
                                                "1\x08"
                                                "2"sv};

TEST(SetterHostile, NoSuchTextIsANumber) {
  static_assert(std::size(hostile_numbers) >= 80);
  for (const std::string_view value : hostile_numbers) {
    for (const std::string_view key : {"limit", "trim"}) {
      const auto write = set(key, value);
      if (key == "trim" && (value == "12.25" || value == "0.1")) continue;
      if (key == "trim" && (value == "30.5" || value == "31")) continue;
      ASSERT_FALSE(write.has_value()) << key << " took " << yaml::in_quotes(value);
      EXPECT_EQ(write.error().code, Errc::bad_value);
      EXPECT_THAT(write.error().detail, HasSubstr(" in steps of "));
      EXPECT_EQ(write.error().detail.find_first_of("\r\n\x1B"), std::string::npos) << "it goes into the log";
    }
  }
  for (const std::string_view value : {"12.25"sv, "0.1"sv, "1.45"sv, "58.5"sv, "1.4"sv})
    EXPECT_FALSE(set("trim", value).has_value()) << value;
}

TEST(SetterHostile, NorAnOption) {
  for (const std::string_view value : hostile_numbers) {
    EXPECT_FALSE(set("source", value).has_value()) << value;
    EXPECT_FALSE(set("again", value).has_value()) << value;
    EXPECT_EQ(set("output", value).has_value(), value == "on") << value;
  }
  for (const std::string_view value : {"sola"sv,        "solar "sv,      " solar"sv,     "Solar"sv,
                                       "SOLAR"sv,       "solar\0"sv,     "solar\n"sv,    "solar,grid first"sv,
                                       "solarx"sv,      "so*"sv,         "s.*"sv,        "^solar$"sv,
                                       "0"sv,           "1"sv,           "01"sv,         "gridfirst"sv,
                                       "grid  first"sv, "grid\tfirst"sv, "grid_first"sv, "s\xCE\xBFlar"sv})
    EXPECT_FALSE(set("source", value).has_value()) << value;
  for (const std::string_view value : {"On"sv, "ON"sv, "true"sv, "1"sv, "on "sv, "o"sv, "onn"sv, "toggle"sv})
    EXPECT_FALSE(set("output", value).has_value()) << value;
  EXPECT_FALSE(set("again", "Press").has_value());
  EXPECT_FALSE(set("again", "").has_value());
}

TEST(SetterHostile, NoSuchNameIsASetting) {
  for (const std::string_view key :
       {""sv,           " "sv,         "limi"sv,        "limits"sv,  "LIMIT"sv,       "Limit"sv,
        "limit "sv,     " limit"sv,    "limit\0"sv,     "limit\n"sv, "limit/x"sv,     "../limit"sv,
        "./limit"sv,    "*"sv,         "#"sv,           "+"sv,       "lim*"sv,        "^limit$"sv,
        ".*"sv,         "set_limit"sv, "state"sv,       "limit=3"sv, "limit;again"sv, "l\xD1\x96mit"sv,
        "source\r\n"sv, "0xFF19"sv,    "acknowledged"sv})
    EXPECT_EQ(settable().find_setter(key), nullptr) << key;
}

TEST(Setter, ErrorsSayWhatIsExpected) {
  EXPECT_EQ(set("limit", "31").error().detail, "'limit' takes 0.0 to 30.0 A in steps of 0.5; found '31'");
  EXPECT_EQ(set("source", "wind").error().detail, "'source' takes one of: grid first, solar; found 'wind'");
  EXPECT_EQ(set("again", "x").error().detail, "'again' takes press; found 'x'");
}

/// What is said of a profile whose settings are these lines.
std::string faults(const std::string& settings) {
  return test::findings_of(test::head() +
                           "    fields:\n"
                           "      - {key: volts, at: 0, type: u8, unit: V, range: [0, 9]}\n"
                           "  put: {command: 0xFF19, write: true, data: \"01\"}\n"
                           "settings:\n" +
                           settings);
}

TEST(SetterProfile, SaysWhatIsWrongAndWhere) {
  struct Mistake {
    std::string settings;
    std::string finding;
  };
  const Mistake mistakes[] = {
      {"  x: {kind: knob}\n", "15:13: 'kind' must be one of number, select, switch, button"},
      {"  x: {kind: button, press: poll}\n", "'poll' only reads; it needs 'write: true'"},
      {"  x: {kind: button, press: pot}\n", "there is no query 'pot' (did you mean 'put'?)"},
      {"  put: {kind: button, press: put}\n", "'put' is the name of a query"},
      {"  X: {kind: button, press: put}\n", "the name of a setting is a word of a-z, 0-9 and _"},
      {"  x: {kind: switch, on: put}\n", "needs the key 'off'"},
      {"  x: {kind: number, write: put, value: {type: u8}, min: 0, max: 256, step: 1}\n",
       "256 does not fit 1 bytes"},
      {"  x: {kind: number, write: put, value: {type: u8}, min: -1, max: 5, step: 1}\n", "-1 does not fit"},
      {"  x: {kind: number, write: put, value: {type: text, width: 2}, min: 0, max: 100, step: 1}\n",
       "100 does not fit 2 characters"},
      {"  x: {kind: number, write: put, value: {type: u8}, min: 5, max: 5, step: 1}\n",
       "'max' must be above"},
      {"  x: {kind: number, write: put, value: {type: u8}, min: 0, max: 5, step: 0}\n", "'step' must be"},
      {"  x: {kind: number, write: put, value: {type: u16, at: 0}, min: 0, max: 5, step: 1}\n",
       "must lie inside the data"},
      {"  x: {kind: number, write: put, value: {type: u8}, min: 0, max: 5, step: 1, read_back: vlts}\n",
       "there is no reading 'vlts'"},
      {"  x: {kind: switch, on: put, off: put, read_back: volts}\n", "reading of another kind"},
      {"  x: {kind: select, options: {\"a/b\": put}}\n", "an option is 1 to 64 of"},
      {"  x: {kind: select, write: put, value: {type: u8}, options: {a: b}}\n", "stands for a number"},
      {"  x: {kind: button, press: put, pres: put}\n", "'pres'"},
  };
  for (const Mistake& mistake : mistakes)
    EXPECT_THAT(faults(mistake.settings), HasSubstr(mistake.finding)) << mistake.settings;
}

TEST(SetterProfile, ASettingNeedsAGoldenExample) {
  yaml::Findings findings;
  check_examples(settable(), "s.yaml", findings);
  EXPECT_THAT(findings.text(), HasSubstr("setting 'limit' has no example that sets it"));
  findings = {};
  check_examples(test::orion(), "orion1000.yaml", findings);
  EXPECT_THAT(findings.text(), IsEmpty());
}

TEST(SetterProfile, TheRequestOfAnExampleIsCompared) {
  std::string text{settings_text};
  text +=
      "examples:\n  - {name: l, source: here, set: {limit: 12.5}, request: \"ea d1 00 07 ff 19 aa 00 7c 37 "
      "f5\", "
      "response: \"ea d1 01 04 ff ff 04 f5\", expect: {acknowledged: true}}\n";
  yaml::Findings findings;
  const auto profile = load_profile(text, "s.yaml", findings);
  ASSERT_TRUE(profile) << findings.text();
  check_examples(*profile, "s.yaml", findings);
  EXPECT_THAT(findings.text(), HasSubstr("the request would be ea d1 00 07 ff 19 aa 00 7d"));
}

TEST(SetterProfile, AnExampleCannotSetWhatIsRefused) {
  std::string text{settings_text};
  const auto with = [&](const std::string& set) {
    return test::findings_of(text + "examples:\n  - {name: l, source: here, set: " + set +
                             ", request: \"00\", response: \"00\", expect: {}}\n");
  };
  EXPECT_THAT(with("{limit: 31}"), HasSubstr("'limit' takes 0.0 to 30.0 A"));
  EXPECT_THAT(with("{limitt: 3}"), HasSubstr("there is no setting 'limitt' (did you mean 'limit'?)"));
  EXPECT_THAT(with("limit"), HasSubstr("'set' names one setting and the value it gets"));
}

}  // namespace
}  // namespace busbar::profile
