// The daemon at a real broker: what is retained while it runs, when it stops, and when it dies.
#include "support/finished.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>

namespace busbar::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Topics = std::map<std::string, std::string>;

class AtTheBroker : public ::testing::Test {
 protected:
  std::string config(unsigned count, unsigned first = 1, const std::string& more = "") const {
    return directory.write("busbar.yaml",
                           to_yaml({.link = packs.url(),
                                    .packs = count,
                                    .first = first,
                                    .sinks = "  mqtt: {url: \"" + broker.url() + "\"" + more + "}\n"}));
  }
  [[nodiscard]] bool retains(const std::string& topic, const std::string& payload) const {
    return eventually([&] {
      const auto all = retained(broker.url());
      const auto found = all.find(topic);
      return found != all.end() && found->second == payload;
    });
  }
  [[nodiscard]] bool retains_everything_of(unsigned pack) const {
    const auto id = "pack" + std::to_string(pack);
    return eventually([&] {
      const auto all = retained(broker.url());
      return all.contains("homeassistant/device/busbar_" + id + "/config") &&
             all.contains("busbar/" + id + "/state/capacity") &&
             all.contains("busbar/" + id + "/state/status") &&
             all.contains("busbar/" + id + "/state/voltages") &&
             all.contains("busbar/" + id + "/availability");
    });
  }

  TemporaryDirectory directory;
  Mosquitto broker;
  Simulator packs{BUSBAR_BINARY, {.count = 3, .cells = 16}};
};

TEST_F(AtTheBroker, EverythingAHomeNeedsIsRetained) {
  Process daemon{{BUSBAR_BINARY, "--config", config(2)}};
  ASSERT_TRUE(retains_everything_of(1)) << daemon.err();
  ASSERT_TRUE(retains_everything_of(2)) << daemon.err();
  const auto all = retained(broker.url());
  EXPECT_EQ(all.at("busbar/status"), "online");
  EXPECT_EQ(all.at("busbar/pack1/availability"), "online");
  EXPECT_EQ(all.at("busbar/pack2/availability"), "online");
  const auto state = json::parse(all.at("busbar/pack2/state"));
  EXPECT_NEAR(state["cell_16_voltage"].get<double>(), 3.3, 0.2);
  EXPECT_TRUE(state["charge_mos"].is_boolean());
  EXPECT_FALSE(state.contains("cell_17_voltage"));
}

TEST_F(AtTheBroker, DiscoveryPointsOnlyToTopicsThatExist) {
  Process daemon{{BUSBAR_BINARY, "--config", config(1)}};
  ASSERT_TRUE(retains_everything_of(1)) << daemon.err();
  // Discovery grows with what is seen: it is complete once the last cell is announced.
  ASSERT_TRUE(eventually([&] {
    return retained(broker.url()).at("homeassistant/device/busbar_pack1/config").find("cell_16_voltage") !=
           std::string::npos;
  }));
  ASSERT_TRUE(eventually([&] { return retained(broker.url()).contains("busbar/pack1/diagnostics"); }));
  const auto all = retained(broker.url());
  const auto discovery = json::parse(all.at("homeassistant/device/busbar_pack1/config"));
  // Home Assistant takes long and short keys.
  const auto& components = discovery.contains("components") ? discovery["components"] : discovery["cmps"];
  ASSERT_GT(components.size(), 40U);
  for (const auto& [key, component] : components.items()) {
    const std::string topic = component.contains("state_topic") ? component["state_topic"].get<std::string>()
                                                                : component.value("stat_t", "");
    ASSERT_TRUE(all.contains(topic)) << key << " waits for " << topic;
    EXPECT_TRUE(json::parse(all.at(topic)).contains(key)) << topic << " has no " << key;
  }
}

TEST_F(AtTheBroker, AnOrderlyEndLeavesEverythingOffline) {
  Process daemon{{BUSBAR_BINARY, "--config", config(2)}};
  ASSERT_TRUE(retains("busbar/pack2/availability", "online")) << daemon.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(seconds{5}), 0) << daemon.err();
  const auto all = retained(broker.url());
  EXPECT_EQ(all.at("busbar/status"), "offline");
  EXPECT_EQ(all.at("busbar/pack1/availability"), "offline");
  EXPECT_EQ(all.at("busbar/pack2/availability"), "offline");
  EXPECT_TRUE(all.contains("homeassistant/device/busbar_pack1/config")) << "the entities stay known";
}

TEST_F(AtTheBroker, ItsDeathIsAnnouncedByTheBroker) {
  Process daemon{{BUSBAR_BINARY, "--config", config(1)}};
  ASSERT_TRUE(retains("busbar/status", "online")) << daemon.err();
  daemon.signal(SIGKILL);
  ASSERT_EQ(daemon.wait(), 128 + SIGKILL);
  EXPECT_TRUE(retains("busbar/status", "offline"));
}

