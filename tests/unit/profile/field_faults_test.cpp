// Fields of words, labels and tags: what their places and forms must be, said with the place of the mistake.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

struct Fault {
  const char* layout;  ///< of the query, from line 11 on
  const char* field;   ///< one line
  const char* expected;
};

void PrintTo(const Fault& one, std::ostream* out) { *out << one.field << " → " << one.expected; }

class FieldFault : public testing::TestWithParam<Fault> {};

TEST_P(FieldFault, IsExplained) {
  const Fault& fault = GetParam();
  const std::string found =
      faults(std::string{fault.layout} + "    fields:\n      - {key: a, " + fault.field + "}\n");
  EXPECT_THAT(found, testing::HasSubstr(fault.expected));
}

constexpr const char* words = "    layout: words\n";
constexpr const char* labels = "    layout: labels\n";
constexpr const char* tags = "    layout: tags\n    tags: {0x79: 2, 0x80: prefixed}\n";
constexpr const char* fixed = "";

INSTANTIATE_TEST_SUITE_P(
    Place, FieldFault,
    testing::Values(
        Fault{fixed, "word: 1, type: decimal, range: [0, 9]", "does not suit the layout of its query"},
        Fault{fixed, "word: 1, type: decimal, range: [0, 9]",
              "'word' goes with words, 'label' with labels, 'tag' with tags, all other places with fixed"},
        Fault{words, "at: 1, type: u8, range: [0, 9]", "does not suit the layout of its query"},
        Fault{words, "label: V, type: decimal, range: [0, 9]", "does not suit the layout of its query"},
        Fault{labels, "tag: 1, type: u8, range: [0, 9]", "does not suit the layout of its query"},
        Fault{tags, "label: V, type: u8, range: [0, 9]", "does not suit the layout of its query"},
        Fault{words, "word: 1, type: u8, range: [0, 9]",
              "decimal, hexadecimal, bitstring, onoff and letters are for words and labels"},
        Fault{tags, "tag: 0x79, type: decimal, range: [0, 9]", "u8 and the like for others"},
        Fault{tags, "tag: 0x79, type: u8, range: [0, 9]", "gives this tag another size, or none"},
        Fault{tags, "tag: 0x01, type: u16, range: [0, 9]", "gives this tag another size, or none"},
        Fault{words, "word: 96, type: decimal, range: [0, 9]", "'word' must be"},
        Fault{words, "word: {0: 1}, type: decimal, range: [0, 9]", "an entry of 'word' is how many words"},
        Fault{words, "word: {3: 3}, type: decimal, range: [0, 9]", "an entry of 'word' is how many words"},
        Fault{words, "word: {x: 1}, type: decimal, range: [0, 9]", "{3: 2, 12: 3}"}));

INSTANTIATE_TEST_SUITE_P(
    Part, FieldFault,
    testing::Values(
        Fault{words, "word: 1, size: [1], type: decimal, range: [0, 9]",
              "'size' is how many characters the word has: 38 or [32, 36]"},
        Fault{words, "word: 1, size: many, type: decimal, range: [0, 9]", "'size' is how many characters"},
        Fault{words, "word: 1, size: 257, type: decimal, range: [0, 9]", "'size' is how many characters"},
        Fault{words, "word: 1, characters: [0, 1, 2], type: decimal, range: [0, 9]",
              "'characters' is [first, how many], from 0"},
        Fault{fixed, "at: 0, size: 4, type: u8, range: [0, 9]", "'size' and 'characters' go with 'word'"},
        Fault{fixed, "at: 0, characters: [0, 2], type: u8, range: [0, 9]", "go with 'word'"},
        Fault{fixed, "parts: [0], type: u16, range: [0, 9]", "'parts' must list 2 to 4 offsets of words"},
        Fault{fixed, "parts: [0, 2, 4, 6], type: u16, range: [0, 9]", "6 bytes at most in all"},
        Fault{fixed, "parts: [0, -2], type: u16, range: [0, 9]", "most significant first"},
        Fault{fixed, "parts: [0, 2], type: u16, range: [0, 9], optional: true",
              "a field of 'parts' can neither be optional nor repeated nor depend on 'when'"}));

