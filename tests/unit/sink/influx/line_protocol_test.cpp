// Reports as lines, read back by a reader that is as strict as the documentation.
#include "sink/influx/line_protocol.hpp"

#include "unit/sink/influx/strict_lines.hpp"
#include "unit/sink/support.hpp"

#include <cmath>

namespace busbar::sink::influx {
namespace {

std::string line(std::vector<Reading> readings, std::string_view series = "busbar,device=pack") {
  return line_of(series, test::report("pack", "status", std::move(readings)));
}

TEST(LineOf, NumbersAreFloatsFlagsBooleansTextsStrings) {
  EXPECT_EQ(
      line({{&test::soc, 96.0},
            {&test::voltage, 52.34},
            {&test::alarm, true},
            {&test::mode, std::string{"idle"}}}),
      "busbar,device=pack soc=96,pack_voltage=52.34,cell_overvoltage=true,mode=\"idle\" 1795245352123\n");
}

TEST(LineOf, WhatIsNotAvailableIsNoField) {
  EXPECT_EQ(line({{&test::soc, std::monostate{}}, {&test::voltage, 52.0}}),
            "busbar,device=pack pack_voltage=52.00 1795245352123\n");
  EXPECT_EQ(line({{&test::soc, std::monostate{}}, {&test::voltage, NAN}}), "") << "a point needs a field";
  EXPECT_EQ(line({}), "");
}

TEST(LineOf, AFieldStandsThereOnce) {
  EXPECT_EQ(line({{&test::soc, 96.0}, {&test::soc, 97.0}}), "busbar,device=pack soc=96 1795245352123\n");
}

TEST(SeriesOf, HasItsTagsSorted) {
  Options options;
  options.tags = {{"site", "cellar"}, {"area", "west"}};
  EXPECT_EQ(series_of(options, "pack1"), "busbar,area=west,device=pack1,site=cellar");
}

TEST(Escaping, IsThatOfTheDocumentation) {
  EXPECT_EQ(escaped_measurement("my data, all=of it"), "my\\ data\\,\\ all=of\\ it");
  EXPECT_EQ(escaped_key("a b,c=d"), "a\\ b\\,c\\=d");
  EXPECT_EQ(escaped_key("ends\\\\"), "ends");
}

TEST(LineOf, HostileTextsStayInsideTheirField) {
  for (const std::string text :
       {"say \"hi\"", "back\\slash\\", "two\nlines", "a,b=c d", "\xFF\xFE", "", "ü€"}) {
    const std::string made = line({{&test::serial, text}});
    const auto points = test::strict_lines(made);
    ASSERT_TRUE(points.has_value()) << made;
    ASSERT_EQ(points->size(), 1U) << made;
    ASSERT_EQ(points->at(0).fields.size(), 1U) << made;
    EXPECT_EQ(points->at(0).timestamp, "1795245352123");
  }
}

TEST(SeriesOf, HostileTagsStayInsideTheirTag) {
  for (const std::string text : {"a b", "a,b=c", "x\ny", "\xC3", "\\", "end\\"}) {
    Options options;
    options.measurement = "m " + text;
    options.tags = {{"place", "p" + text}};
    const auto points = test::strict_lines(line({{&test::soc, 1.0}}, series_of(options, "pack")));
    ASSERT_TRUE(points.has_value()) << text;
    ASSERT_EQ(points->at(0).tags.size(), 2U) << text;
    EXPECT_EQ(points->at(0).tags.at("device"), "pack");
  }
}

}  // namespace
}  // namespace busbar::sink::influx
