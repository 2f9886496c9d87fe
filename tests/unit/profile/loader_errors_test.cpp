// Everything a profile file can get wrong is said with its place, what was expected and the nearest name.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

struct Fault {
  const char* body;  ///< from line 11 on
  const char* expected;
};

void PrintTo(const Fault& one, std::ostream* out) { *out << testing::PrintToString(one.expected); }

class QueryFault : public testing::TestWithParam<Fault> {};

TEST_P(QueryFault, IsNamedWithItsPlace) {
  const std::string found = faults(GetParam().body);
  EXPECT_THAT(found, testing::HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Query, QueryFault,
    testing::Values(
        Fault{"    intervall: 10s\n    fields: [{key: a, at: 0, type: u8, range: [0, 1]}]\n",
              "t.yaml:11:5: unknown key 'intervall' in query (did you mean 'interval'?)"},
        Fault{"    interval: 10\n", "t.yaml:11:15: 'interval' must be a duration"},
        Fault{"    interval: 10ms\n", "t.yaml:11:15: 'interval' is 0 (on demand only) or at least 100ms"},
        Fault{"    description: x\n", "t.yaml:10:5: query 'poll' has no fields"},
        Fault{"    write: true\n    interval: 10s\n", "t.yaml:12:15: a write is never sent by itself"},
        Fault{"    data: \"0\"\n", "t.yaml:11:11: 'data' must be at most 256 bytes in hexadecimal"},
        Fault{"    length: {min: 5, max: 3}\n", "t.yaml:11:27: 'max' is smaller than 'min'"},
        Fault{"    length: 5\n", "t.yaml:11:13: "},
        Fault{"    length: {most: 5}\n", "t.yaml:11:14: unknown key 'most' in length"},
        Fault{"    verify: [1, 2]\n",
              "t.yaml:11:13: 'verify' maps offsets to the byte that always stands there"},
        Fault{"    verify: {0: 256}\n",
              "t.yaml:11:14: an entry of 'verify' is an offset in the payload and a byte"},
        Fault{"    verify: {x: 1}\n", "t.yaml:11:14: an entry of 'verify'"},
        Fault{"    collect: {header: 3, total_at: 3, item: 2}\n",
              "t.yaml:11:36: 'total_at' must lie inside the header"},
        Fault{"    collect: {header: 3}\n", "item"},
        Fault{"    fields: {key: a}\n", "t.yaml:11:13: 'fields' must be a list of at most 512 entries"},
        Fault{"    fields: [a]\n", "t.yaml:11:14: "}));

INSTANTIATE_TEST_SUITE_P(
    Field, QueryFault,
    testing::Values(
        Fault{"    fields:\n      - {at: 0, type: u8, range: [0, 1]}\n", "t.yaml:12:9: "},
        Fault{"    fields:\n      - {key: Volt, at: 0, type: u8, range: [0, 1]}\n",
              "t.yaml:12:15: a key is at most 64 of a-z, 0-9 and _ and starts with a letter, found 'Volt'"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u61, range: [0, 1]}\n", "(did you mean 'u16'?)"},
        Fault{"    fields:\n      - {key: a, at: 0, range: [0, 1]}\n", "type"},
        Fault{"    fields:\n      - {key: a, type: u8, range: [0, 1]}\n",
              "t.yaml:12:9: a field has exactly one of 'at' (offset in the payload), 'after' (the end of "
              "another field), 'parts', and 'word', 'label' or 'tag' where the query has such a layout; "
              "found 0"},
        Fault{"    fields:\n      - {key: a, at: 0, parts: [0, 2], type: u16, range: [0, 1]}\n", "found 2"},
        Fault{"    fields:\n      - {key: a, at: -1, type: u8, range: [0, 1]}\n",
              "t.yaml:12:22: 'at' must be"},
        Fault{"    fields:\n      - {key: a, at: 0, skip: 2, type: u8, range: [0, 1]}\n",
              "'skip' counts from the end of the field named by 'after', which is missing here"},
        Fault{"    fields:\n      - {key: a, parts: [0], type: u16, range: [0, 1]}\n",
              "'parts' must list 2 to 4 offsets"},
        Fault{"    fields:\n      - {key: a, parts: [0, 2], type: u32, range: [0, 1]}\n",
              "6 bytes at most in all"},
        Fault{"    fields:\n      - {key: a, parts: [0, 2], type: u16, optional: true, range: [0, 1]}\n",
              "a field of 'parts' can neither be optional nor repeated"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8}\n",
              "t.yaml:12:9: number 'a' has no plausible range"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [1, 0]}\n",
              "t.yaml:12:42: 'range' must be [least, greatest]"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0]}\n",
              "'range' must be [least, greatest]"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, x]}\n",
              "'range' must be [least, greatest]"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], transform: [scal:2]}\n",
              "t.yaml:12:62: unknown transform 'scal'"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], transform: [[x]]}\n",
              "a transform is text like scale:0.1"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], transform: [abs, abs, abs, abs, "
              "abs, abs, abs, "
              "abs, abs]}\n",
              "at most 8 transforms per field"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], precision: 10}\n",
              "'precision' must be"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], kind: countr}\n",
              "(did you mean 'counter'?)"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], category: config}\n",
              "'category' must be one of primary, diagnostic"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], device_class: \"no such\"}\n",
              "'device_class' must be a word"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], unit: \"\\u0007\"}\n",
              "'unit' must be at most 16 bytes of text without control characters"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, enum: [x]}\n",
              "'enum' must map 1 to 256 codes to names"},
        Fault{"    fields:\n      - {key: a, at: 0, type: text, length: 2, enum: {\"*\": y}}\n",
              "'*' stands for any other text"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, enum: {x: y}}\n",
              "t.yaml:12:42: an entry of 'enum' is a whole number and its name"},
        Fault{"    fields:\n      - {key: a, at: 0, type: text}\n", "length"},
        Fault{"    fields:\n      - {key: a, at: 0, type: text, length: 0}\n",
              "'length' of a text is its number of bytes"},
        Fault{"    fields:\n      - {at: 0, type: flags}\n", "bits"},
        Fault{"    fields:\n      - {at: 0, type: flags, bits: []}\n",
              "'bits' must be a list of {bit: 0, key: …}"},
        Fault{"    fields:\n      - {at: 0, type: flags, bits: [{bit: 8, key: a}]}\n", "'bit' must be"},
        Fault{"    fields:\n      - {at: 0, type: flags, bits: [{key: a}]}\n", "bit"},
        Fault{"    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1], sign: {positive: x}}\n",
              "there is no field 'x'"}));

