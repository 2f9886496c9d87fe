// The language of expressions: what stands for a reading, what is computed, and what is refused with a
// reason.
#include "virtuals/formula.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cmath>

namespace busbar::virtuals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// "literal|<device.key>|…"
std::string taken_apart(std::string_view text) {
  const auto pieces = take_apart(text);
  if (!pieces) return "refused: " + pieces.error().detail;
  std::string all;
  for (const Piece& piece : *pieces) {
    all += piece.is_reading
               ? "<" + piece.reading.device + "." + piece.reading.key + (piece.reading.pattern ? "*>" : ">")
               : piece.text;
  }
  return all;
}

TEST(TakeApart, NamesAreReadings) {
  EXPECT_EQ(taken_apart("pack_voltage * current"), "<.pack_voltage> * <.current>");
  EXPECT_EQ(taken_apart("pack1.power+pack2.power"), "<pack1.power>+<pack2.power>");
  EXPECT_EQ(taken_apart("(a)-(-b)"), "(<.a>)-(-<.b>)");
}

TEST(TakeApart, BracketsHoldIdsThatLookLikeArithmetic) {
  EXPECT_EQ(taken_apart("[pack-1.power] - [pack-2.power]"), "<pack-1.power> - <pack-2.power>");
  EXPECT_EQ(taken_apart("[soc]"), "<.soc>");
  EXPECT_EQ(taken_apart("sum([pack*.power], 1)"), "sum(<pack*.power*>, 1)");
  EXPECT_EQ(taken_apart("max([cell_*_voltage])"), "max(<.cell_*_voltage*>)");
}

TEST(TakeApart, NumbersAndConstantsAreNoReadings) {
  EXPECT_EQ(taken_apart("1e3 + 2.5E-4*x + .5 + _pi"), "1e3 + 2.5E-4*<.x> + .5 + _pi");
  EXPECT_EQ(taken_apart("2*e3"), "2*<.e3>");
}

TEST(TakeApart, FunctionsAreNoReadings) {
  EXPECT_EQ(taken_apart("min(a, max (b, 3))"), "min(<.a>, max (<.b>, 3))");
  EXPECT_THAT(taken_apart("system(a)"),
              HasSubstr("refused: there is no function 'system'; known: abs, acos"));
}

TEST(TakeApart, WhatNoExpressionMayHoldIsNamedWithItsPlace) {
  EXPECT_EQ(taken_apart("a = 5"),
            "refused: an expression cannot hold '='; to compare, write '==' (character 3)");
  EXPECT_THAT(taken_apart("a + \"text\""), HasSubstr("text in quotes (character 5)"));
  EXPECT_THAT(taken_apart("[a"), HasSubstr("a '[' without its ']'"));
  EXPECT_THAT(taken_apart("a]"), HasSubstr("']'"));
  EXPECT_THAT(taken_apart("[]"), HasSubstr("where [DEVICE.READING] is expected"));
  EXPECT_THAT(taken_apart("[.x]"), HasSubstr("where [DEVICE.READING] is expected"));
  EXPECT_THAT(taken_apart("[a b]"), HasSubstr("where [DEVICE.READING] is expected"));
  EXPECT_THAT(taken_apart("spannung_\xC3\xBC"), HasSubstr("a letter beyond a-z"));
  EXPECT_THAT(taken_apart("!a"), HasSubstr("write 'x == 0'"));
  EXPECT_THAT(taken_apart(std::string(5000, '1')), HasSubstr("longer than 4096 bytes"));
}

TEST(TakeApart, SurvivesEveryByte) {
  for (int first = 0; first < 256; ++first) {
    for (const char* rest : {"", "a", "[", ".", "e", "1"})
      (void)take_apart(std::string(1, static_cast<char>(first)) + rest);
  }
}

double computed(const std::string& formula, std::vector<double> values) {
  auto compiled = Formula::compile(formula, values.size());
  if (!compiled) {
    ADD_FAILURE() << formula << ": " << compiled.error().detail;
    return NAN;
  }
  return (*compiled)(values);
}

TEST(Formula, Computes) {
  EXPECT_DOUBLE_EQ(computed("r0 * r1", {52.1, -10}), -521);
  EXPECT_DOUBLE_EQ(computed("sum(r0,r1,r2) / 3", {1, 2, 6}), 3);
  EXPECT_DOUBLE_EQ(computed("max(r0, r1) - min(r0, r1)", {3.3, 3.1}), 3.3 - 3.1);
  EXPECT_DOUBLE_EQ(computed("r0 < 20 && r1 > 0 ? 1 : 0", {10, 5}), 1);
  EXPECT_DOUBLE_EQ(computed("abs(r0)^2", {-3}), 9);
}

TEST(Formula, IsComputedAnewForOtherValues) {
  auto compiled = Formula::compile("r0 + 1", 1).value();
  for (const double value : {1.0, -5.0, 1e9}) EXPECT_DOUBLE_EQ(compiled(std::vector{value}), value + 1);
}

TEST(Formula, HasNoFiniteResultWhereArithmeticHasNone) {
  EXPECT_FALSE(std::isfinite(computed("r0 / r1", {1, 0})));
  EXPECT_FALSE(std::isfinite(computed("r0 / r1", {0, 0})));
  EXPECT_FALSE(std::isfinite(computed("sqrt(r0)", {-1})));
  EXPECT_FALSE(std::isfinite(computed("ln(r0)", {0})));
  EXPECT_FALSE(std::isfinite(computed("10^r0", {400})));
}

TEST(Formula, SaysWhatItDoesNotUnderstand) {
  for (const char* wrong : {"", "r0 +", "(r0", "r0 r0", "r0,r0", "* r0", "r0)", "min()", "r0 ? 1"}) {
    const auto compiled = Formula::compile(wrong, 1);
    EXPECT_FALSE(compiled.has_value()) << wrong;
    if (!compiled) {
      EXPECT_FALSE(compiled.error().detail.empty()) << wrong;
      EXPECT_THAT(compiled.error().detail, Not(HasSubstr("position"))) << "counts in the formula";
    }
  }
}

TEST(Formula, TheLocaleChangesNothing) {
  const char* const before = std::setlocale(LC_ALL, "de_DE.UTF-8");
  if (before == nullptr) return;  // the test system installs it; without it there is nothing to be seen
  EXPECT_DOUBLE_EQ(computed("r0 * 1.5", {2}), 3);
  std::setlocale(LC_ALL, "C");
}

TEST(FunctionNames, AreSortedForLookingUp) {
  EXPECT_TRUE(std::is_sorted(function_names().begin(), function_names().end()));
  EXPECT_THAT(function_names(), testing::IsSupersetOf({"abs", "avg", "max", "min", "sqrt", "sum"}));
}

}  // namespace
}  // namespace busbar::virtuals
