// Patterns over ids and keys.
#include "model/glob.hpp"

#include <gtest/gtest.h>

#include <string>

namespace busbar {
namespace {

TEST(Glob, WithoutWildcardsIsEquality) {
  EXPECT_TRUE(glob_match("pack1.soc", "pack1.soc"));
  EXPECT_FALSE(glob_match("pack1.soc", "pack1.so"));
  EXPECT_FALSE(glob_match("pack1.so", "pack1.soc"));
  EXPECT_TRUE(glob_match("", ""));
  EXPECT_FALSE(glob_match("", "a"));
}

TEST(Glob, StarStandsForAnyText) {
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("*", "pack1.soc"));
  EXPECT_TRUE(glob_match("*.soc", "pack1.soc"));
  EXPECT_TRUE(glob_match("pack*.cell_*_voltage", "pack-12.cell_03_voltage"));
  EXPECT_FALSE(glob_match("pack*.cell_*_voltage", "pack1.cell_voltage_min"));
  EXPECT_TRUE(glob_match("*voltage*", "pack1.cell_voltage_min"));
}

TEST(Glob, AQuestionMarkStandsForOneCharacter) {
  EXPECT_TRUE(glob_match("pack?.soc", "pack1.soc"));
  EXPECT_FALSE(glob_match("pack?.soc", "pack12.soc"));
  EXPECT_FALSE(glob_match("pack?.soc", "pack.soc"));
}

TEST(Glob, ManyStarsTakeNoTimeToSpeakOf) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(5000, 'a')));
  EXPECT_TRUE(glob_match(pattern, std::string(5000, 'a')));
}

}  // namespace
}  // namespace busbar
