// The MQTT sink with events at a real broker: order and speed of the drain, newest state first, and what a
// healthy time writes.
#include "support/event_log.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/mqtt_sink_runner.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

namespace busbar::test {
namespace {

using ::testing::IsEmpty;

constexpr const char* no_limits = "max_queued_messages 0\nmax_inflight_messages 0\n";

/// Between the sink and a broker: lets nothing through until it is opened, and can be cut.
class Tunnel {
 public:
  explicit Tunnel(unsigned short target) : target_{target}, port_{free_port()} {}
  void open() {
    process_ = std::make_unique<Process>(std::vector<std::string>{
        "socat", "TCP-LISTEN:" + std::to_string(port_) + ",reuseaddr,fork,bind=127.0.0.1",
        "TCP:127.0.0.1:" + std::to_string(target_)});
  }
  void cut() {
    Process children{{"pkill", "-KILL", "-P", std::to_string(process_->pid())}};
    (void)children.wait();
    process_.reset();
  }
  [[nodiscard]] std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }

 private:
  unsigned short target_;
  unsigned short port_;
  std::unique_ptr<Process> process_;
};

class MqttHistory : public ::testing::Test {
 protected:
  [[nodiscard]] sink::mqtt::Options options() const {
    sink::mqtt::Options settings;
    settings.url = tunnel.url();
    settings.client_id = "busbar-test";
    settings.home_assistant.enabled = false;
    settings.events.emplace();
    settings.events->spool_file = directory.path() + "/mqtt.spool";
    settings.events->spill_after = 0ms;
    return settings;
  }
  /// The next reports of the pack, as if they came one a second.
  void publish(MqttSinkRunner& runner, int count) {
    for (int i = 0; i < count; ++i) {
      auto report =
          capacity_report("shed", 50 + 0.01 * (sequence % 300), static_cast<double>(sequence % 100));
      report.sequence = static_cast<std::uint64_t>(++sequence);
      report.timestamp += std::chrono::seconds{sequence};
      runner.sink().publish(report);
    }
  }

