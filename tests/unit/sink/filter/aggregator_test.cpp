// Many reports become one per period, and no report gets lost in the counts.
#include "sink/filter/aggregator.hpp"

#include "unit/sink/support.hpp"

#include <cmath>

namespace busbar::sink::filter {
namespace {

using namespace std::chrono_literals;

/// "pack status soc=95 mode=idle" for each report.
std::string shown(const std::vector<Report>& reports) {
  std::string text;
  for (const Report& report : reports) {
    text += (text.empty() ? "" : "; ") + report.device + " " + report.query;
    for (const Reading& reading : report.readings) {
      const auto value = format_value(*reading.quantity, reading.value);
      text += " " + reading.quantity->key + "=" + (value.empty() ? "-" : value);
    }
  }
  return text;
}

Report status(std::vector<Reading> readings, Steady received = test::steady_zero) {
  return test::report("pack", "status", std::move(readings), received);
}

std::string result(Function function, const std::vector<std::vector<Reading>>& reports) {
  Aggregator aggregator{function};
  for (const auto& readings : reports) aggregator.add(status(readings));
  return shown(aggregator.take());
}

TEST(Aggregator, MeasurementsBecomeTheirMeanLeastOrGreatest) {
  const std::vector<std::vector<Reading>> reports{
      {{&test::voltage, 50.0}}, {{&test::voltage, 53.0}}, {{&test::voltage, 47.0}}, {{&test::voltage, 54.0}}};
  EXPECT_EQ(result(Function::mean, reports), "pack status pack_voltage=51.00");
  EXPECT_EQ(result(Function::min, reports), "pack status pack_voltage=47.00");
  EXPECT_EQ(result(Function::max, reports), "pack status pack_voltage=54.00");
}

TEST(Aggregator, ACounterIsAsItWasLast) {
  for (const auto function : {Function::mean, Function::min, Function::max}) {
    EXPECT_EQ(result(function, {{{&test::energy, 10.0}}, {{&test::energy, 12.0}}}),
              "pack status energy_total=12.0");
  }
}

TEST(Aggregator, AFlagIsTrueOnceAlwaysOrNow) {
  const std::vector<std::vector<Reading>> reports{
      {{&test::alarm, false}}, {{&test::alarm, true}}, {{&test::alarm, false}}};
  EXPECT_EQ(result(Function::max, reports), "pack status cell_overvoltage=true");
  EXPECT_EQ(result(Function::min, reports), "pack status cell_overvoltage=false");
  EXPECT_EQ(result(Function::mean, reports), "pack status cell_overvoltage=false");
  EXPECT_EQ(result(Function::min, {{{&test::alarm, true}}, {{&test::alarm, true}}}),
            "pack status cell_overvoltage=true");
}

TEST(Aggregator, TextsAreAsTheyWereLast) {
  EXPECT_EQ(
      result(Function::max, {{{&test::mode, std::string{"idle"}}}, {{&test::mode, std::string{"charging"}}}}),
      "pack status mode=charging");
}

TEST(Aggregator, WhatWasNotAvailableLeavesTheOthersAlone) {
  EXPECT_EQ(
      result(Function::mean, {{{&test::soc, 90.0}}, {{&test::soc, std::monostate{}}}, {{&test::soc, 92.0}}}),
      "pack status soc=91");
  EXPECT_EQ(result(Function::mean, {{{&test::soc, std::monostate{}}}}), "pack status soc=-");
  EXPECT_EQ(result(Function::mean, {{{&test::soc, NAN}}, {{&test::soc, 4.0}}}), "pack status soc=4");
}

TEST(Aggregator, PeriodsAreApart) {
  Aggregator aggregator{Function::mean};
  aggregator.add(status({{&test::soc, 90.0}, {&test::voltage, 50.0}}));
  (void)aggregator.take();
  aggregator.add(status({{&test::soc, 80.0}}));
  EXPECT_EQ(shown(aggregator.take()), "pack status soc=80") << "and no voltage of the period before";
  EXPECT_EQ(shown(aggregator.take()), "") << "no reports, no sum";
}

TEST(Aggregator, DevicesAndQueriesAreApart) {
  Aggregator aggregator{Function::mean};
  aggregator.add(test::report("a", "status", {{&test::soc, 10.0}}));
  aggregator.add(test::report("b", "status", {{&test::soc, 20.0}}));
  aggregator.add(test::report("a", "cells", {{&test::soc, 30.0}}));
  EXPECT_EQ(shown(aggregator.take()), "a cells soc=30; a status soc=10; b status soc=20");
}

TEST(Aggregator, TheTimeIsThatOfTheLastReport) {
  Aggregator aggregator{Function::mean};
  aggregator.add(status({{&test::soc, 10.0}}));
  Report last = status({{&test::soc, 20.0}}, test::steady_zero + 5s);
  last.timestamp += 5s;
  aggregator.add(last);
  const auto first = aggregator.take();
  EXPECT_EQ(first.at(0).received, test::steady_zero + 5s);
  EXPECT_EQ(first.at(0).timestamp, last.timestamp);
  EXPECT_EQ(first.at(0).sequence, 1U);
  aggregator.add(last);
  EXPECT_EQ(aggregator.take().at(0).sequence, 2U);
}

TEST(Aggregator, QuantitiesMayGoWhileThePeriodLasts) {
  Aggregator aggregator{Function::mean};
  auto passing = std::make_unique<Quantity>(test::soc);
  aggregator.add(status({{passing.get(), 10.0}}));
  passing.reset();
  EXPECT_EQ(shown(aggregator.take()), "pack status soc=10");
}

TEST(Aggregator, EveryReportIsCountedOnce) {
  Aggregator aggregator{Function::mean};
  for (int i = 0; i < 5; ++i) aggregator.add(status({{&test::soc, 10.0}}));
  aggregator.add(test::report("other", "status", {{&test::soc, 20.0}}));
  EXPECT_EQ(aggregator.pending(), 6U);
  EXPECT_EQ(aggregator.merged(), 0U);
  EXPECT_EQ(aggregator.take().size(), 2U);
  EXPECT_EQ(aggregator.pending(), 0U);
  EXPECT_EQ(aggregator.merged(), 4U) << "five became one, one stayed one";
  aggregator.add(status({{&test::soc, 10.0}}));
  EXPECT_EQ(aggregator.forget("pack"), 1U);
  EXPECT_EQ(aggregator.forget("pack"), 0U);
  EXPECT_EQ(aggregator.pending(), 0U);
}

}  // namespace
}  // namespace busbar::sink::filter
