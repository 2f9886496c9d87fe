// Files made to exhaust or confuse the parser: each ends quickly, with a finding, and without a crash.
#include "yaml/node.hpp"

#include <gtest/gtest.h>

#include <random>

namespace busbar::yaml {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

std::string first_finding(const std::string& text) {
  Findings findings;
  static_cast<void>(parse(text, "x.yaml", findings));
  return findings.empty() ? "" : findings.list().front().message;
}

TEST(Hostile, a_million_brackets) {
  EXPECT_EQ(first_finding(repeat("[", 1'000'000)), "nested deeper than 32 levels");
  EXPECT_EQ(first_finding(repeat("{a: ", 200'000)), "nested deeper than 32 levels");
  EXPECT_EQ(first_finding(repeat("- ", 200'000)), "nested deeper than 32 levels");
  EXPECT_EQ(first_finding(repeat("? ", 200'000)), "nested deeper than 32 levels");
}

TEST(Hostile, thirty_two_levels_are_allowed) {
  EXPECT_EQ(first_finding(repeat("[", 32) + repeat("]", 32)), "");
  EXPECT_EQ(first_finding(repeat("[", 33) + repeat("]", 33)), "nested deeper than 32 levels");
}

TEST(Hostile, ten_megabytes) {
  EXPECT_EQ(first_finding(repeat("a: 1\n", 2'000'000)), "the file is larger than 1 MiB");
  EXPECT_EQ(first_finding("# " + std::string(1024 * 1024 - 3, 'x') + "\n"), "");
}

TEST(Hostile, too_many_values) {
  EXPECT_EQ(first_finding('[' + repeat("1,", 200'000) + ']'), "more than 100000 values in one file");
  EXPECT_EQ(first_finding(repeat("- 1\n", 100'001)), "more than 100000 values in one file");
}

TEST(Hostile, a_billion_laughs) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += 'a' + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeat(before + ", ", 8) + before +
            "]\n";
  }
  EXPECT_EQ(first_finding(text), "an anchor (&name) is not supported here");
}

TEST(Hostile, many_findings_are_counted_not_listed) {
  Findings findings;
  static_cast<void>(parse(repeat("a: 1\n", 1000), "x.yaml", findings));
  EXPECT_EQ(findings.list().size(), 999U);
  const std::string text = findings.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 51);
  EXPECT_TRUE(text.ends_with("… and 949 more\n")) << text;
}

TEST(Hostile, a_huge_key_does_not_fill_the_message) {
  const std::string key(500'000, 'k');
  Findings findings;
  static_cast<void>(parse("{\"" + key + "\": 1, \"" + key + "\": 2}", "x.yaml", findings));
  ASSERT_FALSE(findings.empty());
  EXPECT_LT(findings.text().size(), 200U);
}

TEST(Hostile, every_truncation_and_every_flipped_byte_ends_in_a_tree_or_a_finding) {
  const std::string text =
      "a: [1, \"two\", {b: 'c'}]\nd: |\n  e\n  f\ng: >-\n  h\n? i\n: ${j}\n# k\n%l: !m n\n";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    Findings findings;
    static_cast<void>(parse(text.substr(0, length), "x.yaml", findings));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const int change : {0x01, 0x20, 0x80, 0xFF}) {
      std::string broken = text;
      broken[i] = static_cast<char>(broken[i] ^ change);
      Findings findings;
      static_cast<void>(parse(broken, "x.yaml", findings));
      for (const Finding& finding : findings.list()) {
        EXPECT_FALSE(finding.message.empty());
      }
    }
  }
}

TEST(Hostile, random_yaml_like_text) {
  constexpr std::string_view alphabet = "ab:-[]{},?&*!|>'\"%@`#~ \n\t\\$.0";
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      text += alphabet[random() % alphabet.size()];
    }
    Findings findings;
    static_cast<void>(parse(text, "x.yaml", findings));
  }
}

}  // namespace
}  // namespace busbar::yaml