  TemporaryDirectory directory;
  Mosquitto broker{{.extra = no_limits}};
  Tunnel tunnel{broker.port()};
  MqttObserver observer{broker.url(), {"busbar/shed/#"}};
  int sequence = 0;
};

TEST_F(MqttHistory, ADayOfOutageDrainsInOrderAndTheStateComesFirst) {
  MqttSinkRunner runner{options()};
  runner.sink().describe(pack("shed"));
  constexpr int outage = 20'000;
  for (int i = 0; i < outage / 500; ++i) {
    publish(runner, 500);
    ASSERT_TRUE(runner.until([&] { return runner.sink().account().spool->memory_records == 0; }));
  }
  const auto waiting = runner.sink().account();
  EXPECT_EQ(waiting.spool->disk_records, static_cast<std::uint64_t>(outage));
  EXPECT_EQ(waiting.accepted, waiting.acknowledged + waiting.queued + waiting.dropped + waiting.coalesced);

  tunnel.open();
  ASSERT_TRUE(runner.until_connected()) << runner.last_error();
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(runner.until([&] { return runner.sink().account().queued <= outage / 2; }, 60s))
      << runner.last_error();
  publish(runner, 1);  // in the middle of the drain
  ASSERT_TRUE(runner.until([&] { return runner.sink().account().queued == 0; }, 60s)) << runner.last_error();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;

  ASSERT_TRUE(runner.until([&] { return event_log(observer.heard()).events.size() > outage; }));
  const auto heard = observer.heard();
  const auto log = event_log(heard);
  EXPECT_THAT(log.corrupt, IsEmpty());
  EXPECT_EQ(gaps(log, "shed"), "");
  EXPECT_EQ(log.events.size(), static_cast<std::size_t>(outage + 1));
  EXPECT_EQ(log.repeated, 0U);
  EXPECT_EQ(log.events.front().timestamp, "2026-11-21T07:15:53.123Z") << "the original moment";

  // The state that was published during the drain is there before the older events are.
  const auto newest = std::ranges::find_if(heard, [](const auto& one) {
    return one.topic == "busbar/shed/state/capacity" && one.payload.find("T12:49:13") != std::string::npos;
  });
  ASSERT_NE(newest, heard.end());
  const auto behind = std::count_if(
      newest, heard.end(), [](const auto& one) { return one.topic.find("/event/") != std::string::npos; });
  EXPECT_GT(behind, outage / 4);
  const auto first_state =
      std::ranges::find_if(heard, [](const auto& one) { return one.topic == "busbar/shed/state"; });
  EXPECT_LT(first_state - heard.begin(), 40) << "the state of the outage's end comes first";
  std::cout << "drained " << outage / took.count()
            << " events a second; 13 packs with three queries each 10 s give "
            << "3.9: " << outage / took.count() / 3.9 << " times the live rate\n";
}

TEST_F(MqttHistory, CutsOfTheConnectionLoseAndReorderNothing) {
  auto settings = options();
  settings.events->spill_after = 300ms;
  // Each cut in a row doubles the pause before the next attempt: chance at its shortest, and four cuts.
  sink::mqtt::Environment quick;
  quick.random = [] { return 0.0; };
  MqttSinkRunner runner{settings, std::move(quick)};
  runner.sink().describe(pack("shed"));
  constexpr unsigned cuts = 4;
  for (unsigned round = 0; round < cuts; ++round) {
    tunnel.open();
    ASSERT_TRUE(runner.until_connected()) << runner.last_error();
    const auto before = observer.heard().size();
    publish(runner, 1500);
    ASSERT_TRUE(runner.until([&] { return observer.heard().size() > before + 100; }));
    tunnel.cut();
    ASSERT_TRUE(runner.until([&] { return !runner.sink().account().healthy; }));
    publish(runner, 100);
    ASSERT_TRUE(runner.until([&] { return runner.sink().account().spool->memory_records == 0; }));
  }
  tunnel.open();
  ASSERT_TRUE(runner.until([&] { return runner.sink().account().queued == 0; }, 60s)) << runner.last_error();
  ASSERT_TRUE(runner.until([&] { return event_log(observer.heard()).events.size() == cuts * 1600; }));
  const auto log = event_log(observer.heard());
  EXPECT_THAT(log.corrupt, IsEmpty());
  EXPECT_EQ(gaps(log, "shed"), "");
  EXPECT_LE(log.repeated, cuts * sink::mqtt::EventFeed::max_in_flight);
  const auto account = runner.sink().account();
  EXPECT_EQ(account.accepted, account.acknowledged + account.queued + account.dropped + account.coalesced);
  EXPECT_EQ(account.dropped, 0U);
}

TEST_F(MqttHistory, AnEventTooLargeForTheBrokerIsDroppedAlone) {
  Mosquitto small{{.extra = "max_packet_size 400\n"}};
  auto settings = options();
  settings.url = small.url();
  MqttObserver events{small.url(), {"busbar/+/event/#"}};
  MqttSinkRunner runner{settings};
  auto wide = sink::test::report("shed", "cells", {});
  std::vector<Quantity> cells;
  for (int i = 1; i <= 40; ++i) cells.push_back(sink::test::cell(i));
  for (const auto& cell : cells) wide.readings.push_back({&cell, 3.3});
  runner.sink().publish(wide);
  publish(runner, 2);
  ASSERT_TRUE(runner.until([&] { return event_log(events.heard()).events.size() == 2; }));
  ASSERT_TRUE(runner.until([&] { return runner.sink().account().spool->dropped == 1; }));
}

/// The environment of a daemon whose writes below `state` are noted in `log`.
std::map<std::string, std::string> counting_writes(const std::string& state, const std::string& log) {
  return {{"STATE_DIRECTORY", state},
          {"LD_PRELOAD", BUSBAR_WRITE_COUNTER},
          {"ASAN_OPTIONS",
           "verify_asan_link_order=0"},  // a sanitizer wants to be the first library; it need not be
          {"WRITES_BELOW", state},
          {"WRITES_LOG", log}};
}

std::map<std::string, int> calls(const std::string& file) {
  std::map<std::string, int> counts;
  std::ifstream in{file};
  for (std::string call, name; in >> call >> name;) ++counts[name];
  return counts;
}

int sum(const std::map<std::string, int>& counts) {
  int all = 0;
  for (const auto& [name, count] : counts) all += count;
  return all;
}

/// The promise to SD cards: at most 100 writes a day while the outputs are healthy.
TEST(HistoryWrites, AHealthyDaemonDoesNotWriteToItsStateDirectory) {
  const Mosquitto broker{{.extra = no_limits}};
  const Simulator server{BUSBAR_BINARY, {.count = 4}};
  const TemporaryDirectory directory;
  const auto state = directory.path() + "/state";
  const auto log = directory.path() + "/calls";
  std::filesystem::create_directory(state);
  const auto config = directory.write(
      "busbar.yaml", to_yaml({.link = server.url(),
                              .packs = 4,
                              .sinks = "  mqtt: {url: \"" + broker.url() + "\", events: true}\n"}));
  MqttObserver observer{broker.url(), {"busbar/+/event/+"}};
  Process daemon{{BUSBAR_BINARY, "--config", config}, counting_writes(state, log)};
  // The list of published topics is written once, some seconds after the start.
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(state + "/mqtt.topics"); }, 30s))
      << daemon.err();
  const auto at_start = calls(log);
  EXPECT_GT(sum(at_start), 0) << "the counter counts";

  const auto begin = std::chrono::steady_clock::now();
  const auto heard = observer.heard().size();
  ASSERT_TRUE(eventually([&] { return observer.heard().size() > heard + 400; }, 60s)) << daemon.err();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const int later = sum(calls(log)) - sum(at_start);
  std::cout << "start: " << sum(at_start) << " calls that write or sync; then " << later << " in "
            << took.count() << " s and " << observer.heard().size() - heard
            << " events: " << later * 86400 / took.count() << " a day\n";
  EXPECT_EQ(later, 0);
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();
  const auto in_all = calls(log);
  EXPECT_FALSE(in_all.contains("mqtt.spool"));
  EXPECT_LE(sum(in_all), 100) << "start and stop included";
}

