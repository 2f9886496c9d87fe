// Hostile text from devices: what sinks may pass on, and how wide it is.
#include "sink/utf8.hpp"

#include <gtest/gtest.h>

namespace busbar::sink {
namespace {

TEST(Utf8, ValidTextIsLeftAlone) {
  for (const char* text : {"", "pack", "25 °C", "電池", "🔋", "a\nb"}) EXPECT_EQ(valid_utf8(text), text);
}

TEST(Utf8, EveryInvalidByteBecomesTheReplacementCharacter) {
  EXPECT_EQ(valid_utf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(valid_utf8("\xC3"), "\uFFFD");                      // cut off
  EXPECT_EQ(valid_utf8("\xE2\x82"), "\uFFFD\uFFFD");            // cut off
  EXPECT_EQ(valid_utf8("\xC0\x80"), "\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("\xC3z"), "\uFFFDz");
}

TEST(Utf8, PrintableTextHasNoControlsThatMoveACursorOrReorderALine) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\uFFFD[2Jb");
  EXPECT_EQ(printable("a\nb\tc\x7f"), "a\uFFFDb\uFFFDc\uFFFD");
  EXPECT_EQ(printable("x\u202Ey"), "x\uFFFDy");
  EXPECT_EQ(printable("25 °C"), "25 °C");
}

TEST(Utf8, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("°C"), 2U);
  EXPECT_EQ(display_width("mΩ"), 2U);
  EXPECT_EQ(display_width("電池"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("🔋"), 2U);
}

}  // namespace
}  // namespace busbar::sink
