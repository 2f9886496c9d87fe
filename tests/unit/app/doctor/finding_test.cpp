// What the doctor prints.
#include "app/doctor/finding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace busbar::app::doctor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string printed(const Findings& findings, bool colour = false) {
  std::ostringstream out;
  print(findings, colour, out);
  return out.str();
}

TEST(Finding, IsALineWithAlignedColumns) {
  EXPECT_EQ(printed({{Verdict::ok, "clock", "12:00"}, {Verdict::ok, "channel rs485", "opens"}}),
            " ok   clock          12:00\n"
            " ok   channel rs485  opens\n");
}

TEST(Finding, HasItsCureBelowIt) {
  EXPECT_EQ(printed({{Verdict::fail, "state", "may not be written", "chgrp busbar\nchmod g+w"}}),
            "FAIL  state  may not be written\n"
            "             → chgrp busbar\n"
            "               chmod g+w\n");
}

TEST(Finding, StandsOutByItsWordWithoutColour) {
  const auto text = printed({{Verdict::ok, "a", "x"}, {Verdict::warn, "b", "y"}, {Verdict::fail, "c", "z"}});
  EXPECT_THAT(text, HasSubstr(" ok   a"));
  EXPECT_THAT(text, HasSubstr("warn  b"));
  EXPECT_THAT(text, HasSubstr("FAIL  c"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Finding, ColoursTheWordAlone) {
  EXPECT_EQ(printed({{Verdict::warn, "b", "y"}}, true), "\x1b[33mwarn\x1b[0m  b  y\n");
  EXPECT_THAT(printed({{Verdict::fail, "b", "y"}}, true), HasSubstr("\x1b[31mFAIL\x1b[0m"));
}

TEST(Finding, NoneIsNothing) { EXPECT_EQ(printed({}), ""); }

TEST(Finding, TheWorstDecides) {
  EXPECT_EQ(worst({}), Verdict::ok);
  EXPECT_EQ(worst({{Verdict::ok, "a", ""}, {Verdict::warn, "b", ""}}), Verdict::warn);
  EXPECT_EQ(worst({{Verdict::fail, "a", ""}, {Verdict::warn, "b", ""}}), Verdict::fail);
}

TEST(Finding, AreSummedUp) {
  const Findings one_each{{Verdict::ok, "a", ""}, {Verdict::warn, "b", ""}, {Verdict::fail, "c", ""}};
  EXPECT_EQ(summary({}), "All is well.");
  EXPECT_EQ(summary({{Verdict::ok, "a", ""}}), "All is well.");
  EXPECT_EQ(summary(one_each), "1 failure, 1 warning.");
  EXPECT_EQ(summary({{Verdict::fail, "a", ""}, {Verdict::fail, "b", ""}}), "2 failures.");
  EXPECT_EQ(summary({{Verdict::warn, "a", ""}, {Verdict::warn, "b", ""}, {Verdict::warn, "c", ""}}),
            "3 warnings.");
}

}  // namespace
}  // namespace busbar::app::doctor
