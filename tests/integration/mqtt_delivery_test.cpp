// The MQTT sink against a real broker: what arrives, what is retained, and what a restart of the broker does
// to it.
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/mqtt_sink_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace busbar::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

sink::mqtt::Options options_for(const Mosquitto& broker) {
  sink::mqtt::Options options;
  options.url = broker.url();
  options.client_id = "busbar-test";
  options.keepalive = 10s;
  return options;
}

bool balanced(const SinkAccount& account) {
  return account.accepted == account.acknowledged + account.queued + account.dropped + account.coalesced;
}

/// availability 0, discovery 1, state 2, anything else -1.
int rank(const MqttObserver::Heard& one) {
  if (one.topic.ends_with("/availability") || one.topic.ends_with("/status")) return 0;
  if (one.topic.starts_with("homeassistant/")) return 1;
  return one.topic.find("/state") == std::string::npos ? -1 : 2;
}

TEST(MqttDelivery, ReadingsArriveAndStayRetained) {
  const Mosquitto broker;
  MqttObserver observer{broker.url()};
  MqttSinkRunner runner{options_for(broker)};
  runner.sink().describe(pack("shed"));
  runner.sink().availability("shed", Availability::online, "");
  runner.sink().publish(capacity_report("shed", 53.2, 81));
  ASSERT_TRUE(runner.until_delivered()) << runner.last_error();

  const auto kept = retained(broker.url());
  EXPECT_EQ(kept.at("busbar/status"), "online");
  EXPECT_EQ(kept.at("busbar/shed/availability"), "online");
  const auto state = json::parse(kept.at("busbar/shed/state"));
  EXPECT_DOUBLE_EQ(state["pack_voltage"], 53.2);
  EXPECT_EQ(state["soc"], 81);
  EXPECT_EQ(state["timestamp"], "2026-11-21T07:15:52.123Z");
  EXPECT_EQ(json::parse(kept.at("busbar/shed/state/capacity")), state);
  EXPECT_EQ(json::parse(kept.at("homeassistant/device/busbar_shed/config"))["device"]["via_device"],
            "busbar");
  EXPECT_TRUE(kept.contains("homeassistant/device/busbar/config"));
  EXPECT_TRUE(balanced(runner.sink().account()));
}

TEST(MqttDelivery, ReadingTopicsCarryPlainValues) {
  const Mosquitto broker;
  auto options = options_for(broker);
  options.per_reading_topics = true;
  options.home_assistant.enabled = false;
  MqttSinkRunner runner{options};
  runner.sink().describe(pack("shed"));
  runner.sink().publish(capacity_report("shed", 53.2, 81));
  ASSERT_TRUE(runner.until_delivered());
  const auto kept = retained(broker.url());
  EXPECT_EQ(kept.at("busbar/shed/pack_voltage"), "53.20");
  EXPECT_EQ(kept.at("busbar/shed/soc"), "81");
  EXPECT_TRUE(
      std::ranges::none_of(kept, [](const auto& one) { return one.first.starts_with("homeassistant/"); }));
}

TEST(MqttDelivery, BrokerThatIsDownAtStartGetsTheNewestStateOnly) {
  Mosquitto broker;
  broker.kill();
  MqttSinkRunner runner{options_for(broker)};
  runner.sink().describe(pack("shed"));
  for (int percent = 1; percent <= 50; ++percent) runner.sink().publish(capacity_report("shed", 50, percent));
  ASSERT_TRUE(runner.until([&] { return !runner.last_error().empty(); }));
  EXPECT_THAT(runner.last_error(), HasSubstr(broker.url()));
  broker.start();
  MqttObserver observer{broker.url(), {"busbar/#"}};
  ASSERT_TRUE(runner.until_delivered()) << runner.last_error();
  ASSERT_TRUE(observer.wait_for([](const auto& one) { return one.topic == "busbar/shed/state"; }));
  int states = 0;
  for (const auto& one : observer.heard()) {
    if (one.topic != "busbar/shed/state") continue;
    ++states;
    EXPECT_EQ(json::parse(one.payload)["soc"], 50);
  }
  EXPECT_EQ(states, 1);
  const auto account = runner.sink().account();
  EXPECT_TRUE(balanced(account));
  EXPECT_EQ(account.coalesced, 98U);
  EXPECT_EQ(account.dropped, 0U);
}

class BrokerRestart : public ::testing::TestWithParam<bool> {};

