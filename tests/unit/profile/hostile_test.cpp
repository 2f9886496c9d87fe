// Files that nobody would write by hand: a clear finding, never a crash, never much time or memory.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

TEST(Hostile, EmptyAndShapelessFiles) {
  for (const char* text :
       {"", "\n", "# nothing\n", "42\n", "- a\n- b\n", "null\n", "profile\n", "{}\n", "---\n...\n"}) {
    yaml::Findings findings;
    EXPECT_EQ(load_profile(text, "t.yaml", findings), nullptr) << text;
    EXPECT_FALSE(findings.empty()) << text;
  }
}

TEST(Hostile, EveryKeyWithEveryWrongType) {
  const std::string good =
      head() +
      "    interval: 1s\n    timeout: 1s\n    spacing: 1s\n    data: \"00\"\n    write: false\n"
      "    length: {min: 0}\n    verify: {0: 1}\n"
      "    collect: {header: 1, total_at: 0, item: 1}\n    fields:\n"
      "      - {key: a, at: 0, type: u8, range: [0, 1], transform: [abs], unit: V}\n"
      "    derived: [{key: d, sum: a}]\nexamples: []\n";
  for (const char* wrong :
       {"[]", "{}", "[[[]]]", "{a: {b: c}}", "~", "-1", "1e999", "\"\"", "0x", "99999999999999999999"}) {
    for (std::size_t colon = good.find(": "); colon != std::string::npos;
         colon = good.find(": ", colon + 1)) {
      const std::size_t end = good.find_first_of(",}\n", colon);
      std::string text = good;
      text.replace(colon + 2, end - colon - 2, wrong);
      yaml::Findings findings;
      const auto profile = load_profile(text, "t.yaml", findings);
      EXPECT_EQ(profile == nullptr, !findings.empty()) << text;
    }
  }
}

TEST(Hostile, EveryPrefixOfABuiltInProfile) {
  const std::string text{embedded_profiles()[0].text};
  for (std::size_t length = 0; length < text.size(); length += 97) {
    yaml::Findings findings;
    const auto profile = load_profile(text.substr(0, length), "t.yaml", findings);
    EXPECT_EQ(profile == nullptr, !findings.empty()) << length;
  }
}

TEST(Hostile, DeepNesting) {
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  yaml::Findings findings;
  EXPECT_EQ(load_profile(head() + "    fields: " + deep + "\n", "t.yaml", findings), nullptr);
  EXPECT_FALSE(findings.empty());
}

TEST(Hostile, CyclesAndBombs) {
  yaml::Findings findings;
  EXPECT_EQ(load_profile("queries: &a [*a, *a]\n", "t.yaml", findings), nullptr);
  EXPECT_FALSE(findings.empty());
}

TEST(Hostile, AFewLinesCannotFillTheMemory) {
  std::string body = "    fields:\n";
  for (int i = 0; i < 400; ++i) {
    const std::string n = std::to_string(i);
    body += "      - {key: \"v" + n +
            "_{index}\", at: 0, type: u8, range: [0, 1], repeat: {count: rest, max: 512, family: f" + n +
            ", label: x}}\n";
  }
  EXPECT_THAT(faults(body), testing::HasSubstr("more than 4096 readings in one profile"));
}

TEST(Hostile, ManyQueriesAndFields) {
  std::string text = head() + "    fields: [{key: a, at: 0, type: u8, range: [0, 1]}]\n";
  for (int i = 0; i < 200; ++i) {
    text += "  q" + std::to_string(i) + ": {command: 0xFF02, fields: []}\n";
  }
  EXPECT_THAT(findings_of(text), testing::HasSubstr("'queries' must map 1 to 128 names to queries"));
  std::string body = "    fields:\n";
  for (int i = 0; i < 600; ++i) {
    body += "      - {key: a" + std::to_string(i) + ", at: 0, type: u8, range: [0, 1]}\n";
  }
  EXPECT_THAT(faults(body), testing::HasSubstr("'fields' must be a list of at most 512 entries"));
}

TEST(Hostile, ControlCharactersDoNotReachNamesOrTerminals) {
  EXPECT_THAT(faults("    description: \"a\\nb\"\n"), testing::HasSubstr("without control characters"));
  const std::string found =
      faults("    fields:\n      - {key: \"\\e[31m\", at: 0, type: u8, range: [0, 1]}\n");
  EXPECT_EQ(found.find('\x1b'), std::string::npos);
}

TEST(Hostile, PayloadsOfEverySizeNeverGoWrong) {
  const Profile& profile = orion();
  for (const ProfileQuery& query : profile.queries) {
    for (std::size_t size = 0; size < 600; ++size) {
      for (const std::uint8_t fill : {0x00, 0x01, 0x7F, 0xFF}) {
        const Bytes payload(size, fill);
        CounterMemory memory;
        const auto decoded = query.decoder.decode(payload, memory);
        for (const Reading& reading : decoded ? decoded->readings : std::vector<Reading>{}) {
          const double* const number = std::get_if<double>(&reading.value);
          if (number != nullptr && reading.quantity->range) {
            ASSERT_GE(*number, reading.quantity->range->min);
            ASSERT_LE(*number, reading.quantity->range->max);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace busbar::profile::test
