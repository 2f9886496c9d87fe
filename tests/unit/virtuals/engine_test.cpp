// From reports to virtual readings: values, missing inputs, ages, counters, and what a reload keeps.
#include "virtuals/engine.hpp"

#include "unit/virtuals/support.hpp"

namespace busbar::virtuals {
namespace {

using namespace std::chrono_literals;
using test::energy;
using test::expression;
using test::report;
using test::shown;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Voltage and current in queries of their own; both count for 30 s.
Options pack_power() {
  Options options;
  options.definitions = {expression({"pack", "power"}, "r0*r1", {{"pack", "voltage"}, {"pack", "current"}})};
  options.lifetimes = {{{"pack", "voltage"}, 30s}, {{"pack", "current"}, 30s}};
  return options;
}

Options pack_energy(Sign sign = Sign::positive) {
  Options options;
  options.definitions = {energy({"pack", "energy"}, {"pack", "power"}, sign)};
  options.lifetimes = {{{"pack", "power"}, 30s}};
  return options;
}

Options bank(std::chrono::milliseconds interval) {
  Options options;
  options.definitions = {expression({"bank", "power"}, "r0+r1", {{"a", "power"}, {"b", "power"}}),
                         energy({"bank", "energy"}, {"bank", "power"})};
  options.lifetimes = {{{"a", "power"}, 30s}, {{"b", "power"}, 30s}};
  options.devices = {{"bank", interval}};
  return options;
}

Report power_of(std::string device, std::chrono::milliseconds after, double watts) {
  return report(std::move(device), "status", after, {{&test::power, watts}});
}

TEST(Engine, AnExpressionHasItsValueOnceAllItsInputsHave) {
  Engine engine{pack_power()};
  EXPECT_THAT(shown(engine.take(report("pack", "capacity", 0s, {{&test::voltage, 50.0}}))),
              ElementsAre("pack.virtual: power=-"));
  EXPECT_THAT(shown(engine.take(report("pack", "status", 1s, {{&test::current, -10.0}}))),
              ElementsAre("pack.virtual: power=-500.000"));
  EXPECT_THAT(shown(engine.take(report("pack", "capacity", 2s, {{&test::voltage, 51.0}}))),
              ElementsAre("pack.virtual: power=-510.000"));
}

TEST(Engine, ReportsCarryTheTimeOfWhatTheyAreMadeFromAndNumbersWithoutGaps) {
  Engine engine{pack_power()};
  const auto first = engine.take(report("pack", "capacity", 5s, {{&test::voltage, 50.0}}));
  const auto second = engine.take(report("pack", "status", 7s, {{&test::current, 1.0}}));
  EXPECT_EQ(first.at(0).sequence, 1U);
  EXPECT_EQ(second.at(0).sequence, 2U);
  EXPECT_EQ(second.at(0).received, test::start + 7s);
  EXPECT_EQ(second.at(0).timestamp, test::start_utc + 7s);
}

TEST(Engine, WhatConcernsNothingLeadsToNothing) {
  Engine engine{pack_power()};
  EXPECT_THAT(engine.take(report("pack", "cells", 0s, {{&test::power, 1.0}})), IsEmpty());
  EXPECT_THAT(engine.take(report("other", "status", 0s, {{&test::current, 1.0}})), IsEmpty());
}

TEST(Engine, AMissingInputIsNoZero) {
  Engine engine{pack_power()};
  (void)engine.take(report("pack", "capacity", 0s, {{&test::voltage, 50.0}}));
  (void)engine.take(report("pack", "status", 0s, {{&test::current, 4.0}}));
  // Not available, not in the report any more, not a number: each time there is no value.
  for (const std::vector<Reading>& readings :
       {std::vector<Reading>{{&test::current, std::monostate{}}}, std::vector<Reading>{},
        std::vector<Reading>{{&test::current, NAN}},
        std::vector<Reading>{{&test::current, std::string{"5"}}}}) {
    EXPECT_THAT(shown(engine.take(report("pack", "status", 1s, readings))),
                ElementsAre("pack.virtual: power=-"));
    EXPECT_THAT(shown(engine.take(report("pack", "status", 2s, {{&test::current, 4.0}}))),
                ElementsAre("pack.virtual: power=200.000"));
  }
}

TEST(Engine, AnotherQueryDoesNotTakeAwayWhatItNeverGave) {
  Engine engine{pack_power()};
  (void)engine.take(report("pack", "capacity", 0s, {{&test::voltage, 50.0}}));
  (void)engine.take(report("pack", "status", 0s, {{&test::current, 4.0}}));
  EXPECT_THAT(engine.take(report("pack", "cells", 1s, {})), IsEmpty());
  EXPECT_THAT(shown(engine.take(report("pack", "status", 1s, {{&test::current, 5.0}}))),
              ElementsAre("pack.virtual: power=250.000"));
}

TEST(Engine, AnInputThatIsTooOldCountsNoMore) {
  Engine engine{pack_power()};
  (void)engine.take(report("pack", "capacity", 0s, {{&test::voltage, 50.0}}));
  EXPECT_THAT(shown(engine.take(report("pack", "status", 30s, {{&test::current, 4.0}}))),
              ElementsAre("pack.virtual: power=200.000"));
  EXPECT_THAT(shown(engine.take(report("pack", "status", 31s, {{&test::current, 4.0}}))),
              ElementsAre("pack.virtual: power=-"));
}

TEST(Engine, AResultThatIsNoNumberOrOutOfRangeIsDroppedAndCounted) {
  Options options = pack_power();
  options.definitions[0].rule = Expression{"r0/r1", {{"pack", "voltage"}, {"pack", "current"}}};
  options.definitions[0].quantity.range = Range{0, 100};
  Engine engine{options};
  (void)engine.take(report("pack", "capacity", 0s, {{&test::voltage, 50.0}}));
  EXPECT_EQ(engine.dropped("pack"), 0U);
  EXPECT_THAT(shown(engine.take(report("pack", "status", 0s, {{&test::current, 0.0}}))),
              ElementsAre("pack.virtual: power=-"));
  EXPECT_EQ(engine.dropped("pack"), 1U);
  EXPECT_THAT(shown(engine.take(report("pack", "status", 1s, {{&test::current, -1.0}}))),
              ElementsAre("pack.virtual: power=-"));
  EXPECT_EQ(engine.dropped("pack"), 2U);
  EXPECT_THAT(shown(engine.take(report("pack", "status", 2s, {{&test::current, 0.5}}))),
              ElementsAre("pack.virtual: power=100.000"));
  EXPECT_EQ(engine.dropped("pack"), 2U);
}

TEST(Engine, FlagsAreOneAndZeroAndCanBeTheResult) {
  Options options;
  options.definitions = {expression({"pack", "busy"}, "r0 && 1", {{"pack", "charging"}}, Kind::flag)};
  options.lifetimes = {{{"pack", "charging"}, 30s}};
  Engine engine{options};
  EXPECT_THAT(shown(engine.take(report("pack", "status", 0s, {{&test::charging, true}}))),
              ElementsAre("pack.virtual: busy=true"));
  EXPECT_THAT(shown(engine.take(report("pack", "status", 1s, {{&test::charging, false}}))),
              ElementsAre("pack.virtual: busy=false"));
}

TEST(Engine, EnergyIsTheAreaBelowThePower) {
  Engine engine{pack_energy()};
  EXPECT_THAT(shown(engine.take(power_of("pack", 0s, 1000))), ElementsAre("pack.virtual: energy=0.000"));
  EXPECT_THAT(shown(engine.take(power_of("pack", 36s, 1000))), ElementsAre("pack.virtual: energy=10.000"));
  EXPECT_THAT(shown(engine.take(power_of("pack", 72s, 0))), ElementsAre("pack.virtual: energy=15.000"));
  EXPECT_THAT(shown(engine.take(power_of("pack", 90s, -5000))), ElementsAre("pack.virtual: energy=15.000"));
}

TEST(Engine, UnitsOfPowerAndEnergyAreConverted) {
  Options options = pack_energy(Sign::negative);
  std::get<Energy>(options.definitions[0].rule).watts = 1000;  // the power comes in kW
  std::get<Energy>(options.definitions[0].rule).unit = 1000;   // the energy is wanted in kWh
  Engine engine{options};
  (void)engine.take(power_of("pack", 0s, -2));
  EXPECT_THAT(shown(engine.take(power_of("pack", 36s, -2))), ElementsAre("pack.virtual: energy=0.020"));
  EXPECT_NEAR(engine.counters().at("pack.energy"), 20, 1e-9);
}

TEST(Engine, ACounterStandsStillWhileThePowerIsMissing) {
  std::vector<std::string> gaps;
  Engine engine{pack_energy(), [&](const std::string& counter, std::chrono::milliseconds gap) {
                  gaps.push_back(counter + " " + std::to_string(gap.count()));
                }};
  (void)engine.take(power_of("pack", 0s, 1000));
  (void)engine.take(power_of("pack", 36s, 1000));
  EXPECT_THAT(shown(engine.take(report("pack", "status", 40s, {{&test::power, std::monostate{}}}))),
              ElementsAre("pack.virtual: energy=10.000"));
  EXPECT_THAT(shown(engine.take(power_of("pack", 100s, 1000))), ElementsAre("pack.virtual: energy=10.000"));
  EXPECT_THAT(gaps, ElementsAre("pack.energy 64000"));
  EXPECT_THAT(shown(engine.take(power_of("pack", 136s, 1000))), ElementsAre("pack.virtual: energy=20.000"));
}

TEST(Engine, ADeviceThatIsLostTakesWhatDependsOnItAlong) {
  Engine engine{bank(0s)};
  (void)engine.take(power_of("a", 0s, 100));
  EXPECT_THAT(shown(engine.take(power_of("b", 0s, 50))),
              ElementsAre("bank.virtual: power=150.000 energy=0.000"));
  EXPECT_THAT(shown(engine.lose("b", test::start + 1s, test::start_utc + 1s)),
              ElementsAre("bank.virtual: power=- energy=0.000"));
  EXPECT_THAT(engine.lose("b", test::start + 2s, test::start_utc + 2s), IsEmpty()) << "no news";
  EXPECT_THAT(shown(engine.take(power_of("b", 3s, 50))),
              ElementsAre("bank.virtual: power=150.000 energy=0.125"));
}

TEST(Engine, OfALostDeviceItselfNothingIsReported) {
  Engine engine{pack_power()};
  (void)engine.take(report("pack", "capacity", 0s, {{&test::voltage, 50.0}}));
  EXPECT_THAT(engine.lose("pack", test::start + 1s, test::start_utc + 1s), IsEmpty());
  EXPECT_THAT(shown(engine.take(report("pack", "status", 2s, {{&test::current, 4.0}}))),
              ElementsAre("pack.virtual: power=-"));
}

TEST(Engine, AVirtualDeviceIsReportedAtItsIntervalButIntegratesEveryValue) {
  Options options = bank(60s);
  options.lifetimes[{"b", "power"}] = 1h;
  Engine engine{options};
  (void)engine.take(power_of("a", 0s, 1000));
  (void)engine.take(power_of("b", 0s, 0));
  for (auto time = 1s; time < 60s; time += 1s) {
    // A spike between two reports.
    EXPECT_THAT(engine.take(power_of("a", time, time == 30s ? 37000 : 1000)), IsEmpty());
  }
  const auto reports = engine.take(power_of("a", 60s, 1000));
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_NEAR(std::get<double>(reports[0].readings[1].value), 1000.0 / 60 + 36000.0 / 3600, 0.001);
}

TEST(Engine, FirstAndLastValuesDoNotWaitForTheInterval) {
  Engine engine{bank(60s)};
  EXPECT_EQ(engine.take(power_of("a", 0s, 100)).size(), 1U);
  EXPECT_THAT(shown(engine.take(power_of("b", 1s, 50))),
              ElementsAre("bank.virtual: power=150.000 energy=0.000"));
  EXPECT_THAT(engine.take(power_of("b", 2s, 60)), IsEmpty());
  EXPECT_EQ(engine.lose("b", test::start + 3s, test::start_utc + 3s).size(), 1U);
}

TEST(Engine, WhatWasHeldBackCanBeFetched) {
  Engine engine{bank(60s)};
  (void)engine.take(power_of("a", 0s, 100));
  (void)engine.take(power_of("b", 0s, 50));
  EXPECT_THAT(engine.take(power_of("b", 1s, 60)), IsEmpty());
  EXPECT_THAT(shown(engine.flush()), ElementsAre("bank.virtual: power=160.000 energy=0.043"));
  EXPECT_THAT(engine.flush(), IsEmpty());
}

TEST(Engine, CountersGoOnWhereTheyWere) {
  Engine engine{pack_energy()};
  engine.restore({{"pack.energy", 1234.5}, {"gone.energy", 7}});
  EXPECT_THAT(shown(engine.take(power_of("pack", 0s, 1000))), ElementsAre("pack.virtual: energy=1234.500"));
  (void)engine.take(power_of("pack", 36s, 1000));
  EXPECT_THAT(engine.counters(), ElementsAre(std::pair{"pack.energy", 1244.5}));
}

TEST(Engine, ACounterThatNeverBeganIsNotThere) {
  Engine engine{pack_energy()};
  EXPECT_THAT(engine.counters(), IsEmpty());
  EXPECT_THAT(shown(engine.take(report("pack", "status", 0s, {{&test::power, std::monostate{}}}))),
              ElementsAre("pack.virtual: energy=-"));
}

TEST(Engine, ANewEngineInheritsValuesCountersAndOpenIntegrals) {
  Engine before{bank(0s)};
  (void)before.take(power_of("a", 0s, 1000));
  (void)before.take(power_of("b", 0s, 1000));
  (void)before.take(power_of("b", 9s, 1000));
  Options changed = bank(0s);
  changed.definitions.push_back(expression({"bank", "kilowatts"}, "r0/1000", {{"bank", "power"}}));
  Engine after{changed};
  after.inherit(before);
  // b's next value alone completes everything: a's is remembered, and the time since then is counted.
  EXPECT_THAT(shown(after.take(power_of("b", 18s, 1000))),
              ElementsAre("bank.virtual: power=2000.000 energy=10.000 kilowatts=2.000"));
}

TEST(Engine, ManyReadingsStayCheap) {
  Options options;
  for (int device = 0; device < 200; ++device) {
    const std::string id = "d" + std::to_string(device);
    options.definitions.push_back(expression({id, "double"}, "2*r0", {{id, "power"}}));
    options.lifetimes[{id, "power"}] = 30s;
  }
  Engine engine{options};
  for (int device = 0; device < 200; ++device)
    EXPECT_EQ(engine.take(power_of("d" + std::to_string(device), 1s, device)).size(), 1U);
}

}  // namespace
}  // namespace busbar::virtuals
