// What a device names itself is news once, and again when it is described otherwise.
#include "poll/catalogue.hpp"

#include <gtest/gtest.h>

namespace busbar::poll {
namespace {

TEST(Catalogue, WhatComesForTheFirstTimeIsNews) {
  Quantity energy;
  energy.key = "energy";
  Quantity volume;
  volume.key = "volume";
  Catalogue catalogue;
  EXPECT_FALSE(catalogue.note("readout", {}));
  EXPECT_TRUE(catalogue.note("readout", {{&energy, 1.0}}));
  EXPECT_FALSE(catalogue.note("readout", {{&energy, 2.0}}));
  EXPECT_TRUE(catalogue.note("readout", {{&energy, 2.0}, {&volume, 3.0}}));
  EXPECT_FALSE(catalogue.note("readout", {{&volume, 3.0}}));
  EXPECT_EQ(catalogue.of("readout"), (std::vector<const Quantity*>{&energy, &volume}));
  EXPECT_TRUE(catalogue.of("other").empty());
}

TEST(Catalogue, AKeyThatIsDescribedOtherwiseTakesThePlaceOfTheOld) {
  Quantity coarse;
  coarse.key = "energy";
  Quantity fine = coarse;
  fine.precision = 3;
  Catalogue catalogue;
  EXPECT_TRUE(catalogue.note("readout", {{&coarse, 1.0}}));
  EXPECT_TRUE(catalogue.note("readout", {{&fine, 1.0}}));
  EXPECT_EQ(catalogue.of("readout"), (std::vector<const Quantity*>{&fine}));
}

}  // namespace
}  // namespace busbar::poll
