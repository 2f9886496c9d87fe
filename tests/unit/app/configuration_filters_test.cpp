// include, exclude and aggregate of the sinks.
#include "app/changes.hpp"
#include "app/describe_settings.hpp"
#include "unit/app/configuration_support.hpp"

#include <gmock/gmock.h>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;
using test::findings_of;
using test::valid;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string with(const std::string& sinks) {
  return test::file_of(test::channels, test::devices, "sinks:\n" + sinks);
}

TEST(Filters, EverySinkCanHaveOne) {
  const auto configuration =
      valid(with("  screen: {include: soc, aggregate: {every: 5min, function: max}}\n"
                 "  http: {exclude: [\"pack*.cell_*\", serial_number]}\n  textfile: {path: a.prom}\n"));
  const auto screen = configuration.filter_of("screen");
  EXPECT_THAT(screen.include, ElementsAre("soc"));
  EXPECT_EQ(screen.aggregate, (sink::filter::Aggregation{5min, sink::filter::Function::max}));
  EXPECT_THAT(configuration.filter_of("http").exclude, ElementsAre("pack*.cell_*", "serial_number"));
  EXPECT_TRUE(configuration.filter_of("textfile").is_open());
  EXPECT_EQ(configuration.filters.size(), 2U);
}

TEST(Filters, AnEmptyAggregateHasItsDefaults) {
  EXPECT_EQ(valid(with("  screen: {aggregate: {}}\n")).filter_of("screen").aggregate,
            (sink::filter::Aggregation{60s, sink::filter::Function::mean}));
}

TEST(Filters, VirtualReadingsCanBeChosen) {
  (void)valid(with("  screen: {include: [bank.low]}\n") +
              "virtual_devices: {bank: {virtual: {low: {expression: pack1.soc}}}}\n");
}

TEST(Filters, WrittenOutTheyReadTheSame) {
  const auto configuration =
      valid(with("  screen: {include: [\"*.soc\", pack1.current], exclude: \"cell_??_voltage\", aggregate: "
                 "{function: min}}\n"
                 "  http: {}\n"));
  EXPECT_EQ(valid(settings_as_yaml(configuration)).filters, configuration.filters);
}

TEST(Filters, MistakesAreNamedWithTheirRemedy) {
  EXPECT_EQ(findings_of(with("  screen: {include: [soc, pack_voltag]}\n")),
            "busbar.yaml:5:12: no reading fits 'pack_voltag' (did you mean 'pack_voltage'?)\n");
  EXPECT_THAT(findings_of(with("  screen: {exclude: pack2.*}\n")), HasSubstr("no reading fits 'pack2.*'"));
  EXPECT_THAT(findings_of(with("  screen: {include: \"a b\"}\n")),
              HasSubstr("'a b' in 'include' is no pattern of a reading"));
  EXPECT_THAT(findings_of(with("  screen: {include: a.b.c}\n")), HasSubstr("DEVICE.KEY or KEY"));
  EXPECT_THAT(findings_of(with("  screen: {aggregate: {every: 10ms}}\n")),
              HasSubstr("'every' must be a duration from 1s to 1d"));
  EXPECT_THAT(findings_of(with("  screen: {aggregate: {function: sum}}\n")),
              HasSubstr("one of mean, min, max; found 'sum'"));
  EXPECT_THAT(findings_of(with("  screen: {aggregate: 60s}\n")), HasSubstr("aggregate"));
  EXPECT_THAT(findings_of(with("  screen: {includes: soc}\n")), HasSubstr("did you mean 'include'?"));
}

TEST(Filters, AChangeRestartsTheSinkAlone) {
  const auto setup = [](const std::string& sinks) {
    Loaded result = test::loaded(with(sinks));
    EXPECT_EQ(result.findings.text(), "");
    return app::Setup{result.configuration.value_or(Configuration{}), std::move(result.profiles)};
  };
  const auto found =
      compare(setup("  screen: {include: soc}\n  http: {}\n"), setup("  screen: {}\n  http: {}\n"));
  EXPECT_EQ(found, (Changes{.sinks = {.stop = {"screen"}, .start = {"screen"}}}));
}

}  // namespace
}  // namespace busbar::app