constexpr const char* first = "    fields:\n      - {key: cell, at: 0, type: u8, range: [0, 255]}\n";

class ReferenceFault : public testing::TestWithParam<Fault> {};

TEST_P(ReferenceFault, IsNamedWithItsPlace) {
  EXPECT_THAT(faults(std::string{first} + GetParam().body), testing::HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Reference, ReferenceFault,
    testing::Values(
        Fault{"      - {key: b, after: cel, type: u8, range: [0, 1]}\n",
              "t.yaml:13:25: there is no field 'cel' in this query (did you mean 'cell'?)"},
        Fault{"      - {key: b, at: 1, when: c, type: u8, range: [0, 1]}\n"
              "      - {key: c, at: 2, type: u8, range: [0, 1]}\n",
              "t.yaml:13:31: field 'c' stands further down (a field can refer to those above it only)"},
        Fault{"      - {key: cell, at: 1, type: u8, range: [0, 1]}\n",
              "there are two fields 'cell' in this query"},
        Fault{"      - {key: cell, at: 1, type: u8, range: [0, 1]}\n",
              "key 'cell' is already used in line 12"},
        Fault{"      - {key: b, at: 1, type: u8, optional: true, range: [0, 1]}\n"
              "      - {key: c, after: b, type: u8, range: [0, 1]}\n",
              "t.yaml:14:9: a field behind an optional one must be optional too"},
        Fault{"      - {at: 1, type: flags, bits: [{bit: 0, key: f}]}\n"
              "      - {key: c, after: f, type: u8, range: [0, 1]}\n",
              "'f' is one bit; name its field of flags instead"},
        Fault{"      - {key: \"v{index}\", at: 1, type: u8, range: [0, 1], repeat: {count: rest, max: 2, "
              "family: v, label: "
              "cell}}\n      - {key: c, at: 2, when: v, type: u8, range: [0, 1]}\n",
              "'v' must be a single number or flag to be referred to here"},
        Fault{"    derived:\n      - {key: d, sum: cel}\n",
              "t.yaml:14:23: there is no field 'cel' in this query"},
        Fault{"    derived:\n      - {key: d}\n",
              "t.yaml:14:9: a derived value has exactly one of count, sum, min, max, delta, mean and "
              "product; found 0"},
        Fault{"    derived:\n      - {key: d, sum: cell, max: cell}\n", "found 2"},
        Fault{"    derived:\n      - {key: cell, sum: cell}\n", "key 'cell' is already used in line 12"},
        Fault{"      - {key: t, at: 1, type: text, length: 1}\n    derived:\n      - {key: d, sum: t}\n",
              "'t' gives no number to derive anything from"}));

INSTANTIATE_TEST_SUITE_P(
    Repeat, ReferenceFault,
    testing::Values(
        Fault{
            "      - {key: b, at: 1, type: u8, range: [0, 1], repeat: {count: 2, family: b, label: cell}}\n",
            "the key of a repeated field must contain {index} or {index:02}, found 'b'"},
        Fault{"      - {key: \"b{x}\", at: 1, type: u8, range: [0, 1], repeat: {count: 2, family: b, label: "
              "cell}}\n",
              "must contain {index}"},
        Fault{"      - {key: \"b{index}\", name: B, at: 1, type: u8, range: [0, 1], repeat: {count: 2, "
              "family: b, label: "
              "cell}}\n",
              "the name of a repeated field must contain {index}"},
        Fault{"      - {key: \"b{index}\", at: 1, type: u8, range: [0, 1], repeat: {count: rest, family: b, "
              "label: cell}}\n",
              "'max' is missing: how many elements are there at most?"},
        Fault{"      - {key: \"b{index}\", at: 1, type: u8, range: [0, 1], repeat: {count: 513, family: b, "
              "label: cell}}\n",
              "'count' is 1 to 512, rest, or the key of the field that holds it"},
        Fault{"      - {key: \"b{index}\", at: 1, type: u8, range: [0, 1], repeat: {count: cel, max: 2, "
              "family: b, label: "
              "cell}}\n",
              "there is no field 'cel'"},
        Fault{"      - {key: \"b{index}\", at: 1, type: u8, range: [0, 1], repeat: {count: rest, minus: "
              "[cell], max: 2, "
              "family: b, label: cell}}\n",
              "'minus' lists at most 4 flags"},
        Fault{"      - {key: \"b{index}\", at: 1, type: u8, range: [0, 1], repeat: {count: 2, family: B, "
              "label: cell}}\n",
              "'family' is a word of a-z, 0-9 and _, found 'B'"}));

TEST(ProfileFault, TopLevelKeys) {
  const std::string fields = "    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1]}\n";
  std::string text = head();
  text.replace(text.find("orion"), 5, "orin");
  EXPECT_THAT(findings_of(text + fields), testing::HasSubstr("t.yaml:2:11: "));
  EXPECT_THAT(findings_of(text + fields), testing::HasSubstr("did you mean 'orion'?"));
  text = head();
  text.replace(text.find("manufacturer\nmanu"), 12, "manifactured");
  EXPECT_THAT(findings_of(text + fields), testing::HasSubstr("t.yaml:3:10: unknown dialect 'manifactured'"));
  text = head();
  text.replace(text.find("sample"), 6, "Sample");
  EXPECT_THAT(findings_of(text + fields), testing::HasSubstr("t.yaml:1:10: the name of a profile is a word"));
  text = head();
  text.replace(text.find("default: 1"), 10, "default: 255");
  EXPECT_THAT(findings_of(text + fields), testing::HasSubstr("'default' is above 'max'"));
  text = head();
  text.replace(text.find("poll"), 4, "Poll");
  EXPECT_THAT(findings_of(text + fields), testing::HasSubstr("t.yaml:9:3: the name of a query is a word"));
  EXPECT_THAT(
      findings_of(head() + fields + "exampels: []\n"),
      testing::HasSubstr("t.yaml:13:1: unknown key 'exampels' in profile (did you mean 'examples'?)"));
}

TEST(ProfileFault, CommandsTheProtocolCannotOrMustNotSend) {
  const auto with_command = [](const std::string& command, const std::string& more = "") {
    std::string text = head();
    text.replace(text.find("0xFF02"), 6, command);
    return findings_of(text + more + "    fields:\n      - {key: a, at: 0, type: u8, range: [0, 1]}\n");
  };
  EXPECT_THAT(with_command("0x0102"), testing::HasSubstr("t.yaml:9:3: "));
  EXPECT_THAT(with_command("0xFF13", "    write: true\n"), testing::HasSubstr("is never sent"));
  EXPECT_THAT(with_command("0xFF19"), testing::HasSubstr("must be declared a write"));
  EXPECT_THAT(with_command("0x100000000"), testing::HasSubstr("t.yaml:10:14: "));
}

TEST(ProfileFault, AllAreReportedInOnePass) {
  const std::string found = faults(
      "    intervall: 1s\n"
      "    fields:\n"
      "      - {key: a, at: 0, type: u9, range: [0, 1]}\n"
      "      - {key: b, at: 0, type: u8, range: [1, 0]}\n"
      "      - {key: c, after: x, type: u8, range: [0, 1]}\n");
  for (const char* place : {"t.yaml:11:5: ", "t.yaml:13:", "t.yaml:14:", "t.yaml:15:"}) {
    EXPECT_THAT(found, testing::HasSubstr(place));
  }
}

TEST(ProfileFault, RegistersAreLimited) {
  std::string body = "    fields:\n";
  for (int i = 0; i < 66; ++i) {
    const std::string n = std::to_string(i);
    body += "      - {key: n" + n + ", at: " + n + ", type: u8, internal: true}\n";
    body += "      - {key: x" + n + ", at: 99, when: n" + n + ", type: u8, range: [0, 255]}\n";
  }
  EXPECT_THAT(faults(body), testing::HasSubstr("more than 64 fields of one query are referred to"));
}

}  // namespace
}  // namespace busbar::profile::test
