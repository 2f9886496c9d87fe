// The policy over hours of simulated line time: spacing, fairness, and what a dead device costs its
// neighbours.
#include "unit/channel/simulated_line.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace busbar::channel::test {
namespace {

std::vector<Unit> eight_units(milliseconds period, int queries) {
  std::vector<Unit> units;
  for (std::uint32_t n = 0; n < 8; ++n) {
    units.push_back({.device = "pack" + std::to_string(n),
                     .address = n + 1,
                     .period = period,
                     .queries = queries,
                     .first = period * n / 8});
  }
  return units;
}

void never_answers(Unit& unit) {
  unit.answers = [](Steady) -> std::optional<milliseconds> { return std::nullopt; };
}

void expect_spacing(const std::vector<Sent>& trace, milliseconds spacing, milliseconds on_change,
                    milliseconds settle) {
  for (std::size_t n = 1; n < trace.size(); ++n) {
    const Sent& before = trace[n - 1];
    auto least = spacing + (before.address != trace[n].address ? on_change : 0ms);
    if (!before.answered) least = std::max(least, settle);
    ASSERT_GE(trace[n].start - before.end, least) << "request " << n << " to " << trace[n].device;
  }
}

TEST(PolicyLine, SpacingIsKeptForTenThousandRequests) {
  Options options{.spacing = 100ms, .on_unit_change = 30ms, .settle = 500ms};
  auto units = eight_units(1s, 1);
  int count = 0;
  units[3].answers = [&count](Steady) -> std::optional<milliseconds> {
    if (++count % 5 == 0) return std::nullopt;
    return 70ms;
  };
  SimulatedLine line{options, units};
  line.run_until(t0 + 60min);
  ASSERT_GT(line.trace.size(), 10000u);
  expect_spacing(line.trace, 100ms, 30ms, 500ms);
}

TEST(PolicyLine, NeverTwoRequestsOutstanding) {
  SimulatedLine line{Options{}, eight_units(2s, 3)};
  line.run_until(t0 + 30min);
  ASSERT_GT(line.trace.size(), 5000u);
  for (std::size_t n = 1; n < line.trace.size(); ++n) ASSERT_GE(line.trace[n].start, line.trace[n - 1].end);
}

TEST(PolicyLine, FixedRateHasNoDrift) {
  SimulatedLine line{Options{}, eight_units(10s, 3)};
  line.run_until(t0 + 10h);
  for (int n = 0; n < 8; ++n) {
    const auto reports = line.reports("pack" + std::to_string(n));
    ASSERT_EQ(reports.size(), 3600u) << n;
    EXPECT_LT(reports.back() - (reports.front() + 3599 * 10s), 1s);
    EXPECT_EQ(line.skipped("pack" + std::to_string(n)), 0u);
  }
}

TEST(PolicyLine, SevenKeepTheirPeriodBesideADeadOne) {
  constexpr auto period = 30s;
  auto units = eight_units(period, 3);
  never_answers(units[4]);
  SimulatedLine line{Options{}, units};
  line.run_until(t0 + 6h);

  for (int n = 0; n < 8; ++n) {
    if (n == 4) continue;
    const std::string device = "pack" + std::to_string(n);
    const auto reports = line.reports(device);
    EXPECT_EQ(line.skipped(device), 0u);
    ASSERT_GE(reports.size(), 719u);
    for (std::size_t k = 1; k < reports.size(); ++k) {
      const auto interval = reports[k] - reports[k - 1];
      ASSERT_GE(interval, period * 9 / 10) << device << " report " << k;
      ASSERT_LE(interval, period * 11 / 10) << device << " report " << k;
    }
  }
}

/// With a short period even one timeout is more than a tenth of it: then the mean must hold, no tick may be
/// lost, and no report may be later than that one timeout with its settle time and a round of the others.
TEST(PolicyLine, ShortPeriodsKeepTheirMeanBesideADeadOne) {
  constexpr auto period = 5s;
  auto units = eight_units(period, 1);
  never_answers(units[4]);
  const Options options;
  SimulatedLine line{options, units};
  line.run_until(t0 + 6h);

  std::size_t intervals = 0;
  std::size_t off = 0;
  for (int n = 0; n < 8; ++n) {
    if (n == 4) continue;
    const std::string device = "pack" + std::to_string(n);
    const auto reports = line.reports(device);
    EXPECT_EQ(line.skipped(device), 0u);
    ASSERT_GE(reports.size(), 4319u);
    for (std::size_t k = 1; k < reports.size(); ++k) {
      const auto interval = reports[k] - reports[k - 1];
      ++intervals;
      off += interval < period * 9 / 10 || interval > period * 11 / 10 ? 1 : 0;
      ASSERT_LE(interval, period + options.timeout + options.settle + 8 * (options.spacing + 60ms));
    }
  }
  EXPECT_LT(off, intervals / 50);
}

TEST(PolicyLine, ADeadDeviceCostsNoMoreThanItsProbes) {
  auto units = eight_units(10s, 3);
  never_answers(units[0]);
  const Options options;
  SimulatedLine line{options, units};
  line.run_until(t0 + 1h);
  // Two attempts of the first poll, one each of the next two, then probes after 10, 20, 40, 80, 160, 300,
  // 300, … s.
  const auto attempts = line.bus_time("pack0") / options.timeout;
  EXPECT_LE(attempts, 4 + 5 + 12);
  EXPECT_GE(attempts, 4 + 5 + 8);
  EXPECT_EQ(line.policy().breaker("pack0")->state(), Breaker::open);
}

TEST(PolicyLine, ADeadDeviceIsRefusedWithoutBusUse) {
  auto units = eight_units(10s, 1);
  never_answers(units[0]);
  SimulatedLine line{Options{}, units};
  line.run_until(t0 + 10min);
  std::size_t refused = 0;
  for (const Finished& end : line.finished) {
    if (end.device == "pack0" && end.error == Errc::breaker_open) {
      EXPECT_EQ(end.attempts, 0u);
      ++refused;
    }
  }
  EXPECT_GT(refused, 40u);
}

TEST(PolicyLine, SevenDeadOnesLeaveTheLivingOneAlone) {
  constexpr auto period = 30s;
  auto units = eight_units(period, 1);
  for (int n = 1; n < 8; ++n) never_answers(units[static_cast<std::size_t>(n)]);
  SimulatedLine line{Options{}, units};
  line.run_until(t0 + 6h);
  const auto reports = line.reports("pack0");
  EXPECT_EQ(line.skipped("pack0"), 0u);
  ASSERT_GE(reports.size(), 719u);
  for (std::size_t k = 10; k < reports.size(); ++k) {
    ASSERT_LE(reports[k] - reports[k - 1], period * 11 / 10) << k;
  }
}

TEST(PolicyLine, AReturningDeviceIsFoundByTheNextProbe) {
  auto units = eight_units(10s, 1);
  units[0].answers = [](Steady sent) -> std::optional<milliseconds> {
    if (sent < t0 + 30min) return std::nullopt;
    return 60ms;
  };
  const Options options;
  SimulatedLine line{options, units};
  line.run_until(t0 + 2h);
  const auto reports = line.reports("pack0");
  ASSERT_FALSE(reports.empty());
  EXPECT_LE(reports.front() - (t0 + 30min), options.breaker_probe_max + 10s);
  EXPECT_EQ(line.policy().breaker("pack0")->state(), Breaker::closed);
}

TEST(PolicyLine, EveryFifthAnswerLostIsMendedByRetries) {
  auto units = eight_units(10s, 1);
  std::uint64_t count = 0;
  for (Unit& unit : units) {
    unit.answers = [&count](Steady) -> std::optional<milliseconds> {
      if (++count % 5 == 0) return std::nullopt;
      return 60ms;
    };
  }
  SimulatedLine line{Options{}, units};
  line.run_until(t0 + 1h);
  EXPECT_GT(line.policy().retries(), 400u);
  for (const Finished& end : line.finished) ASSERT_FALSE(end.error) << end.device;
}

TEST(PolicyLine, EveryFifthAnswerLostAtRandomMakesNoDeviceLookGone) {
  auto units = eight_units(10s, 1);
  std::minstd_rand random{2026};
  for (Unit& unit : units) {
    unit.answers = [&random](Steady) -> std::optional<milliseconds> {
      if (random() % 5 == 0) return std::nullopt;
      return 60ms;
    };
  }
  SimulatedLine line{Options{}, units};
  line.run_until(t0 + 6h);
  std::map<std::string, int> in_a_row;
  int gone = 0;
  for (const Finished& end : line.finished) {
    int& failed = in_a_row[end.device];
    failed = end.error ? failed + 1 : 0;
    gone += failed == 3 ? 1 : 0;
  }
  // 17 280 polls; six lost answers in a row are chance once in 16 000.
  EXPECT_LE(gone, 3);
}

TEST(PolicyLine, AnOverloadedLineServesAllDevicesAlike) {
  SimulatedLine line{Options{}, eight_units(1s, 2)};  // needs 16 × 260 ms each second
  line.run_until(t0 + 30min);
  std::size_t least = SIZE_MAX;
  std::size_t most = 0;
  for (int n = 0; n < 8; ++n) {
    const auto count = line.reports("pack" + std::to_string(n)).size();
    least = std::min(least, count);
    most = std::max(most, count);
  }
  // What had no turn in its period gives up instead of piling up.
  EXPECT_GT(std::ranges::count(line.finished, Errc::cancelled, &Finished::error), 0);
  EXPECT_GT(least, 0u);
  EXPECT_LE(most - least, most / 20);
}

}  // namespace
}  // namespace busbar::channel::test
