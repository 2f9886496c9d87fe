// Typed access: what each kind of value accepts, and the sentence a wrong one gets.
#include "yaml/map_reader.hpp"

#include <gtest/gtest.h>

#include <array>

namespace busbar::yaml {
namespace {

using namespace std::chrono_literals;

// Parses `text`, reads it with `use`, and gives back all findings.
template <class Use>
std::string reading(std::string_view text, Use use) {
  Findings findings;
  const Document document = parse(text, "x.yaml", findings);
  MapReader reader(document, document.root, "device", findings);
  use(reader);
  reader.finish();
  return findings.text();
}

TEST(MapReader, gives_typed_values) {
  const auto findings =
      reading("t: hello\ni: 0x10\nn: -2.5\nb: yes\nd: 5min\nc: even\nl: [a, b]\ns: one\n", [](MapReader& r) {
        constexpr std::array<std::string_view, 2> choices{"even", "odd"};
        EXPECT_EQ(r.text("t"), "hello");
        EXPECT_EQ(r.integer("i", 0, 100), 16);
        EXPECT_EQ(r.number("n", -10, 10), -2.5);
        EXPECT_EQ(r.boolean("b"), true);
        EXPECT_EQ(r.duration("d", 0ms, 1h), 300'000ms);
        EXPECT_EQ(r.choice("c", choices), "even");
        EXPECT_EQ(r.texts("l"), (std::vector<std::string>{"a", "b"}));
        EXPECT_EQ(r.texts("s"), (std::vector<std::string>{"one"}));
      });
  EXPECT_EQ(findings, "");
}

TEST(MapReader, a_missing_key_is_no_finding_unless_required) {
  const auto findings = reading("a: 1\n", [](MapReader& r) {
    EXPECT_EQ(r.integer("a", 0, 1), 1);
    EXPECT_FALSE(r.text("b"));
    EXPECT_TRUE(r.texts("c").empty());
    EXPECT_FALSE(r.require_text("d"));
  });
  EXPECT_EQ(findings, "x.yaml:1:1: device needs the key 'd'\n");
}

TEST(MapReader, says_what_was_found_and_expected) {
  const auto findings = reading(
      "t: [1]\ni: 1.5\nbig: 300\nq: \"5\"\nn: nan\nb: maybe\nc: evne\nl: {a: 1}\nm: [a, [b]]\nnothing:\n",
      [](MapReader& r) {
        constexpr std::array<std::string_view, 2> choices{"even", "odd"};
        EXPECT_FALSE(r.text("t"));
        EXPECT_FALSE(r.integer("i", 0, 255));
        EXPECT_FALSE(r.integer("big", 0, 255));
        EXPECT_FALSE(r.integer("q", 0, 255));
        EXPECT_FALSE(r.number("n", 0, 1));
        EXPECT_FALSE(r.boolean("b"));
        EXPECT_FALSE(r.choice("c", choices));
        EXPECT_TRUE(r.texts("l").empty());
        EXPECT_EQ(r.texts("m").size(), 1U);
        EXPECT_FALSE(r.text("nothing"));
      });
  EXPECT_EQ(findings,
            "x.yaml:1:4: 't' must be text, found a list\n"
            "x.yaml:2:4: 'i' must be a whole number from 0 to 255, found '1.5'\n"
            "x.yaml:3:6: 'big' must be a whole number from 0 to 255, found '300'\n"
            "x.yaml:4:4: 'q' must be a whole number from 0 to 255, found '5' (in quotes it is text; remove "
            "the quotes)\n"
            "x.yaml:5:4: 'n' must be a number from 0 to 1, found 'nan'\n"
            "x.yaml:6:4: 'b' must be true or false, found 'maybe'\n"
            "x.yaml:7:4: 'c' must be one of even, odd; found 'evne' (did you mean 'even'?)\n"
            "x.yaml:8:4: 'l' must be a list of texts, found a mapping\n"
            "x.yaml:9:8: each item of 'm' must be text, found a list\n"
            "x.yaml:10:1: 'nothing' must be text, found nothing\n");
}

TEST(MapReader, durations_need_a_unit) {
  const auto findings = reading("a: 10\nb: 5m\nc: soon\nd: 2h\ne: 0\nf: [1s]\n", [](MapReader& r) {
    EXPECT_FALSE(r.duration("a", 0ms, 1h));
    EXPECT_FALSE(r.duration("b", 0ms, 1h));
    EXPECT_FALSE(r.duration("c", 0ms, 1h));
    EXPECT_FALSE(r.duration("d", 0ms, 1h));
    EXPECT_EQ(r.duration("e", 0ms, 1h), 0ms);
    EXPECT_FALSE(r.duration("f", 0ms, 1h));
  });
  EXPECT_EQ(findings,
            "x.yaml:1:4: 'a' must be a duration from 0s to 1h, found '10' (add the unit, e.g. '10s')\n"
            "x.yaml:2:4: 'b' must be a duration from 0s to 1h, found '5m' (did you mean '5min'?)\n"
            "x.yaml:3:4: 'c' must be a duration from 0s to 1h, found 'soon' (write it like 200ms, 10s, 5min, "
            "2h or 1d)\n"
            "x.yaml:4:4: 'd' must be a duration from 0s to 1h, found '2h'\n"
            "x.yaml:6:4: 'f' must be a duration from 0s to 1h, found a list\n");
}

TEST(MapReader, unknown_keys_are_reported_with_the_nearest_or_with_all) {
  const auto findings = reading("intervall: 1\nxyz: 2\n", [](MapReader& r) {
    static_cast<void>(r.node("interval"));
    static_cast<void>(r.node("address"));
  });
  EXPECT_EQ(findings,
            "x.yaml:1:1: unknown key 'intervall' in device (did you mean 'interval'?)\n"
            "x.yaml:2:1: unknown key 'xyz' in device (known here: interval, address)\n");
}

TEST(MapReader, what_is_no_mapping_gives_one_finding) {
  const auto use = [](MapReader& r) {
    EXPECT_EQ(r.require("a"), nullptr);
    EXPECT_FALSE(r.text("b"));
  };
  EXPECT_EQ(reading("hello", use),
            "x.yaml:1:1: device must be a mapping (key: value lines), found 'hello'\n");
  EXPECT_EQ(reading("- 1", use), "x.yaml:1:1: device must be a mapping (key: value lines), found a list\n");
  EXPECT_EQ(reading("", use), "x.yaml: device must be a mapping (key: value lines), found nothing\n");
}

TEST(MapReader, fail_stands_at_the_value_or_at_the_mapping) {
  const auto findings = reading("a: 1\n", [](MapReader& r) {
    static_cast<void>(r.node("a"));
    r.fail("a", "wrong", "mend it");
    r.fail("b", "absent");
  });
  EXPECT_EQ(findings, "x.yaml:1:4: wrong (mend it)\nx.yaml:1:1: absent\n");
}

TEST(MapReader, a_secret_value_is_never_shown) {
  Findings findings;
  Document document = parse("port: hunter2\nmode: hunter2\ntime: 12345\n", "x.yaml", findings);
  for (Entry& entry : document.root.entries) {
    entry.value.secret = true;
  }
  MapReader reader(document, document.root, "sink", findings);
  constexpr std::array<std::string_view, 1> choices{"hunter"};
  EXPECT_FALSE(reader.integer("port", 1, 10));
  EXPECT_FALSE(reader.choice("mode", choices));
  EXPECT_FALSE(reader.duration("time", 0ms, 1h));
  EXPECT_EQ(findings.list().size(), 3U);
  EXPECT_EQ(findings.text().find("hunter2"), std::string::npos) << findings.text();
  EXPECT_EQ(findings.text().find("12345"), std::string::npos) << findings.text();
}

}  // namespace
}  // namespace busbar::yaml
