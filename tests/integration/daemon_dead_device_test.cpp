// One dead device among eight on a 9600-baud wire costs the others next to nothing.
#include "support/http_get.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace busbar::test {
namespace {

constexpr unsigned packs = 8;
constexpr unsigned dead = 5;

double polls(const std::string& metrics, unsigned pack, const std::string& outcome) {
  return sample(metrics, "busbar_device_polls_total{device=\"pack" + std::to_string(pack) + "\",outcome=\"" +
                             outcome + "\"}")
      .value_or(-1);
}

double of_process(const std::string& metrics, const std::string& name) {
  return sample(metrics, name).value_or(-1);
}

TEST(DeadDevice, LeavesTheOthersTheirPeriod) {
  const Simulator simulator{BUSBAR_BINARY,
                            {.count = packs, .baud = 9600, .faults = {"silent#" + std::to_string(dead)}}};
  const auto http = free_port();
  const TemporaryDirectory directory;
  const auto config = directory.write(
      "busbar.yaml", to_yaml({.link = simulator.url(),
                              .packs = packs,
                              .channel = "spacing: 50ms, timeout: 500ms, settle: 100ms,\n"
                                         "        breaker: {failures: 3, probe_min: 4s, probe_max: 30s}",
                              .intervals = "voltages: 1s, status: off, capacity: off, serial_number: off",
                              .sinks = "  http: {port: " + std::to_string(http) + "}\n"}));
  Process daemon{{BUSBAR_BINARY, "--config", config}};
  const std::string dead_up = "busbar_device_up{device=\"pack" + std::to_string(dead) + "\"}";
  ASSERT_TRUE(eventually([&] { return sample(http_get(http, "/metrics").body, dead_up) == 0; }, seconds{60}))
      << daemon.err();

  const auto before = http_get(http, "/metrics").body;
  const auto uptime = of_process(before, "busbar_process_uptime_seconds");
  std::string after;
  ASSERT_TRUE(eventually(
      [&] {
        after = http_get(http, "/metrics").body;
        return of_process(after, "busbar_process_uptime_seconds") >= uptime + 20;
      },
      seconds{60}));
  const double elapsed = of_process(after, "busbar_process_uptime_seconds") - uptime;
  for (unsigned pack = 1; pack <= packs; ++pack) {
    if (pack == dead) continue;
    EXPECT_GE(polls(after, pack, "success") - polls(before, pack, "success"), 0.9 * elapsed)
        << "pack " << pack;
  }
  EXPECT_EQ(polls(after, dead, "success"), 0);
  EXPECT_GT(polls(after, dead, "discarded"), 0);
  EXPECT_EQ(sample(after, dead_up), 0);
  EXPECT_EQ(sample(after, "busbar_device_up{device=\"pack1\"}"), 1);
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

}  // namespace
}  // namespace busbar::test
