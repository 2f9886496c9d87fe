// The text format down to its characters.
#include "sink/prometheus/text_format.hpp"

#include "unit/sink/support.hpp"

#include <clocale>
#include <cmath>
#include <limits>
#include <locale>

/// glibc keeps what setlocale(3) makes of LOCPATH; the address sanitizer would blame the test for it.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:__argz_add_sep\n"; }

namespace busbar::sink::prometheus {
namespace {

std::string number(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

TEST(TextFormat, NumbersAreShortAndReadBackTheSame) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(0.96), "0.96");
  EXPECT_EQ(number(3.301), "3.301");
  EXPECT_EQ(number(-12.5), "-12.5");
  EXPECT_EQ(number(360000), "360000");
  EXPECT_EQ(number(1e12), "1000000000000");
  EXPECT_EQ(number(1795245352.123), "1795245352.123");
  EXPECT_EQ(number(1e300), "1e+300");
  EXPECT_EQ(number(1e-9), "1e-09");
  EXPECT_EQ(std::stod(number(0.1 + 0.2)), 0.1 + 0.2);
}

TEST(TextFormat, NumbersThatAreNone) {
  EXPECT_EQ(number(std::nan("")), "NaN");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(TextFormat, LabelsAreEscapedAndValid) {
  EXPECT_EQ(label("device", "pack"), R"(device="pack")");
  EXPECT_EQ(label("value", R"(a"b\c)"), R"(value="a\"b\\c")");
  EXPECT_EQ(label("value", "a\nb"), R"(value="a\nb")");
  EXPECT_EQ(label("value", "a\xFF"), "value=\"a\uFFFD\"");
}

TEST(TextFormat, AFamilyAndItsSamples) {
  std::string page;
  append_family(page, {"busbar_x", "Back\\slash and\nline.", MetricType::gauge});
  append_sample(page, "busbar_x", R"(device="a")", R"(cell="3")", 0.5);
  append_sample(page, "busbar_x", R"(device="b")", "", 2);
  append_sample(page, "busbar_x", "", "", 3);
  EXPECT_EQ(page,
            "# HELP busbar_x Back\\\\slash and\\nline.\n"
            "# TYPE busbar_x gauge\n"
            "busbar_x{device=\"a\",cell=\"3\"} 0.5\n"
            "busbar_x{device=\"b\"} 2\n"
            "busbar_x 3\n");
  EXPECT_EQ(test::promtool(page), "");
}

TEST(TextFormat, HostileTextInLabelsStillParses) {
  std::string page;
  append_family(page, {"busbar_x_info", "x", MetricType::gauge});
  for (const char* text :
       {"quote\"", "back\\", "line\n", "cr\r", "bad \xFF\xC3", "tab\t", "} 1\nbusbar_y 2\n", "\\\"", ""})
    append_sample(page, "busbar_x_info", label("value", text), {}, 1);
  EXPECT_EQ(test::promtool(page), "");
}

/// A German C locale made on the spot, so that the test does not depend on what the machine has generated.
TEST(TextFormat, ALocaleWithDecimalCommaChangesNothing) {
  const test::Directory locales;
  const std::string made = (locales.path / "de_DE.UTF-8").string();
  ASSERT_EQ(std::system(("localedef -f UTF-8 -i de_DE " + made + " > /dev/null 2>&1").c_str()), 0)
      << "localedef failed: the package 'locales' is missing";
  ASSERT_EQ(::setenv("LOCPATH", locales.path.c_str(), 1), 0);
  ASSERT_NE(std::setlocale(LC_ALL, "de_DE.UTF-8"), nullptr);
  ASSERT_STREQ(std::localeconv()->decimal_point, ",");
  const std::locale before = std::locale::global(std::locale{"de_DE.UTF-8"});
  EXPECT_EQ(number(1234567.25), "1234567.25");
  EXPECT_EQ(number(0.96), "0.96");
  std::locale::global(before);
  std::setlocale(LC_ALL, "C");
  ::unsetenv("LOCPATH");
}

}  // namespace
}  // namespace busbar::sink::prometheus
