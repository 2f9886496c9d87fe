// Names that people see where a profile gives none.
#include "profile/name_from_key.hpp"

#include <gtest/gtest.h>

namespace busbar::profile {
namespace {

TEST(NameFromKey, IsASentenceWithTheAbbreviationsOfTheField) {
  EXPECT_EQ(name_from_key("max_ac_charging_current"), "Max AC charging current");
  EXPECT_EQ(name_from_key("pv_power_balance"), "PV power balance");
  EXPECT_EQ(name_from_key("charge_mos"), "Charge MOS");
  EXPECT_EQ(name_from_key("lcd_backlight"), "LCD backlight");
  EXPECT_EQ(name_from_key("max_cv_charging_time"), "Max CV charging time");
  EXPECT_EQ(name_from_key("pv2_mppt_overload_fault"), "PV2 MPPT overload fault");
  EXPECT_EQ(name_from_key("mains_voltage_l1"), "Mains voltage l1");
}

TEST(NameFromKey, LooksAtWholeWordsOnly) {
  EXPECT_EQ(name_from_key("active_acid_mosaic"), "Active acid mosaic");
  EXPECT_EQ(name_from_key("soc"), "SOC");
}

TEST(NameFromKey, TakesOddKeysAsTheyAre) {
  EXPECT_EQ(name_from_key(""), "");
  EXPECT_EQ(name_from_key("_"), " ");
  EXPECT_EQ(name_from_key("4th_input"), "4th input");
  EXPECT_EQ(name_from_key("Already_Large"), "Already Large");
}

}  // namespace
}  // namespace busbar::profile
