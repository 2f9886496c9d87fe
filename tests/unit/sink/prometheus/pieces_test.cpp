// Text in pieces: what goes in comes out, in order, and no piece grows beyond measure.
#include "sink/prometheus/pieces.hpp"

#include <gtest/gtest.h>

namespace busbar::sink::prometheus {
namespace {

std::string text_of(Pieces pieces) {
  std::string text;
  while (pieces.move_to(text)) continue;
  return text;
}

TEST(Pieces, NothingIsNothing) {
  Pieces none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(text_of(none), "");
}

TEST(Pieces, WhatGoesInComesOutInOrder) {
  Pieces pieces;
  std::string all;
  for (int line = 0; line < 50'000; ++line) {
    const std::string text = std::to_string(line) + "\n";
    pieces.end() += text;
    all += text;
  }
  EXPECT_FALSE(pieces.empty());
  EXPECT_EQ(pieces.size(), all.size());
  std::string first;
  ASSERT_TRUE(pieces.move_to(first));
  EXPECT_LT(first.size(), 100'000U) << "moved in one step";
  EXPECT_EQ(first + text_of(pieces), all);
}

TEST(Pieces, WhatIsAddedAfterAllHasBeenTakenIsThere) {
  Pieces pieces;
  pieces.end() += "one";
  std::string text;
  while (pieces.move_to(text)) continue;
  pieces.end() += " and more";
  EXPECT_EQ(text + text_of(pieces), "one and more");
}

TEST(Pieces, OthersGoBehind) {
  Pieces one;
  Pieces other;
  one.end() += "one ";
  other.end() += "other ";
  one.add(std::move(other));
  one.end() += "more";
  EXPECT_EQ(text_of(one), "one other more");
}

}  // namespace
}  // namespace busbar::sink::prometheus