INSTANTIATE_TEST_SUITE_P(
    Text, FieldFault,
    testing::Values(
        Fault{words, "word: 1, type: text, length: many", "how many characters it may have, like 10-20"},
        Fault{words, "word: 1, type: text, length: 20-10", "how many characters it may have, like 10-20"},
        Fault{words, "word: 1, type: text, length: 0-10", "how many characters it may have, like 10-20"},
        Fault{words, "word: 1, type: text, length: 1-257", "how many characters it may have, like 10-20"},
        Fault{words, "word: 1, type: text, length: 1-9, behind: ab",
              "'behind' is one character, which the text follows where it stands: ':'"},
        Fault{fixed, "at: 0, type: text", "length"},
        Fault{words, "word: 1, type: text, length: 1-9, enum: {'*': other}",
              "'*' stands for any other text, which stays: {'*': '*'}"},
        Fault{fixed, "at: 0, type: u8, enum: {a: x}", "an entry of 'enum' is a whole number and its name"},
        Fault{fixed, "at: 0, type: u8, enum: {1: ''}", "an entry of 'enum' is a whole number and its name"},
        Fault{fixed, "at: 0, type: u8, enum: {}", "'enum' must map 1 to 256 codes to names"},
        Fault{words, "word: 1, type: decimal, range: [0, 9], repeat: {count: 2, family: a, label: b, max: 2}",
              "repeat"}));

TEST(LayoutFault, IsExplained) {
  const std::string field = "    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1]}\n";
  const std::pair<const char*, const char*> cases[] = {
      {"    layout: word\n", "did you mean 'words'?"},
      {"    layout: tags\n", "tags"},
      {"    layout: tags\n    tags: {0x100: 1}\n", "an entry of 'tags' is a tag, 0x00 to 0xFF"},
      {"    layout: tags\n    tags: {1: 0}\n", "1 to 255, or prefixed when the first one tells"},
      {"    layout: tags\n    tags: {1: [2]}\n", "an entry of 'tags' is a tag"},
      {"    layout: described\n", "what describes itself has no 'fields', 'derived' or 'collect'"},
      {"    collect: {header: 1, per_frame: 3, item: 2, total: Cells!}\n",
       "'total' is a number of items, or the key of the number of another query that tells"},
      {"    collect: {header: 1, per_frame: 3, item: 2, total: cells}\n",
       "'total' names 'cells', which is no reading of another query that needs no total itself"},
      {"    repeatable: true\n", "'repeatable' is for writes; a query is always asked again"},
      {"    occasional: true\n", "'occasional' is for what is listened for; what is asked is answered"},
      {"    listen: true\n    write: true\n", "what is listened for is neither a write nor collected"},
      {"    text: \"\"\n", "'text' is the request in 1 to 256 printable characters"},
      {"    text: A\n    data: \"00\"\n", "in the place of 'data'"},
  };
  for (const auto& [query, expected] : cases)
    EXPECT_THAT(faults(query + field), testing::HasSubstr(expected)) << query;
}

TEST(ExampleFault, IsExplained) {
  const std::string body = "    fields:\n      - {key: volts, at: 0, type: u8, range: [0, 9], unit: V}\n";
  const auto example = [&](const std::string& more) {
    return faults(body + "examples:\n  - {name: e, source: s, " + more + "}\n");
  };
  const std::string good =
      "query: poll, request: 'ea d1 01 04 ff 02 f9 f5', response: 'ea d1 01 05 ff 02 03 fb f5'";
  EXPECT_EQ(example(good + ", expect: {volts: 3 V}"), "");
  const std::pair<std::string, const char*> cases[] = {
      {good, "expect"},
      {good + ", expect: [volts]", "'expect' maps keys to values: {soc: 96 %}"},
      {good + ", expect: {volt: 3}", "query 'poll' gives no 'volt' (did you mean 'volts'?)"},
      {good + ", expect: {volts: 3 A}", "unit 'A', but the field has 'V'"},
      {good + ", expect: {volts: three}", "'three' is not a number"},
      {good + ", expect: {volts: 3}, absent: [amps]", "query 'poll' gives no 'amps'"},
      {"query: pol, request: 'ea', response: 'ea', expect: {}",
       "there is no query 'pol' (did you mean 'poll'?)"},
      {"query: poll, request: xyz, response: 'ea', expect: {}",
       "'request' must be whole frames in hexadecimal"},
      {"query: poll, request: 'ea', expect: {}", "response"},
      {"set: {volts: 3}, request: 'ea', response: 'ea', expect: {}", "there is no setting 'volts'"},
      {"set: volts, request: 'ea', response: 'ea', expect: {}",
       "'set' names one setting and the value it gets"},
  };
  for (const auto& [more, expected] : cases) EXPECT_THAT(example(more), testing::HasSubstr(expected)) << more;
}

}  // namespace
}  // namespace busbar::profile::test
