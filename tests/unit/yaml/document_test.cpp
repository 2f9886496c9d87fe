// What a person gets from the parser: the values with their places, or a sentence that says what to mend, and
// where.
#include "yaml/node.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace busbar::yaml {
namespace {

struct Parsed {
  Document document;
  Findings findings;
};

Parsed parsed(std::string_view text) {
  Parsed result;
  result.document = parse(text, "x.yaml", result.findings);
  return result;
}

std::string findings_of(std::string_view text) { return parsed(text).findings.text(); }

TEST(Document, keeps_values_and_their_places) {
  const auto [document, findings] = parsed("a: 1\nb:\n  - x\n  - \"2\"\nc: {d: ~}\n");
  ASSERT_TRUE(findings.empty()) << findings.text();
  const Node& root = document.root;
  ASSERT_EQ(root.type, Type::map);
  ASSERT_EQ(root.entries.size(), 3U);
  EXPECT_EQ(root.entries[0].key, "a");
  EXPECT_EQ(root.entries[0].value.scalar, "1");
  EXPECT_FALSE(root.entries[0].value.quoted);
  EXPECT_EQ(root.entries[0].value.place.column, 4);
  const Node& list = root.entries[1].value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[1].scalar, "2");
  EXPECT_TRUE(list.items[1].quoted);
  EXPECT_EQ(list.items[1].place.line, 4);
  EXPECT_EQ(list.items[1].place.column, 5);
  EXPECT_EQ(root.entries[2].value.entries[0].value.type, Type::null);
}

TEST(Document, knows_text_from_plain_scalars) {
  const auto [document, findings] = parsed("a: '1'\nb: !!str 1\nc: |\n  x\nd: 1\n");
  ASSERT_TRUE(findings.empty()) << findings.text();
  EXPECT_TRUE(document.root.entries[0].value.quoted);
  EXPECT_TRUE(document.root.entries[1].value.quoted);
  EXPECT_TRUE(document.root.entries[2].value.quoted);
  EXPECT_FALSE(document.root.entries[3].value.quoted);
}

TEST(Document, an_empty_file_is_null_without_a_finding) {
  for (const std::string_view text : {"", "\n\n", "# only a comment\n", "---\n", "~", "...\n"}) {
    const auto [document, findings] = parsed(text);
    EXPECT_TRUE(findings.empty()) << findings.text();
    EXPECT_EQ(document.root.type, Type::null);
  }
}

TEST(Document, scalar_and_list_may_be_the_root) {
  EXPECT_EQ(parsed("hello").document.root.scalar, "hello");
  EXPECT_EQ(parsed("- a\n- b\n").document.root.items.size(), 2U);
}

