// YAML that is cut off or mistyped, as it comes out of an editor at two in the morning: one sentence that
// says what is wrong, at the place where it can be mended.
#include "yaml/node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::yaml {
namespace {

struct Broken {
  const char* text;
  const char* says;
};

TEST(BrokenYaml, IsExplainedWhereItCanBeMended) {
  const Broken cases[] = {
      {"a: [1, 2\nb: 3\n", "x.yaml:1:4: the list opened with '[' here is never closed (add ']')"},
      {"a: {b: 1\n", "x.yaml:1:4: the mapping opened with '{' here is never closed"},
      {"a: \"b\n", "x.yaml:1:4: the quoted text that starts here is never closed (add the closing quote)"},
      {"a: 'b\nc: 1\n", "x.yaml:1:4: the quoted text that starts here is never closed"},
      {"a: b: c\n", "x.yaml:1:5: a ':' cannot stand here"},
      {"- 1\nb: 2\n", "x.yaml:2:1: a second document starts here"},
      {"a:\n  - 1\n  b: 2\n", "x.yaml:3:3: this line does not fit the mapping above"},
      {"a:\n  b: 1\n c: 2\n", "this line does not fit the mapping above"},
      {"a: *b\n", "x.yaml:1:4: "},
      {"a: &b 1\n", "an anchor (&name) is not supported here (write the value out where it is needed)"},
      {"a: !!binary xyz\n", "the tag '"},
      {"a: 1\n---\nb: 2\n", "x.yaml:2:1: a second document starts here"},
      {"a:\n\tb: 1\n", "x.yaml:2:1: a tab in the indentation"},
      {"a: 1\na: 2\n", "x.yaml:2:1: the key 'a' stands here a second time; the first is in line 1"},
  };
  for (const Broken& one : cases) {
    Findings findings;
    (void)parse(one.text, "x.yaml", findings);
    EXPECT_THAT(findings.text(), ::testing::HasSubstr(one.says)) << one.text;
  }
}

TEST(BrokenYaml, EveryBeginningOfAGoodFileIsReadOrExplained) {
  const std::string good =
      "version: 1\nchannels:\n  rs485: {link: \"tcp://192.168.1.50:26\", spacing: 200ms}\n"
      "devices:\n  pack1: {name: 'House battery', profile: orion1000, intervals: {status: 10s}}\n"
      "sinks:\n  - [a, {b: c}]\n";
  for (std::size_t size = 1; size <= good.size(); ++size) {
    Findings findings;
    const Document document = parse(good.substr(0, size), "x.yaml", findings);
    // Never neither: a file that is empty for the reader and has no finding would be a site without devices.
    const bool read = document.root.type == Type::map || document.root.type == Type::scalar;
    EXPECT_TRUE(read || !findings.empty()) << good.substr(0, size);
  }
}

}  // namespace
}  // namespace busbar::yaml
