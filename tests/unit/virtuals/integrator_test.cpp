// Energy from power against areas that can be computed by hand.
#include "virtuals/integrator.hpp"

#include "unit/virtuals/support.hpp"

#include <numbers>

namespace busbar::virtuals {
namespace {

using test::start;
using namespace std::chrono_literals;

TEST(Trapezoid, AConstantPowerTimesItsTime) {
  EXPECT_DOUBLE_EQ(trapezoid(500, 500, 1h, +1), 500);
  EXPECT_DOUBLE_EQ(trapezoid(500, 500, 1h, -1), 0);
  EXPECT_DOUBLE_EQ(trapezoid(-500, -500, 30min, -1), 250);
  EXPECT_DOUBLE_EQ(trapezoid(-500, -500, 30min, +1), 0);
}

TEST(Trapezoid, ALineThatCrossesZeroGivesEachSideItsTriangle) {
  // From -100 W to 300 W in 4 h: an hour below zero, three above.
  EXPECT_DOUBLE_EQ(trapezoid(-100, 300, 4h, +1), 300.0 * 3 / 2);
  EXPECT_DOUBLE_EQ(trapezoid(-100, 300, 4h, -1), 100.0 * 1 / 2);
  EXPECT_DOUBLE_EQ(trapezoid(300, -100, 4h, +1), 300.0 * 3 / 2);
  EXPECT_DOUBLE_EQ(trapezoid(0, 300, 2h, +1), 300);
  EXPECT_DOUBLE_EQ(trapezoid(0, 300, 2h, -1), 0);
  EXPECT_DOUBLE_EQ(trapezoid(0, 0, 2h, +1), 0);
}

TEST(Trapezoid, BothSidesTogetherAreTheWholeArea) {
  for (const auto& [from, to] : {std::pair{-7.0, 13.0}, {250.0, -1.0}, {-3.0, -4.0}, {0.0, -9.0}}) {
    const double net = trapezoid(from, to, 1h, +1) - trapezoid(from, to, 1h, -1);
    EXPECT_NEAR(net, (from + to) / 2, 1e-12) << from << " to " << to;
  }
}

TEST(Integrator, TheFirstValueAddsNothing) {
  Integrator integrator{+1, 60s};
  EXPECT_EQ(integrator.add(1000, start).watt_hours, 0);
  EXPECT_NEAR(integrator.add(1000, start + 36s).watt_hours, 10, 1e-9);
}

TEST(Integrator, ALongSilenceIsToldAndNotCounted) {
  Integrator integrator{+1, 60s};
  (void)integrator.add(1000, start);
  const auto step = integrator.add(1000, start + 61s);
  EXPECT_EQ(step.watt_hours, 0);
  EXPECT_EQ(step.gap, 61s);
  // From there on it counts again.
  const auto next = integrator.add(1000, start + 97s);
  EXPECT_NEAR(next.watt_hours, 10, 1e-9);
  EXPECT_FALSE(next.gap);
}

TEST(Integrator, ASilenceOfExactlyTheLimitStillCounts) {
  Integrator integrator{+1, 60s};
  (void)integrator.add(600, start);
  EXPECT_NEAR(integrator.add(600, start + 60s).watt_hours, 10, 1e-9);
}

TEST(Integrator, TimeThatDoesNotGoOnAddsNothing) {
  Integrator integrator{+1, 60s};
  (void)integrator.add(1000, start + 10s);
  EXPECT_EQ(integrator.add(9000, start + 10s).watt_hours, 0);
  EXPECT_EQ(integrator.add(9000, start).watt_hours, 0);
  EXPECT_NEAR(integrator.add(1000, start + 46s).watt_hours, 10, 1e-9);
}

// A day of a battery: charged by day, discharged by night, P = 2000 W · sin. What flowed each way is known
// exactly: the integral of half a wave, 2000 W · 24 h / π.
TEST(Integrator, AKnownCurveIsWithinATenthOfAPercent) {
  constexpr double amplitude = 2000;
  constexpr double day = 86400;
  const double exact = amplitude * 24 / std::numbers::pi;
  for (const auto interval : {1s, 10s, 60s}) {
    Integrator charged{+1, 300s};
    Integrator discharged{-1, 300s};
    double in = 0;
    double out = 0;
    for (auto time = 0s; time <= 24h; time += interval) {
      const double watts =
          amplitude * std::sin(2 * std::numbers::pi * static_cast<double>(time.count()) / day);
      in += charged.add(watts, start + time).watt_hours;
      out += discharged.add(watts, start + time).watt_hours;
    }
    EXPECT_NEAR(in, exact, exact * 0.001) << interval.count() << " s";
    EXPECT_NEAR(out, exact, exact * 0.001) << interval.count() << " s";
  }
}

// A heater that switches: 1800 W for 5 min of every 20, sampled every 10 s. Edges fall between samples at
// most one interval wide, and their errors cancel.
TEST(Integrator, ASwitchedLoadIsWithinATenthOfAPercentOverADay) {
  Integrator integrator{+1, 300s};
  double total = 0;
  for (auto time = 0s; time <= 24h; time += 10s) {
    const bool on = (time.count() + 7) % 1200 < 300;
    total += integrator.add(on ? 1800 : 0, start + time).watt_hours;
  }
  const double exact = 1800.0 * 6;
  EXPECT_NEAR(total, exact, exact * 0.001);
}

}  // namespace
}  // namespace busbar::virtuals
