// Events of the whole daemon: an outage of the broker, an orderly restart, and SIGKILL at any moment.
#include "support/event_log.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <busbar/model/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <random>
#include <regex>
#include <set>

namespace busbar::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr unsigned packs = 4;

std::string utc_now() {
  return format_utc(
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

class History : public ::testing::Test {
 protected:
  /// The same daemon at the broker, or where no broker is.
  [[nodiscard]] std::string config(bool reachable, const std::string& spill_after) const {
    const auto url = reachable ? broker.url() : "mqtt://127.0.0.1:" + std::to_string(nobody);
    return directory.write(
        reachable ? "up.yaml" : "down.yaml",
        to_yaml({.link = server.url(),
                 .packs = packs,
                 .channel = "spacing: 1ms, after_connect: 0, timeout: 400ms, settle: 50ms",
                 .intervals = "voltages: 40ms, status: 40ms, capacity: 40ms, serial_number: off",
                 .sinks = "  mqtt: {url: \"" + url +
                          "\", state_file: \"\", home_assistant: false, events: {spool_file: \"" + spool() +
                          "\", spill_after: " + spill_after + "}}\n"}));
  }
  [[nodiscard]] std::string spool() const { return directory.path() + "/mqtt.spool"; }
  [[nodiscard]] std::unique_ptr<Process> start(bool reachable, const std::string& spill_after) const {
    return std::make_unique<Process>(std::vector<std::string>{
        BUSBAR_BINARY, "--config", config(reachable, spill_after), "--log-level", "debug"});
  }
  /// In this order, all that is older has come once something so new has. On a slow machine the first round
  /// of polls may not be over by then: each query has to have come once.
  [[nodiscard]] bool hears_something_after(const std::string& moment) const {
    return eventually(
        [&] {
          const auto events = event_log(observer.heard()).events;
          std::set<std::string> queries;
          for (const auto& event : events) queries.insert(event.query);
          return queries.size() == 3 && events.back().timestamp > moment;
        },
        60s);
  }
  void expect_whole(const EventLog& log) const {
    EXPECT_THAT(log.corrupt, IsEmpty());
    std::map<std::string, std::set<std::string>> keys;
    for (const auto& event : log.events) keys[event.query].insert(event.keys);
    EXPECT_EQ(keys.size(), 3U);
    for (const auto& [query, variants] : keys) EXPECT_EQ(variants.size(), 1U) << query;
    for (unsigned pack = 1; pack <= packs; ++pack) EXPECT_EQ(gaps(log, "pack" + std::to_string(pack)), "");
  }

  TemporaryDirectory directory;
  // The observer must not be what loses messages.
  Mosquitto broker{{.extra = "max_queued_messages 0\nmax_inflight_messages 0\n"}};
  unsigned short nobody = free_port();
  Simulator server{BUSBAR_BINARY, {.count = packs}};
  MqttObserver observer{broker.url(), {"busbar/+/event/+"}};
};

TEST_F(History, AnOrderlyEndDuringAnOutageLosesNothing) {
  auto daemon = start(false, "1h");
  ASSERT_TRUE(eventually([&] { return daemon->err().find("cannot connect to") != std::string::npos; }));
  ASSERT_TRUE(eventually([&] { return daemon->err().find("pack4 is online") != std::string::npos; }))
      << daemon->err();
  daemon->signal(SIGTERM);
  ASSERT_EQ(daemon->wait(), 0) << daemon->err();
  EXPECT_THAT(daemon->err(), HasSubstr("events wait in " + spool() + " for the next start"));
  EXPECT_TRUE(std::filesystem::exists(spool()));

  const auto restarted = utc_now();
  daemon = start(true, "1h");
  ASSERT_TRUE(hears_something_after(restarted)) << daemon->err();
  const auto log = event_log(observer.heard());
  expect_whole(log);
  EXPECT_LT(log.events.front().timestamp, restarted);
  EXPECT_EQ(log.events.front().sequence, 1U);
  EXPECT_EQ(log.repeated, 0U);
}

TEST_F(History, AHealthyRunMakesNoFile) {
  auto daemon = start(true, "30s");
  ASSERT_TRUE(eventually([&] { return observer.heard().size() > 100; })) << daemon->err();
  daemon->signal(SIGTERM);
  ASSERT_EQ(daemon->wait(), 0) << daemon->err();
  EXPECT_FALSE(std::filesystem::exists(spool())) << daemon->err();
  expect_whole(event_log(observer.heard()));
}

/// What the daemon said it had put on the disk.
std::size_t claimed(const std::string& log) {
  static const std::regex line{"mqtt: (\\d+) reports are on the disk"};
  std::size_t sum = 0;
  for (std::sregex_iterator at{log.begin(), log.end(), line}; at != std::sregex_iterator{}; ++at)
    sum += std::stoul((*at)[1]);
  return sum;
}

TEST_F(History, NothingOnTheDiskIsLostWhenItIsKilledAtAnyMoment) {
  constexpr int kills = 200;
  struct Life {
    std::string begin, end;
    std::size_t claimed = 0;
    std::size_t delivered = 0;
  };
  std::vector<Life> lives;
  std::minstd_rand random{20};
  int while_reachable = 0;
  for (int i = 0; i < kills; ++i) {
    const bool reachable = random() % 3 == 0;
    while_reachable += reachable ? 1 : 0;
    Life life{.begin = utc_now(), .end = {}};
    auto daemon = start(reachable, "0");
    ASSERT_EQ(daemon->wait(std::chrono::milliseconds{random() % 300}), std::nullopt) << daemon->err();
    daemon->signal(SIGKILL);
    ASSERT_EQ(daemon->wait(), 128 + SIGKILL);
    life.end = utc_now();
    life.claimed = claimed(daemon->err());
    EXPECT_EQ(daemon->err().find("set aside"), std::string::npos) << daemon->err();
    lives.push_back(life);
  }
  const auto restarted = utc_now();
  auto daemon = start(true, "0");
  ASSERT_TRUE(hears_something_after(restarted)) << daemon->err();

  const auto log = event_log(observer.heard());
  expect_whole(log);
  std::size_t strange = 0;
  for (const auto& event : log.events) {
    const auto life = std::ranges::find_if(
        lives, [&](const Life& one) { return one.begin <= event.timestamp && event.timestamp <= one.end; });
    if (life != lives.end()) {
      ++life->delivered;
    } else {
      strange += event.timestamp < restarted ? 1 : 0;
    }
  }
  EXPECT_EQ(strange, 0U) << "events of no life";
  std::size_t all_claimed = 0;
  int fruitful = 0;
  for (const auto& life : lives) {
    EXPECT_GE(life.delivered, life.claimed) << "the life from " << life.begin << " to " << life.end;
    all_claimed += life.claimed;
    fruitful += life.claimed > 0 ? 1 : 0;
  }
  std::cout << kills << " kills, " << while_reachable << " of them with the broker in reach; " << all_claimed
            << " reports were acknowledged by the disk in " << fruitful << " lives, " << log.events.size()
            << " arrived, " << log.repeated << " of them twice\n";
  EXPECT_GT(fruitful, kills / 4) << "too slow a machine to mean anything";
}

}  // namespace
}  // namespace busbar::test
