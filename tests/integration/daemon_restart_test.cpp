// Broker, device server and busbar are killed and started again in every order: in the end everything is
// online, the state is new, and nothing is retained that was not before.
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <csignal>
#include <set>

namespace busbar::test {
namespace {

constexpr unsigned packs = 2;

/// The three parts of a site, each of which can be killed and started.
class Site {
 public:
  explicit Site(bool broker_remembers)
      : broker_{{.persistence = broker_remembers,
                 // Written at once, so that SIGKILL finds old news on the disk.
                 .extra = broker_remembers ? "autosave_on_changes true\nautosave_interval 1\n" : ""}},
        server_{BUSBAR_BINARY, {.count = packs}} {
    config_ = directory_.write(
        "busbar.yaml",
        to_yaml(
            {.link = server_.url(), .packs = packs, .sinks = "  mqtt: {url: \"" + broker_.url() + "\"}\n"}));
    start('d');
  }

  void kill(char part) {
    if (part == 'b') broker_.kill();
    if (part == 's') server_.kill();
    if (part != 'd') return;
    daemon_->signal(SIGKILL);
    static_cast<void>(daemon_->wait());
  }
  void start(char part) {
    if (part == 'b') broker_.start();
    if (part == 's') server_.start();
    if (part == 'd')
      daemon_ = std::make_unique<Process>(std::vector<std::string>{BUSBAR_BINARY, "--config", config_});
  }

  [[nodiscard]] std::map<std::string, std::string> topics() const { return retained(broker_.url()); }
  /// Everything is online, and every state is younger than `since`.
  [[nodiscard]] bool is_well(const std::string& since) const {
    const auto all = topics();
    const auto is = [&](const std::string& topic, const std::string& payload) {
      const auto found = all.find(topic);
      return found != all.end() && found->second == payload;
    };
    if (!is("busbar/status", "online")) return false;
    for (unsigned pack = 1; pack <= packs; ++pack) {
      const auto prefix = "busbar/pack" + std::to_string(pack);
      if (!is(prefix + "/availability", "online")) return false;
      for (const auto* query : {"/state", "/state/voltages", "/state/status", "/state/capacity"}) {
        const auto found = all.find(prefix + query);
        if (found == all.end()) return false;
        const auto state = nlohmann::json::parse(found->second, nullptr, false);
        if (!state.is_object() || state.value("timestamp", "") <= since) return false;
      }
    }
    return true;
  }
  [[nodiscard]] bool becomes_well(const std::string& since) const {
    return eventually([&] { return is_well(since); }, seconds{60});
  }
  /// The youngest timestamp of all states.
  [[nodiscard]] std::string newest() const {
    std::string newest;
    for (const auto& [topic, payload] : topics()) {
      if (topic.find("/state") == std::string::npos) continue;
      newest = std::max(newest, nlohmann::json::parse(payload, nullptr, false).value("timestamp", ""));
    }
    return newest;
  }
  [[nodiscard]] std::string log() const { return daemon_->err(); }

 private:
  TemporaryDirectory directory_;
  Mosquitto broker_;
  Simulator server_;
  std::string config_;
  std::unique_ptr<Process> daemon_;
};

std::set<std::string> names(const std::map<std::string, std::string>& topics) {
  std::set<std::string> names;
  for (const auto& [topic, payload] : topics) names.insert(topic);
  return names;
}

/// Order of the parts (b broker, s device server, d daemon), and whether the broker keeps retained messages.
class KillingAndRestarting : public ::testing::TestWithParam<std::tuple<std::string, bool>> {};

TEST_P(KillingAndRestarting, AllAtOnceEndsWell) {
  const auto& [order, remembers] = GetParam();
  Site site{remembers};
  ASSERT_TRUE(site.becomes_well("")) << site.log();
  const auto before = names(site.topics());
  const auto newest = site.newest();
  for (const char part : order) site.kill(part);
  for (const char part : order) site.start(part);
  EXPECT_TRUE(site.becomes_well(newest)) << site.log();
  EXPECT_EQ(names(site.topics()), before);
}

TEST_P(KillingAndRestarting, OneAfterTheOtherEndsWell) {
  const auto& [order, remembers] = GetParam();
  Site site{remembers};
  ASSERT_TRUE(site.becomes_well("")) << site.log();
  const auto before = names(site.topics());
  for (const char part : order) {
    const auto newest = site.newest();
    site.kill(part);
    site.start(part);
    EXPECT_TRUE(site.becomes_well(newest)) << "after " << part << ":\n" << site.log();
  }
  EXPECT_EQ(names(site.topics()), before);
}

INSTANTIATE_TEST_SUITE_P(Orders, KillingAndRestarting,
                         ::testing::Combine(::testing::Values("bsd", "bds", "sbd", "sdb", "dbs", "dsb"),
                                            ::testing::Bool()),
                         [](const auto& instance) {
                           return std::get<0>(instance.param) +
                                  (std::get<1>(instance.param) ? "WithPersistence" : "WithoutPersistence");
                         });

TEST(AnOutageOfTheBroker, EndsWithTheStateOfTheDevicesAsTheyAreNow) {
  Site site{true};
  ASSERT_TRUE(site.becomes_well("")) << site.log();
  site.kill('b');
  site.kill('s');  // meanwhile the devices go: the broker still believes that they are online
  EXPECT_TRUE(eventually([&] { return site.log().find("pack2 is offline") != std::string::npos; }))
      << site.log();
  site.start('b');
  EXPECT_TRUE(eventually([&] {
    const auto all = site.topics();
    return all.at("busbar/status") == "online" && all.at("busbar/pack1/availability") == "offline" &&
           all.at("busbar/pack2/availability") == "offline";
  })) << site.log();
}

}  // namespace
}  // namespace busbar::test
