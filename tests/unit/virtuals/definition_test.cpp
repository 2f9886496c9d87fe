// The order in which virtual readings are computed, and circles.
#include "virtuals/definition.hpp"

#include "unit/virtuals/support.hpp"

namespace busbar::virtuals {
namespace {

using test::energy;
using test::expression;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names(const std::vector<Definition>& definitions) {
  std::vector<std::string> all;
  for (const auto& definition : definitions) all.push_back(definition.device + "." + definition.quantity.key);
  return all;
}

TEST(InOrder, EachComesAfterWhatItReads) {
  std::vector<Source> cycle;
  const auto sorted = in_order({energy({"bank", "energy"}, {"bank", "power"}),
                                expression({"bank", "power"}, "r0+r1", {{"a", "power"}, {"b", "power"}}),
                                expression({"b", "power"}, "r0", {{"b", "voltage"}}),
                                expression({"a", "power"}, "r0", {{"a", "voltage"}})},
                               cycle);
  EXPECT_THAT(names(sorted), ElementsAre("a.power", "b.power", "bank.power", "bank.energy"));
  EXPECT_THAT(cycle, IsEmpty());
}

TEST(InOrder, WhatIsInOrderStaysAsItIs) {
  std::vector<Source> cycle;
  const auto sorted =
      in_order({expression({"p", "x"}, "r0", {{"p", "m"}}), expression({"p", "a"}, "r0", {{"p", "m"}}),
                expression({"p", "b"}, "r0", {{"p", "x"}})},
               cycle);
  EXPECT_THAT(names(sorted), ElementsAre("p.x", "p.a", "p.b"));
}

TEST(InOrder, ACircleIsNamedFromItsFirstToItsFirst) {
  std::vector<Source> cycle;
  const auto sorted =
      in_order({expression({"p", "entry"}, "r0", {{"p", "a"}}), expression({"p", "a"}, "r0", {{"p", "b"}}),
                expression({"p", "b"}, "r0", {{"q", "c"}}), expression({"q", "c"}, "r0", {{"p", "a"}})},
               cycle);
  EXPECT_THAT(sorted, IsEmpty());
  EXPECT_THAT(cycle, ElementsAre(Source{"p", "a"}, Source{"p", "b"}, Source{"q", "c"}, Source{"p", "a"}));
}

TEST(InOrder, ReadingItselfIsACircle) {
  std::vector<Source> cycle;
  EXPECT_THAT(in_order({expression({"p", "a"}, "r0+1", {{"p", "a"}})}, cycle), IsEmpty());
  EXPECT_THAT(cycle, ElementsAre(Source{"p", "a"}, Source{"p", "a"}));
}

}  // namespace
}  // namespace busbar::virtuals
