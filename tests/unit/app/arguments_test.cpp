// Options of a command: what is given, what is assumed, and what the help says of both.
#include "app/arguments.hpp"

#include "app/exit_code.hpp"
#include "support/captured_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct ArgumentsTest : testing::Test {
  ArgumentsTest() {
    options.flag("all", "everything")
        .value("config,c", "FILE", "the site file", "/etc/site.yaml")
        .value("name,n", "NAME", "of the thing")
        .values("fault", "SPEC", "more than once")
        .positional("FIRST", 1, "the first word")
        .positional("REST", -1, "the others");
  }
  /// The exit code, or -1 to go on.
  int parse(std::vector<std::string> words) {
    printed = test::run_captured([&] { return options.parse(words).value_or(-1); });
    return printed.code;
  }
  Arguments options{"busbar test [options]", "What it is for."};
  test::CapturedOutput printed;
};

TEST_F(ArgumentsTest, NothingGivenIsNotTheSameAsADefault) {
  EXPECT_EQ(parse({}), -1);
  EXPECT_FALSE(options.has("all"));
  EXPECT_TRUE(options.has("config"));
  EXPECT_FALSE(options.given("config"));
  EXPECT_EQ(options.text("config"), "/etc/site.yaml");
  EXPECT_FALSE(options.has("name"));
  EXPECT_EQ(options.text("name"), "");
  EXPECT_THAT(options.list("fault"), IsEmpty());
  EXPECT_THAT(options.list("FIRST"), IsEmpty());
}

TEST_F(ArgumentsTest, ShortAndLongFormsAreTheSame) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"-c", "x"}, {"-cx"}, {"--config", "x"}, {"--config=x"}}) {
    Arguments one{"busbar test", ""};
    one.value("config,c", "FILE", "the site file");
    EXPECT_EQ(one.parse(words), std::nullopt);
    EXPECT_TRUE(one.given("config"));
    EXPECT_EQ(one.text("config"), "x");
  }
}

TEST_F(ArgumentsTest, WordsAndOptionsMayBeMixed) {
  EXPECT_EQ(parse({"one", "--fault", "a", "two", "--all", "three", "--fault=b"}), -1);
  EXPECT_THAT(options.list("FIRST"), ElementsAre("one"));
  EXPECT_THAT(options.list("REST"), ElementsAre("two", "three"));
  EXPECT_THAT(options.list("fault"), ElementsAre("a", "b"));
  EXPECT_TRUE(options.given("all"));
}

TEST_F(ArgumentsTest, BehindTwoDashesEverythingIsAWord) {
  EXPECT_EQ(parse({"pack", "--", "-5", "--all"}), -1);
  EXPECT_THAT(options.list("REST"), ElementsAre("-5", "--all"));
  EXPECT_FALSE(options.has("all"));
}

TEST_F(ArgumentsTest, AbbreviationsAreNotGuessed) {
  EXPECT_EQ(parse({"--conf", "x"}), exit_usage);
  EXPECT_THAT(printed.err, HasSubstr("unknown option '--conf' (did you mean '--config'?)"));
}

TEST_F(ArgumentsTest, AnEmptyValueIsAVariableThatWasNotSet) {
  EXPECT_EQ(parse({"--name", ""}), exit_usage);
  EXPECT_EQ(printed.err, "busbar: --name is empty; see --help\n");
}

TEST_F(ArgumentsTest, AFlagIsNoEmptyValue) {
  EXPECT_EQ(parse({"--all"}), -1);
  EXPECT_TRUE(options.given("all"));
}

TEST_F(ArgumentsTest, HelpShowsEverythingAndDoesNothing) {
  EXPECT_EQ(parse({"--help", "--name", ""}), exit_ok);
  for (const char* part : {"Usage: busbar test [options]", "What it is for.", "FIRST  the first word",
                           "-c [ --config ] FILE", "(=/etc/site.yaml)", "--fault SPEC"})
    EXPECT_THAT(printed.out, HasSubstr(part));
  EXPECT_EQ(printed.err, "");
}

TEST_F(ArgumentsTest, NumbersKeepToTheirRange) {
  struct Case {
    const char* text;
    std::optional<std::int64_t> number;
  };
  for (const Case& one :
       {Case{"0", 0}, Case{"250", 250}, Case{"0x10", 16}, Case{"251", {}}, Case{"-1", {}}, Case{"1.5", {}},
        Case{"ten", {}}, Case{"99999999999999999999", {}}, Case{" 1", {}}}) {
    Arguments numbers{"busbar test", ""};
    numbers.value("name", "N", "a number");
    std::optional<std::int64_t> number;
    printed = test::run_captured([&] {
      (void)numbers.parse({"--name", one.text});
      number = numbers.integer("name", 0, 250);
      return 0;
    });
    EXPECT_EQ(number, one.number) << one.text;
    if (!one.number) {
      EXPECT_EQ(printed.err,
                "busbar: --name is '" + std::string{one.text} + "', expected an integer from 0 to 250\n");
    }
  }
}

}  // namespace
}  // namespace busbar::app
