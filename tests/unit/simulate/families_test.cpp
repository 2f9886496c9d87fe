// Every family can be simulated, with every fault, and refuses what it cannot be.
#include "simulate/families.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace busbar::simulate {
namespace {

TEST(Families, HaveNamesOfTheirOwnAndUsualSettings) {
  std::set<std::string_view> names;
  for (const Family& family : families()) {
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
    EXPECT_FALSE(family.description.empty());
    EXPECT_GE(family.baud, 300U);
    EXPECT_TRUE(family.make({}).has_value()) << family.name;
  }
}

TEST(Families, RefuseVariantsTheyDoNotHave) {
  for (const Family& family : families()) {
    const auto made = family.make({.variant = "no-such"});
    ASSERT_TRUE(made.has_error()) << family.name;
    EXPECT_NE(made.error().detail.find("'no-such'"), std::string::npos) << made.error().detail;
  }
}

TEST(Families, LieInTheirOwnProtocol) {
  for (const Family& family : families()) {
    const Forger forger = family.make({}).value()->forger();
    EXPECT_NE(forger.other_address, nullptr) << family.name;
    EXPECT_NE(forger.bad_checksum, nullptr) << family.name;
  }
}

}  // namespace
}  // namespace busbar::simulate