TEST_F(AtTheBroker, AnEndWithAFrozenBrokerIsAnEndAllTheSame) {
  Process daemon{{BUSBAR_BINARY, "--config", config(1)}};
  ASSERT_TRUE(retains("busbar/pack1/availability", "online")) << daemon.err();
  broker.freeze();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(seconds{10}), 0) << daemon.err();
  broker.thaw();
}

TEST_F(AtTheBroker, ADeviceServerThatIsGoneTakesOnlyItsDevicesOffline) {
  Process daemon{{BUSBAR_BINARY, "--config", config(2)}};
  ASSERT_TRUE(retains("busbar/pack1/availability", "online")) << daemon.err();
  ASSERT_TRUE(retains("busbar/pack2/availability", "online"));
  packs.kill();
  EXPECT_TRUE(retains("busbar/pack1/availability", "offline")) << daemon.err();
  EXPECT_TRUE(retains("busbar/pack2/availability", "offline"));
  EXPECT_EQ(retained(broker.url()).at("busbar/status"), "online");
  packs.start();
  EXPECT_TRUE(retains("busbar/pack1/availability", "online")) << daemon.err();
  EXPECT_TRUE(retains("busbar/pack2/availability", "online"));
}

TEST_F(AtTheBroker, AShortSilenceIsNoReasonToCallADeviceOffline) {
  Simulator moody{BUSBAR_BINARY, {.faults = {"silent@0.4"}, .seed = 7}};
  const auto file = directory.write(
      "moody.yaml",
      to_yaml({.link = moody.url(),
               .channel = "spacing: 5ms, timeout: 20ms, settle: 5ms, retries: 3, retry_backoff: 2ms,\n"
                          "        breaker: {failures: 8}",
               .intervals = "voltages: 200ms, status: off, capacity: off, serial_number: off",
               .offline_after = 8,
               .sinks = "  mqtt: {url: \"" + broker.url() + "\", topic_prefix: moody}\n"}));
  const MqttObserver observer{broker.url(), {"moody/#"}};
  Process daemon{{BUSBAR_BINARY, "--config", file}};
  const auto states = [&] {
    return std::ranges::count_if(observer.heard(), [](const auto& heard) {
      return heard.topic == "moody/pack1/state/voltages" && !heard.payload.empty();
    });
  };
  EXPECT_TRUE(eventually([&] { return states() >= 40; }, seconds{60})) << daemon.err();
  // It counts as offline until it has answered for the first time.
  std::vector<std::string> availability;
  for (const auto& heard : observer.heard()) {
    if (heard.topic == "moody/pack1/availability") availability.push_back(heard.payload);
  }
  while (availability.size() > 1 && availability.front() == "offline")
    availability.erase(availability.begin());
  EXPECT_THAT(availability, ::testing::Each("online")) << daemon.err();
}

TEST_F(AtTheBroker, ADeviceThatLeftTheConfigurationLeavesNothingBehind) {
  {
    Process daemon{{BUSBAR_BINARY, "--config", config(3)}};
    for (const unsigned pack : {1U, 2U, 3U}) ASSERT_TRUE(retains_everything_of(pack)) << daemon.err();
    daemon.signal(SIGTERM);
    ASSERT_EQ(daemon.wait(), 0);
  }
  Process daemon{{BUSBAR_BINARY, "--config", config(2)}};
  EXPECT_TRUE(retains("busbar/pack2/availability", "online")) << daemon.err();
  const auto left = [&] {
    std::string topics;
    for (const auto& [topic, payload] : retained(broker.url())) {
      if (topic.find("pack3") != std::string::npos) topics += topic + " ";
    }
    return topics;
  };
  EXPECT_TRUE(eventually([&] { return left().empty(); })) << left() << daemon.err();
  EXPECT_TRUE(retained(broker.url()).contains("homeassistant/device/busbar_pack2/config"));
}

TEST_F(AtTheBroker, OneRoundIsDeliveredWithoutDeclaringAnythingOffline) {
  const auto result = run_to_end({BUSBAR_BINARY, "--once", "--config", config(2)});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto all = retained(broker.url());
  EXPECT_EQ(all.at("busbar/status"), "online");
  EXPECT_EQ(all.at("busbar/pack1/availability"), "online");
  EXPECT_TRUE(all.contains("busbar/pack1/state"));
  EXPECT_TRUE(all.contains("homeassistant/device/busbar_pack2/config"));
}

TEST_F(AtTheBroker, AWrongPasswordIsReportedAndRetriedWithoutShowingIt) {
  const Mosquitto strict{{.passwords = {{"busbar", "right"}}}};
  const auto file =
      directory.write("strict.yaml", to_yaml({.link = packs.url(),
                                              .sinks = "  mqtt: {url: \"" + strict.url() +
                                                       "\", username: busbar, password: wrong-secret}\n"}));
  const auto result = run_to_end({BUSBAR_BINARY, "--once", "--config", file, "--log-level", "trace"});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, HasSubstr("sink mqtt"));
  EXPECT_THAT(result.err, Not(HasSubstr("wrong-secret")));
}

}  // namespace
}  // namespace busbar::test
