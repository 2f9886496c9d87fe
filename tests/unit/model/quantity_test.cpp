// Keys, and the names of kinds and categories.
#include <busbar/model/quantity.hpp>

#include <gtest/gtest.h>

#include <string>

namespace busbar {
namespace {

TEST(Key, IsLowerSnakeCaseFromALetter) {
  for (const auto* key : {"soc", "cell_03_voltage", "a", "x1", "a_"}) EXPECT_TRUE(is_key(key)) << key;
  for (const auto* key :
       {"", "1st", "_a", "Soc", "cell voltage", "cell-voltage", "temp\xC3\xA9", "a.b", "a/b", "a+"})
    EXPECT_FALSE(is_key(key)) << key;
}

TEST(Key, HasAtMost64Characters) {
  EXPECT_TRUE(is_key(std::string(64, 'a')));
  EXPECT_FALSE(is_key(std::string(65, 'a')));
}

TEST(Key, MayHoldNoZeroByte) { EXPECT_FALSE(is_key(std::string_view{"a\0b", 3})); }

TEST(Names, AreThoseOfTheEnumerators) {
  EXPECT_EQ(to_string(Kind::measurement), "measurement");
  EXPECT_EQ(to_string(Kind::counter), "counter");
  EXPECT_EQ(to_string(Kind::flag), "flag");
  EXPECT_EQ(to_string(Kind::enumeration), "enumeration");
  EXPECT_EQ(to_string(Kind::text), "text");
  EXPECT_EQ(to_string(Category::primary), "primary");
  EXPECT_EQ(to_string(Category::diagnostic), "diagnostic");
}

}  // namespace
}  // namespace busbar
