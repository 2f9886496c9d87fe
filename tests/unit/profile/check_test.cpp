// Examples that do not come true are findings at their place.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

constexpr const char* fields =
    "    fields:\n"
    "      - {key: a, at: 0, type: u8, unit: V, range: [0, 100]}\n"
    "      - {key: b, at: 1, type: u8, unavailable: 0xFF, range: [0, 255]}\n"
    "      - {key: n, at: 2, type: u8, internal: true}\n"
    "      - {key: \"c{index}\", at: 3, type: u8, range: [0, 255],\n"
    "         repeat: {count: rest, expect: n, max: 9, family: c, label: cell}}\n"
    "      - {key: late, at: 3, type: u8, optional: true, range: [0, 255]}\n";

constexpr const char* request = "ea d1 01 04 ff 02 f9 f5";

/// An answer to 0xFF02 with this payload.
std::string response(std::string_view payload) {
  Bytes frame = bytes("ead10100ff02");
  const Bytes data = bytes(payload);
  frame.insert(frame.end(), data.begin(), data.end());
  frame[3] = static_cast<std::uint8_t>(4 + data.size());
  std::uint8_t sum = 0;
  for (std::size_t i = 3; i < frame.size(); ++i) {
    sum ^= frame[i];
  }
  frame.push_back(sum);
  frame.push_back(0xF5);
  return to_hex(frame);
}

/// What is wrong with one example; it begins in line 19.
std::string outcome(const std::string& rest, const std::string& payload = "0a ff 00",
                    const std::string& asked = request) {
  yaml::Findings findings;
  const auto profile =
      load_profile(head() + fields + "examples:\n  - name: sample\n    query: poll\n    source: test\n" +
                       "    request: \"" + asked + "\"\n    response: \"" + response(payload) + "\"\n" + rest,
                   "t.yaml", findings);
  if (profile != nullptr) {
    check_examples(*profile, "t.yaml", findings);
  }
  return findings.text();
}

TEST(Examples, ThatComeTrueAreNoFinding) {
  EXPECT_EQ(outcome("    expect: {a: 10, b: null}\n"), "");
  EXPECT_EQ(outcome("    expect: {a: 10 V}\n    absent: [c1, late]\n"), "");
  EXPECT_EQ(outcome("    expect: {b: 1}\n    dropped: [a]\n", "ff 01 00"), "");
  EXPECT_EQ(outcome("    expect: {c1: 7}\n    anomalies: 1\n", "01 01 02 07"), "");
}

TEST(Examples, SayWhichValueDiffers) {
  EXPECT_EQ(outcome("    expect: {a: 11 V}\n"), "t.yaml:19:5: example 'sample': a is 10, expected 11\n");
  EXPECT_THAT(outcome("    expect: {b: 0}\n"), testing::HasSubstr("b is null, expected 0"));
  EXPECT_THAT(outcome("    expect: {late: 1}\n"), testing::HasSubstr("late is missing, expected 1"));
  EXPECT_THAT(outcome("    expect: {a: 10}\n    absent: [b]\n"),
              testing::HasSubstr("b is null, expected to be absent"));
  EXPECT_THAT(outcome("    expect: {a: 10}\n    anomalies: 2\n"),
              testing::HasSubstr("0 anomalies, expected 2"));
}

TEST(Examples, DoNotLetDropsAndAnomaliesPassUnseen) {
  EXPECT_THAT(outcome("    expect: {b: 1}\n", "ff 01 00"),
              testing::HasSubstr("a is dropped: 255 V is outside 0…100"));
  EXPECT_THAT(outcome("    expect: {a: 10}\n    dropped: [a]\n"), testing::HasSubstr("a is not dropped"));
  EXPECT_THAT(outcome("    expect: {c1: 7}\n", "01 01 02 07"),
              testing::HasSubstr("1 anomalies, expected 0; the first: c: 1 carried, 2 declared"));
}

TEST(Examples, SayWhenTheRequestWouldBeAnother) {
  EXPECT_THAT(
      outcome("    expect: {a: 10}\n", "0a ff 00", "ea d1 01 04 ff 03 f8 f5"),
      testing::HasSubstr("the request would be ea d1 01 04 ff 02 f9 f5, the example has ea d1 01 04 ff 03"));
}

TEST(Examples, SayWhenTheResponseIsRefused) {
  EXPECT_THAT(outcome("    address: 2\n    expect: {a: 10}\n"),
              testing::HasSubstr("response refused: wrong_command"));
  EXPECT_THAT(outcome("    expect: {a: 10}\n", "0a"), testing::HasSubstr("payload refused: short_payload"));
}

TEST(Examples, AreReadWithTheUnitsOfTheFields) {
  EXPECT_THAT(outcome("    expect: {a: 10 A}\n"), testing::HasSubstr("a: unit 'A', but the field has 'V'"));
  EXPECT_THAT(outcome("    expect: {a: ten}\n"), testing::HasSubstr("a: 'ten' is not a number"));
  EXPECT_THAT(outcome("    expect: {a: [1]}\n"), testing::HasSubstr("a: a value is expected, found a list"));
}

TEST(Examples, NameTheNearestKey) {
  EXPECT_THAT(outcome("    expect: {lat: 1}\n"),
              testing::HasSubstr("query 'poll' gives no 'lat' (did you mean 'late'?)"));
  EXPECT_THAT(outcome("    expect: {a: 10}\n    absent: [c11]\n"), testing::HasSubstr("gives no 'c11'"));
}

TEST(Examples, NeedEveryPart) {
  const std::string text = findings_of(head() + fields + "examples:\n  - {name: x}\n");
  for (const char* key : {"source", "query", "request", "response"}) {
    EXPECT_THAT(text, testing::HasSubstr(key)) << text;
  }
}

TEST(BuiltIn, ExamplesOfEveryProfileComeTrue) {
  yaml::Findings findings;
  const auto library = Library::load("", findings);
  for (const Profile* const profile : library.all()) {
    EXPECT_GE(profile->examples.size(), 3U) << profile->name;
    check_examples(*profile, profile->name, findings);
  }
  EXPECT_TRUE(findings.empty()) << findings.text();
}

TEST(BuiltIn, ExamplesCoverEveryQuery) {
  yaml::Findings findings;
  const auto library = Library::load("", findings);
  for (const Profile* const profile : library.all()) {
    for (const ProfileQuery& query : profile->queries) {
      EXPECT_GT(query.typical_response, 0U) << profile->name << " " << query.request.name;
    }
  }
}

}  // namespace
}  // namespace busbar::profile::test