TEST_P(BrokerRestart, RepeatsAvailabilityDiscoveryAndNewestStateInThisOrder) {
  Mosquitto broker{{.persistence = GetParam()}};
  MqttSinkRunner runner{options_for(broker)};
  runner.sink().describe(pack("shed"));
  runner.sink().availability("shed", Availability::online, "");
  runner.sink().publish(capacity_report("shed", 53.2, 81));
  ASSERT_TRUE(runner.until_delivered());

  broker.stop();
  ASSERT_TRUE(runner.until([&] { return !runner.sink().account().healthy; }));
  for (const double percent : {80.0, 79.0, 78.0})
    runner.sink().publish(capacity_report("shed", 53.1, percent));
  broker.start();
  MqttObserver observer{broker.url()};
  ASSERT_TRUE(runner.until_delivered()) << runner.last_error();
  ASSERT_TRUE(runner.until([&] {
    const auto state = observer.newest("busbar/shed/state");
    return state && json::parse(*state)["soc"] == 78;
  }));

  std::vector<int> order;
  for (const auto& one : observer.heard()) {
    if (!one.retained && rank(one) >= 0) order.push_back(rank(one));
  }
  EXPECT_TRUE(std::ranges::is_sorted(order)) << ::testing::PrintToString(order);
  // Without persistence the observer may come after the sink and find everything retained instead.
  const auto kept = retained(broker.url());
  EXPECT_EQ(kept.at("busbar/status"), "online");
  EXPECT_EQ(kept.at("busbar/shed/availability"), "online");
  EXPECT_TRUE(kept.contains("homeassistant/device/busbar_shed/config"));
  EXPECT_EQ(json::parse(kept.at("busbar/shed/state/capacity"))["soc"], 78);
  for (const auto& one : observer.heard()) {
    if (one.topic == "busbar/shed/state" && !one.retained) {
      EXPECT_EQ(json::parse(one.payload)["soc"], 78);
    }
  }
  EXPECT_TRUE(balanced(runner.sink().account()));
}

INSTANTIATE_TEST_SUITE_P(Mqtt, BrokerRestart, ::testing::Bool(), [](const auto& with) {
  return with.param ? "WithPersistence" : "WithoutPersistence";
});

TEST(MqttDelivery, StaysWholeOverManyRestartsOfTheBroker) {
  Mosquitto broker;
  MqttSinkRunner runner{options_for(broker)};
  runner.sink().describe(pack("shed"));
  for (int round = 1; round <= 5; ++round) {
    ASSERT_TRUE(runner.until_connected()) << round << ": " << runner.last_error();
    broker.kill();
    runner.sink().publish(capacity_report("shed", 50, round));
    ASSERT_TRUE(runner.until([&] { return !runner.sink().account().healthy; }));
    broker.start();
    ASSERT_TRUE(runner.until_delivered()) << round << ": " << runner.last_error();
    EXPECT_EQ(json::parse(retained(broker.url()).at("busbar/shed/state"))["soc"], round);
    EXPECT_TRUE(balanced(runner.sink().account()));
  }
}

TEST(MqttDelivery, LastWillSaysOfflineWhenTheConnectionIsCut) {
  const Mosquitto broker;
  const auto port = free_port();
  Process tunnel{{"socat", "TCP-LISTEN:" + std::to_string(port) + ",reuseaddr,fork,bind=127.0.0.1",
                  "TCP:127.0.0.1:" + std::to_string(broker.port())}};
  auto options = options_for(broker);
  options.url = "mqtt://127.0.0.1:" + std::to_string(port);
  MqttObserver observer{broker.url()};
  MqttSinkRunner runner{options};
  ASSERT_TRUE(runner.until_delivered()) << runner.last_error();
  ASSERT_TRUE(observer.wait_for("busbar/status", "online"));
  Process cut{{"pkill", "-KILL", "-P", std::to_string(tunnel.pid())}};
  EXPECT_TRUE(runner.until([&] { return observer.newest("busbar/status") == "offline"; }));
  // and the daemon, which still runs, comes back by itself
  EXPECT_TRUE(runner.until([&] { return observer.newest("busbar/status") == "online"; }))
      << runner.last_error();
}

TEST(MqttDelivery, FinishDeclaresEverythingOfflineAndDelivers) {
  const Mosquitto broker;
  MqttSinkRunner runner{options_for(broker)};
  runner.sink().describe(pack("shed"));
  runner.sink().availability("shed", Availability::online, "");
  runner.sink().publish(capacity_report("shed", 53.2, 81));
  // At once, before there is a connection: what was accepted still arrives.
  ASSERT_TRUE(runner.finish());
  const auto kept = retained(broker.url());
  EXPECT_EQ(kept.at("busbar/status"), "offline");
  EXPECT_EQ(kept.at("busbar/shed/availability"), "offline");
  EXPECT_EQ(json::parse(kept.at("busbar/shed/state"))["soc"], 81);
  const auto account = runner.sink().account();
  EXPECT_EQ(account.queued, 0U);
  EXPECT_TRUE(balanced(account));
  EXPECT_THAT(broker.log(), HasSubstr("disconnected."));
}

TEST(MqttDelivery, FinishOfAOneShotRunLeavesTheDeviceAndItsDaemonOnline) {
  const Mosquitto broker;
  MqttSinkRunner runner{options_for(broker)};
  runner.sink().describe(pack("shed"));
  runner.sink().availability("shed", Availability::online, "");
  ASSERT_TRUE(runner.finish(5s, true));
  const auto kept = retained(broker.url());
  EXPECT_EQ(kept.at("busbar/shed/availability"), "online");
  // A device is there when both are: Home Assistant keeps the values until they expire.
  EXPECT_EQ(kept.at("busbar/status"), "online");
}

TEST(MqttDelivery, FinishEndsAtOnceWhenTheBrokerIsDown) {
  Mosquitto broker;
  broker.kill();
  MqttSinkRunner runner{options_for(broker)};
  runner.sink().publish(capacity_report("shed", 53.2, 81));
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(runner.finish(30s));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
  EXPECT_GT(runner.sink().account().queued, 0U);
  EXPECT_THAT(runner.last_error(), HasSubstr("not delivered"));
}

}  // namespace
}  // namespace busbar::test
