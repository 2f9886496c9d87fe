// Every way a device misbehaves, against the whole daemon: the good polls go on, and no value is ever
// published that the device did not say.
#include "support/finished.hpp"
#include "support/http_get.hpp"
#include "support/pack_facts.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>

namespace busbar::test {
namespace {

struct Mischief {
  std::string name;
  std::vector<std::string> faults;
  std::string counter;  ///< a metric that must show it
};

void PrintTo(const Mischief& mischief, std::ostream* out) { *out << mischief.name; }

class DaemonUnder : public ::testing::TestWithParam<Mischief> {};

constexpr unsigned packs = 2;
constexpr unsigned cells = 5;
constexpr std::size_t enough = 12;  ///< reports of every query of every pack

/// Reports by device and query.
std::map<std::string, std::size_t> count_reports(const std::string& output) {
  std::map<std::string, std::size_t> counts;
  for (const auto& line : lines_of(output)) {
    ++counts[line.substr(0, line.find(",\"timestamp\""))];
  }
  return counts;
}

bool has_enough(const std::string& output) {
  const auto counts = count_reports(output);
  return counts.size() == 3 * packs &&
         std::ranges::all_of(counts, [](const auto& entry) { return entry.second >= enough; });
}

TEST_P(DaemonUnder, PublishesWhatThePacksSaidAndNothingElse) {
  const auto& mischief = GetParam();
  Simulator simulator{BUSBAR_BINARY,
                      {.count = packs, .cells = cells, .faults = mischief.faults, .seed = 20261121}};
  const auto http = free_port();
  const TemporaryDirectory directory;
  const auto config = directory.write(
      "busbar.yaml",
      to_yaml({.link = simulator.url(),
               .packs = packs,
               .channel = "spacing: 5ms, after_connect: 0, timeout: 200ms, settle: 40ms, retries: 1,\n"
                          "        retry_backoff: 10ms, reconnect: {min: 20ms, max: 100ms},\n"
                          "        breaker: {failures: 5, probe_min: 100ms, probe_max: 200ms}",
               .intervals = "voltages: 50ms, status: 50ms, capacity: 50ms, serial_number: off",
               .sinks = "  screen: {format: jsonl}\n  http: {port: " + std::to_string(http) + "}\n"}));
  Process daemon{{BUSBAR_BINARY, "--config", config}};

  EXPECT_TRUE(eventually([&] { return has_enough(daemon.out()); }, seconds{120})) << "good polls stopped:\n"
                                                                                  << daemon.err();
  const auto metrics = http_get(http, "/metrics").body;
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();

  for (const auto& line : lines_of(daemon.out())) {
    const unsigned address = line.find("\"pack1\"") != std::string::npos ? 1 : 2;
    EXPECT_EQ(impossible(line, address, cells), "");
  }
  if (!mischief.counter.empty()) {
    EXPECT_GT(sample(metrics, mischief.counter).value_or(0), 0) << mischief.counter << "\n" << metrics;
  }
  for (const auto& fault : mischief.faults) {
    const auto name = fault.substr(0, fault.find_first_of(":@#"));
    EXPECT_THAT(simulator.stop(), ::testing::HasSubstr("  " + name + " ")) << "the fault did not happen";
    break;  // the counters are printed once
  }
}

const std::string channel = R"({channel="bus"})";

INSTANTIATE_TEST_SUITE_P(
    Faults, DaemonUnder,
    ::testing::Values(
        Mischief{"Silence", {"silent@0.3"}, "busbar_channel_timeouts_total" + channel},
        Mischief{
            "LostFirstRequest", {"lost_first", "reset@0.1"}, "busbar_channel_reconnects_total" + channel},
        Mischief{"LateReplies", {"late:260ms@0.3"}, "busbar_channel_late_frames_total" + channel},
        Mischief{"Garbage", {"garbage@0.3"}, "busbar_channel_skipped_bytes_total" + channel},
        Mischief{"BluetoothNoise", {"at_noise@0.3"}, "busbar_channel_skipped_bytes_total" + channel},
        Mischief{"TruncatedReplies", {"truncated@0.3"}, "busbar_channel_skipped_bytes_total" + channel},
        Mischief{"WrongAddress", {"wrong_address@0.3"}, "busbar_channel_foreign_frames_total" + channel},
        Mischief{"WrongChecksum", {"wrong_checksum@0.3"}, "busbar_channel_skipped_bytes_total" + channel},
        Mischief{"DribbledBytes", {"dribble:1ms@0.3"}, ""},
        Mischief{"SlowlyDribbledBytes", {"dribble:20ms@0.2"}, "busbar_channel_timeouts_total" + channel},
        Mischief{"GluedReplies", {"glued@0.3"}, "busbar_channel_timeouts_total" + channel},
        Mischief{"DuplicateReplies", {"duplicate@0.3"}, "busbar_channel_foreign_frames_total" + channel},
        Mischief{"Echo", {"echo@0.3"}, "busbar_channel_skipped_bytes_total" + channel},
        Mischief{"Resets", {"reset@0.3"}, "busbar_channel_reconnects_total" + channel},
        // Of the second pack only: the first pack's late answer in the second one's name is beyond any
        // master.
        Mischief{"EverythingAtOnce",
                 {"silent@0.05", "late:260ms@0.05", "garbage@0.1", "at_noise@0.1", "truncated@0.05",
                  "wrong_address@0.05#2", "wrong_checksum@0.05", "dribble:1ms@0.1", "glued@0.05",
                  "duplicate@0.1", "echo@0.1", "reset@0.03"},
                 "busbar_channel_timeouts_total" + channel}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace busbar::test
