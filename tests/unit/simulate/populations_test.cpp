// What a family puts on a wire, and what it says of populations that cannot be.
#include "simulate/families.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace busbar::simulate {
namespace {

const Family& family(std::string_view name) {
  const auto found = std::ranges::find(families(), name, &Family::name);
  if (found == families().end()) throw std::runtime_error{"no family " + std::string{name}};
  return *found;
}

struct Impossible {
  const char* family;
  Population population;
  const char* says;
};

TEST(Populations, ThatCannotBeAreRefusedInWords) {
  const Impossible cases[] = {
      {"orion", {.count = 0}, "1 to 255"},
      {"orion", {.count = 256}, "1 to 255"},
      {"daly", {.count = 17}, "a Daly adapter takes 1 to 16 boards"},
      {"daly", {.cells = 49}, "a Daly board has 1 to 48 cells"},
      {"daly", {.count = 17, .variant = "registers"}, "1 to 16 boards"},
      {"daly", {.cells = 33, .variant = "registers"}, "1 to 32 cells"},
      {"jk", {.count = 2}, "a JK line has one board, a bus of the PB series 1 to 15"},
      {"jk", {.cells = 25, .variant = "jk02_24s"}, "such a JK board has 1 to 24 cells"},
      {"jk", {.count = 16, .variant = "pb"}, "1 to 15"},
      {"jk", {.cells = 33}, "such a JK board has 1 to 32 cells"},
      {"voltronic", {.count = 2}, "a Voltronic line has one inverter; simulate several --lines"},
      {"vedirect", {.count = 2}, ""},
      {"mbus", {.count = 251}, "a simulated M-Bus has 1 to 250 slaves"},
  };
  for (const Impossible& one : cases) {
    const auto made = family(one.family).make(one.population);
    ASSERT_TRUE(made.has_error()) << one.family << " " << one.says;
    EXPECT_EQ(made.error().code, Errc::invalid_configuration) << one.family;
    EXPECT_NE(made.error().detail.find(one.says), std::string::npos) << made.error().detail;
  }
}

TEST(Populations, AtTheirBoundsCanBe) {
  const std::pair<const char*, Population> cases[] = {
      {"orion", {.count = 255, .cells = 16}},
      {"daly", {.count = 16, .cells = 48}},
      {"daly", {.count = 16, .cells = 32, .variant = "registers"}},
      {"jk", {.count = 15, .variant = "pb"}},
      {"mbus", {.count = 250}},
  };
  for (const auto& [name, population] : cases) {
    const auto made = family(name).make(population);
    EXPECT_TRUE(made.has_value()) << name << ": " << made.error().detail;
  }
}

}  // namespace
}  // namespace busbar::simulate