TEST(Document, byte_order_mark_and_windows_line_ends_are_fine) {
  const auto [document, findings] = parsed(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n");
  ASSERT_TRUE(findings.empty()) << findings.text();
  EXPECT_EQ(document.root.entries[0].key, "a");
  EXPECT_EQ(document.root.entries[1].value.scalar, "2");
}

TEST(Document, columns_count_characters_not_bytes) {
  const auto [document, findings] = parsed("{größe: é, ü: 1}\n");
  ASSERT_TRUE(findings.empty()) << findings.text();
  EXPECT_EQ(document.root.entries[1].place.column, 12);
}

struct Refusal {
  const char* text;
  const char* expected;
};

void PrintTo(const Refusal& one, std::ostream* out) { *out << testing::PrintToString(one.text); }

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, with_its_place_and_a_way_to_mend_it) {
  EXPECT_EQ(findings_of(GetParam().text), std::string(GetParam().expected) + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, Refused,
    testing::Values(
        Refusal{
            "a:\n\tb: 1\n",
            "x.yaml:2:1: a tab in the indentation; YAML allows blanks only (replace each tab by two blanks)"},
        Refusal{
            "a:\n  b: 1\n  \tc: 2\n",
            "x.yaml:3:3: a tab in the indentation; YAML allows blanks only (replace each tab by two blanks)"},
        Refusal{"a: [1, 2\nb: 2\n", "x.yaml:1:4: the list opened with '[' here is never closed (add ']')"},
        Refusal{"a: 1\nb: {c: ${X}}\n",
                "x.yaml:2:4: the mapping opened with '{' here is never closed (add '}'; between braces, text "
                "with "
                "${…} in it needs quotes)"},
        Refusal{"a: \"b\n",
                "x.yaml:1:4: the quoted text that starts here is never closed (add the closing quote)"},
        Refusal{"a: 'it''s\n",
                "x.yaml:1:4: the quoted text that starts here is never closed (add the closing quote)"},
        Refusal{"a: !!str \"b\n",
                "x.yaml:1:4: the quoted text that starts here is never closed (add the closing quote)"},
        Refusal{"a: \"b", "x.yaml:1:6: the file ends inside a quoted text (add the closing quote)"},
        Refusal{"a: b: c\n",
                "x.yaml:1:5: a ':' cannot stand here (each key needs ': ' with a blank after it; text that "
                "itself "
                "contains ': ' needs quotes)"},
        Refusal{"a: 1\nfoo\nb: 2\n",
                "x.yaml:3:2: a ':' cannot stand here (each key needs ': ' with a blank after it; text that "
                "itself "
                "contains ': ' needs quotes)"},
        Refusal{"a:\n  b: 1\n c: 2\n",
                "x.yaml:3:2: this line does not fit the mapping above (check the indentation, and that there "
                "is a ':' "
                "and a blank after each key)"},
        Refusal{"a: - b\n",
                "x.yaml:1:4: a list item '- ' cannot stand here (put the list on lines of its own below its "
                "key)"},
        Refusal{"a: 1\n]\n", "x.yaml:2:1: a closing bracket without an opening one"},
        Refusal{"a: @x\n", "x.yaml:1:4: a value cannot start with this character (put the text in quotes)"},
        Refusal{"a: \"\\q\"\n",
                "x.yaml:1:7: unknown escape sequence in double quotes (use single quotes for text with a "
                "backslash)"},
        Refusal{"a: 1\n---\nb: 2\n",
                "x.yaml:2:1: a second document starts here; the file must hold exactly one (remove the line "
                "'---' or "
                "'...')"}));

INSTANTIATE_TEST_SUITE_P(
    Meaning, Refused,
    testing::Values(
        Refusal{"a: 1\nb: 2\na: 3\n",
                "x.yaml:3:1: the key 'a' stands here a second time; the first is in line 1"},
        Refusal{"a: {b: 1, b: 2}\n",
                "x.yaml:1:11: the key 'b' stands here a second time; the first is in line 1"},
        Refusal{"? [x]\n: 1\n", "x.yaml:1:3: a key must be plain text, found a list"},
        Refusal{"? {x: 1}\n: 1\n", "x.yaml:1:3: a key must be plain text, found a mapping"},
        Refusal{"~: 1\n", "x.yaml:1:1: a key must be plain text, found nothing"},
        Refusal{
            "a: &x 1\n",
            "x.yaml:1:4: an anchor (&name) is not supported here (write the value out where it is needed)"},
        Refusal{
            "a: *x\n",
            "x.yaml:1:4: an alias (*name) is not supported here (put text that starts with '*' in quotes)"},
        Refusal{"a: !secret mqtt\n", "x.yaml:1:4: the tag '!secret' is not supported (remove it)"},
        Refusal{"a: caf\xE9\n",
                "x.yaml:1:7: 0xe9 is not valid UTF-8 (save the file with the encoding UTF-8)"},
        Refusal{"a: \xC0\xAF\n",
                "x.yaml:1:4: 0xc0 is not valid UTF-8 (save the file with the encoding UTF-8)"},
        Refusal{"a: \xED\xA0\x80\n",
                "x.yaml:1:4: 0xed is not valid UTF-8 (save the file with the encoding UTF-8)"},
        Refusal{"a: 1\x04\nb: 2\n", "x.yaml:1:5: 0x04 is a control character, which no text file has"}));

TEST(Document, the_first_of_two_equal_keys_is_kept_and_the_rest_is_still_read) {
  const auto [document, findings] = parsed("a: 1\na: 2\nb: 3\nb: [4]\n");
  EXPECT_EQ(findings.list().size(), 2U);
  ASSERT_EQ(document.root.entries.size(), 2U);
  EXPECT_EQ(document.root.entries[0].value.scalar, "1");
  EXPECT_EQ(document.root.entries[1].value.scalar, "3");
}

TEST(Document, a_cyclic_alias_is_refused_and_not_followed) {
  EXPECT_EQ(findings_of("&a [*a]"),
            "x.yaml:1:1: an anchor (&name) is not supported here (write the value out where it is needed)\n"
            "x.yaml:1:5: an alias (*name) is not supported here (write the value out)\n");
}

TEST(Load, says_why_a_file_cannot_be_read) {
  const auto refusal = [](const std::string& path) {
    Findings findings;
    EXPECT_EQ(load(path, findings).root.type, Type::null);
    return findings.text();
  };
  EXPECT_EQ(refusal("/nonexistent/busbar.yaml"),
            "/nonexistent/busbar.yaml: cannot be read: No such file or directory\n");
  EXPECT_EQ(refusal("/tmp"), "/tmp: is a directory; a YAML file was expected\n");
  EXPECT_EQ(refusal("/dev/zero"), "/dev/zero: is not a regular file\n");
}

TEST(Load, reads_what_parse_reads) {
  const auto path = std::filesystem::path(testing::TempDir()) / "busbar_document_test.yaml";
  std::ofstream(path) << "a: 1\n";
  Findings findings;
  EXPECT_EQ(load(path.string(), findings).root.entries.at(0).value.scalar, "1");
  EXPECT_TRUE(findings.empty());
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace busbar::yaml
