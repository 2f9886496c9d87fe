// How much of the wire the polls need, and what a person is told when it is too much.
#include "app/budget.hpp"

#include "unit/app/configuration_support.hpp"

namespace busbar::app {
namespace {

using namespace std::chrono_literals;

std::string packs(int count, const std::string& intervals) {
  std::string text = "devices:\n";
  for (int i = 1; i <= count; ++i) {
    text += "  pack" + std::to_string(i) + ": {profile: orion1000, address: " + std::to_string(i) +
            ", intervals: " + intervals + "}\n";
  }
  return text;
}

Loaded site(int count, const std::string& intervals, const std::string& channel = "") {
  Loaded result = test::loaded(test::file_of("channels: {rs485: {link: \"tcp://x:1\"" + channel + "}}\n",
                                             packs(count, intervals), test::sinks));
  EXPECT_TRUE(result.configuration) << result.findings.text();
  return result;
}

constexpr const char* status_only = "{status: 1s, voltages: off, capacity: off, serial_number: off}";

TEST(Budget, is_bytes_at_the_baud_rate_plus_thinking_and_spacing) {
  const Loaded result = site(1, status_only, ", baud: 9600, spacing: 100ms");
  const auto budgets = bus_budget(*result.configuration, result.profiles);
  ASSERT_EQ(budgets.size(), 1U);
  ASSERT_EQ(budgets[0].lines.size(), 1U);  // what is off takes no time
  const BudgetLine& line = budgets[0].lines[0];
  EXPECT_EQ(line.query, "status");
  EXPECT_EQ(line.interval, 1s);
  const auto* const query = result.profiles.find("orion1000")->find("status");
  const auto bytes = static_cast<double>(query->typical_request + query->typical_response);
  ASSERT_GT(bytes, 0);
  EXPECT_NEAR(line.cost_ms, bytes * 10 / 9.6 + 20 + 100, 1e-9);
  EXPECT_NEAR(line.share, line.cost_ms / 1000, 1e-12);
  EXPECT_NEAR(budgets[0].utilisation, line.share, 1e-12);
}

TEST(Budget, a_slower_wire_and_a_change_of_unit_cost_more) {
  const auto utilisation = [](const Loaded& result) {
    return bus_budget(*result.configuration, result.profiles).at(0).utilisation;
  };
  const double plain = utilisation(site(2, status_only));
  EXPECT_GT(utilisation(site(2, status_only, ", baud: 2400")), plain);
  EXPECT_NEAR(utilisation(site(2, status_only, ", on_unit_change: 100ms")), plain + 0.2, 1e-9);
  EXPECT_NEAR(utilisation(site(1, status_only, ", on_unit_change: 100ms")), plain / 2,
              1e-9);  // nothing changes
}

TEST(Budget, what_fits_gives_no_warning) {
  const Loaded result = site(1, "{}");
  EXPECT_TRUE(budget_warnings(*result.configuration, result.profiles).empty());
}

TEST(Budget, what_does_not_fit_names_the_heaviest_query_and_an_interval_that_helps) {
  const Loaded result = site(8, "{voltages: 1500ms, status: 20s}");
  const auto warnings = budget_warnings(*result.configuration, result.profiles);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0],
            "channel rs485: the polls asked for need 164 % of the wire; lengthen intervals, e.g. voltages of "
            "8 devices to 5s");
  const Loaded mended = site(8, "{voltages: 5s, status: 20s}");
  EXPECT_TRUE(budget_warnings(*mended.configuration, mended.profiles).empty());
}

TEST(Budget, a_nearly_full_wire_gives_a_note) {
  const Loaded result = site(3, "{status: 1s}");
  const auto warnings = budget_warnings(*result.configuration, result.profiles);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0],
            "channel rs485: the polls asked for need 85 % of the wire, which leaves little room for retries "
            "and writes; "
            "consider status of 3 devices to 2s");
}

TEST(Budget, a_hopeless_load_still_gives_an_advice) {
  const Loaded result = site(200, "{status: 10ms, voltages: 10ms}");
  const auto warnings = budget_warnings(*result.configuration, result.profiles);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("of 200 devices to 2h"), std::string::npos) << warnings[0];
}

}  // namespace
}  // namespace busbar::app
