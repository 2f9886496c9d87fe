// A simulated inverter does as it is told, refuses what its firmware would refuse, and shows what was set.
#include "simulate/voltronic_settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace busbar::simulate {
namespace {

using Variant = VoltronicVariant;

std::string word(const VoltronicSettings& inverter, std::string_view query, unsigned index) {
  std::string text = inverter.answer(query).value_or("");
  std::ranges::replace(text, ',', ' ');
  std::istringstream words{text};
  std::string found;
  for (unsigned i = 0; i <= index; ++i) words >> found;
  return found;
}

TEST(VoltronicSettingsModel, ShowsWhatWasSet) {
  struct Case {
    std::string_view order, query;
    unsigned index;
    std::string_view shown;
  };
  constexpr Case cases[] = {
      {"POP01", "QPIRI", 16, "1"},
      {"PCP03", "QPIRI", 17, "3"},
      {"PGR00", "QPIRI", 15, "0"},
      {"PBT02", "QPIRI", 12, "2"},
      {"POPM01", "QPIRI", 21, "1"},
      {"PBCV45.0", "QPIRI", 8, "45.0"},
      {"PBDV00.0", "QPIRI", 22, "00.0"},
      {"PSDV41.5", "QPIRI", 9, "41.5"},
      {"PCVV57.6", "QPIRI", 10, "57.6"},
      {"PBFT53.8", "QPIRI", 11, "53.8"},
      {"MCHGC040", "QPIRI", 14, "040"},
      {"MNCHGC0120", "QPIRI", 14, "120"},
      {"MUCHGC020", "QPIRI", 13, "020"},
      {"F60", "QPIRI", 3, "60.0"},
      {"V220", "QPIRI", 2, "220.0"},
      {"PCVT120", "QPIRI", 25, "120"},
      {"PBATMAXDISC090", "QPIRI", 27, "090"},
      {"PBEQE1", "QBEQI", 0, "1"},
      {"PBEQV57.00", "QBEQI", 5, "57.00"},
      {"PLEDM3", "QLED", 2, "3"},
      {"PCST02", "QCST", 0, "02"},
  };
  for (const Case& one : cases) {
    VoltronicSettings inverter{Variant::max};
    EXPECT_TRUE(inverter.obey(one.order)) << one.order;
    EXPECT_EQ(word(inverter, one.query, one.index), one.shown) << one.order;
  }
}

TEST(VoltronicSettingsModel, RefusesWhatIsOutOfRangeOrNoOrder) {
  VoltronicSettings inverter{Variant::max};
  const auto before = inverter.answer("QPIRI");
  for (const std::string_view order :
       {"",         "P",         "POP",      "POP03",     "POP2",     "POP020", "POP0a", "PCVV64.0",
        "PCVV5640", "PCVV56.40", "PBCV43.0", "MUCHGC025", "MCHGC090", "F55",    "V225",  "PBATMAXDISC029",
        "PEn",      "PE",        "PEab",     "PXa",       "PCR00",    "QPIGS"})
    EXPECT_FALSE(inverter.obey(order)) << order;
  EXPECT_EQ(inverter.answer("QPIRI"), before);
}

TEST(VoltronicSettingsModel, AnOldFirmwareKnowsLess) {
  VoltronicSettings old{Variant::hs};
  EXPECT_FALSE(old.obey("PCVT120")) << "it has no such word";
  EXPECT_FALSE(old.obey("PBATMAXDISC090"));
  EXPECT_FALSE(old.answer("QBEQI"));
  EXPECT_FALSE(old.answer("QLED"));
  EXPECT_TRUE(old.obey("POP01"));
}

TEST(VoltronicSettingsModel, FlagsComeAndGo) {
  VoltronicSettings inverter{Variant::pi30};
  EXPECT_EQ(inverter.answer("QFLAG"), "EakxyDbdjluvz");
  EXPECT_TRUE(inverter.obey("PDa"));
  EXPECT_TRUE(inverter.obey("PEb"));
  EXPECT_TRUE(inverter.obey("PEb"));
  EXPECT_EQ(inverter.answer("QFLAG"), "EkxybDadjluvz");
  EXPECT_TRUE(inverter.obey("PF"));
  EXPECT_EQ(inverter.answer("QFLAG"), "EakxyDbdjluvz") << "the factory's";
}

TEST(VoltronicSettingsModel, Pi18HasItsOwnOrders) {
  VoltronicSettings inverter{Variant::pi18};
  EXPECT_TRUE(inverter.obey("POP0"));
  EXPECT_EQ(word(inverter, "PIRI", 17), "0");
  EXPECT_TRUE(inverter.obey("PCP0,2"));
  EXPECT_EQ(word(inverter, "PIRI", 18), "2");
  EXPECT_TRUE(inverter.obey("MCHGV560,540"));
  EXPECT_EQ(word(inverter, "PIRI", 11), "560");
  EXPECT_TRUE(inverter.obey("PDA"));
  EXPECT_EQ(word(inverter, "FLAG", 0), "0");
  EXPECT_TRUE(inverter.obey("PDI"));
  EXPECT_EQ(word(inverter, "PIRI", 20), "0");
  for (const std::string_view order : {"POP02", "PSDV481", "MCHGV560", "MCHGC0,025", "PEZ", "PCP0,3", "RTEY"})
    EXPECT_FALSE(inverter.obey(order)) << order;
}

}  // namespace
}  // namespace busbar::simulate