TEST(HistoryWrites, TheCounterSeesTheSpool) {
  const TemporaryDirectory directory;
  const auto state = directory.path() + "/state";
  const auto log = directory.path() + "/calls";
  std::filesystem::create_directory(state);
  const Simulator server{BUSBAR_BINARY, {.count = 1}};
  const auto config = directory.write(
      "busbar.yaml", to_yaml({.link = server.url(),
                              .sinks = "  mqtt: {url: \"mqtt://127.0.0.1:" + std::to_string(free_port()) +
                                       "\", events: {spill_after: 0}}\n"}));
  Process daemon{{BUSBAR_BINARY, "--config", config}, counting_writes(state, log)};
  EXPECT_TRUE(eventually([&] { return calls(log)["mqtt.spool-wal"] > 10; })) << daemon.err();
}

/// The other file that a healthy site writes, and only with counters of energy: docs/operations.md, SD cards.
TEST(HistoryWrites, ASaveOfTheCountersIsOneWriteAndTwoSyncs) {
  const Mosquitto broker{{.extra = no_limits}};
  const Simulator server{BUSBAR_BINARY, {.count = 2}};
  const TemporaryDirectory directory;
  const auto state = directory.path() + "/state";
  const auto log = directory.path() + "/calls";
  std::filesystem::create_directory(state);
  const auto config = directory.write(
      "busbar.yaml", to_yaml({.link = server.url(),
                              .packs = 2,
                              .device = ", virtual: {power: {expression: pack_voltage * 10, unit: W}, "
                                        "energy_in: {energy: power, unit: Wh, precision: 6}}",
                              .sinks = "  mqtt: {url: \"" + broker.url() + "\", events: true}\n"}) +
                         "persist_interval: 1s\n");
  Process daemon{{BUSBAR_BINARY, "--config", config}, counting_writes(state, log)};
  ASSERT_TRUE(eventually([&] { return calls(log)["energy.json"] >= 3; }, 30s)) << daemon.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();
  auto counts = calls(log);
  const int saves = counts["energy.json"];  // each is renamed once
  EXPECT_EQ(counts["energy.json.new"], 2 * saves) << "a write and a sync";
  EXPECT_EQ(counts["state"], saves) << "a sync of the directory";
  EXPECT_FALSE(counts.contains("mqtt.spool"));
}

}  // namespace
}  // namespace busbar::test
