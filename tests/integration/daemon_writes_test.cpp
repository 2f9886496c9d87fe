// Setting things through a real broker, on a simulated pack, with the real daemon.
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

class Writes : public ::testing::Test {
 protected:
  std::string config(const std::string& allowed, const std::string& device = "",
                     const std::string& sink = "") {
    return directory.write(
        "busbar.yaml",
        to_yaml({.link = packs.url(),
                 .intervals = "voltages: 200ms, status: 200ms, capacity: off, serial_number: off",
                 .device = ", allow_writes: [" + allowed + "]" + device,
                 .sinks = "  mqtt: {url: \"" + broker.url() + "\"" + sink + "}\n"}));
  }
  void start(const std::string& allowed, const std::string& device = "", const std::string& sink = "") {
    daemon.emplace(std::vector<std::string>{BUSBAR_BINARY, "--config", config(allowed, device, sink)});
    ASSERT_TRUE(observer.wait_for("busbar/pack1/availability", "online")) << daemon->err();
  }
  /// Publishes until the daemon has subscribed, which nothing announces: the first answer counts.
  json set(const std::string& setting, const std::string& value) {
    observer.clear();
    observer.publish("busbar/pack1/set/" + setting, value);
    const auto heard = observer.wait_for(
        [&](const auto& message) { return message.topic == "busbar/pack1/result/" + setting; }, seconds{10});
    return heard ? json::parse(heard->payload) : json{{"result", "none: " + daemon->err()}};
  }
  bool shows(bool on) {
    return observer
        .wait_for([&](const auto& message) {
          return message.topic == "busbar/pack1/state/status" &&
                 json::parse(message.payload).value("discharge_mos", !on) == on;
        })
        .has_value();
  }

  TemporaryDirectory directory;
  Mosquitto broker;
  Simulator packs{BUSBAR_BINARY};
  MqttObserver observer{broker.url()};
  std::optional<Process> daemon;
};

TEST_F(Writes, AnAllowedSwitchIsSetAndReadBack) {
  start("discharge_mos");
  const auto off = set("discharge_mos", "off");
  EXPECT_EQ(off["result"], "accepted") << off;
  EXPECT_EQ(off["read_back"], "off");
  EXPECT_TRUE(shows(false));
  EXPECT_EQ(set("discharge_mos", "on")["result"], "accepted");
  EXPECT_TRUE(shows(true));
  EXPECT_THAT(daemon->err(),
              HasSubstr("write pack1 'discharge_mos' = 'off' by 'mqtt busbar/pack1/set/discharge_mos'"
                        ": accepted, reads back off"));
  const auto config = json::parse(retained(broker.url()).at("homeassistant/device/busbar_pack1/config"));
  EXPECT_EQ(config["components"]["set_discharge_mos"]["command_topic"], "busbar/pack1/set/discharge_mos");
}

TEST_F(Writes, TheAnswerGoesWhereTheSenderWantsIt) {
  start("discharge_mos");
  EXPECT_EQ(set("discharge_mos", "on")["result"], "accepted");
  observer.request("busbar/pack1/set/discharge_mos", "off", "desk/7/answers", "order-1");
  const auto answer =
      observer.wait_for([](const auto& message) { return message.topic == "desk/7/answers"; });
  ASSERT_TRUE(answer) << daemon->err();
  EXPECT_EQ(answer->correlation, "order-1");
  EXPECT_FALSE(answer->retained);
  EXPECT_EQ(json::parse(answer->payload)["read_back"], "off");
  observer.request("busbar/pack1/set/discharge_mos", "maybe", "desk/7/answers", "order-2");
  const auto refusal = observer.wait_for([](const auto& message) {
    return message.topic == "desk/7/answers" && message.correlation == "order-2";
  });
  ASSERT_TRUE(refusal) << daemon->err();
  EXPECT_EQ(json::parse(refusal->payload)["result"], "refused");
}

TEST_F(Writes, WhatIsNotAllowedIsNotEvenHeard) {
  start("discharge_mos");
  EXPECT_EQ(set("discharge_mos", "on")["result"], "accepted");
  observer.clear();
  for (const auto* topic :
       {"busbar/pack1/set/charge_mos", "busbar/pack1/set/forbid_discharge", "busbar/pack1/set",
        "busbar/pack1/set/", "busbar/pack1/set/discharge_mos/x", "busbar/pack2/set/discharge_mos",
        "busbar/pack1/charge_mos", "busbar/pack1/set/Charge_mos"})
    observer.publish(topic, "off");
  // The same connection brings messages in their order: when this one is answered, those were not heard.
  EXPECT_EQ(set("discharge_mos", "on")["result"], "accepted");
  EXPECT_THAT(daemon->err(), Not(HasSubstr("charge_mos' = 'off'")));
  for (const auto& message : observer.heard())
    EXPECT_THAT(message.topic, Not(HasSubstr("result/charge_mos")));
  EXPECT_TRUE(shows(true));
}

TEST_F(Writes, HostileValuesAreRefusedAndSaidSo) {
  start("discharge_mos", ", writes_per_minute: 600");
  using namespace std::string_literals;
  for (const auto& value : {"ON"s, " off"s, "off\n"s, "off\0"s, "0"s, "false"s, "{\"state\":\"off\"}"s,
                            "\xff\xfe"s, "off;off"s, "../off"s, std::string(100000, 'x')}) {
    const auto result = set("discharge_mos", value);
    EXPECT_EQ(result["result"], "refused");
    EXPECT_THAT(result["detail"].get<std::string>(), HasSubstr("takes one of: on, off"));
  }
  EXPECT_EQ(set("discharge_mos", "on")["result"], "accepted") << "it still serves";
  EXPECT_THAT(packs.stop(), Not(HasSubstr("ff1a")));
}

TEST_F(Writes, RetainedOrdersAreNotCarriedOut) {
  observer.publish("busbar/pack1/set/discharge_mos", "off", true);
  start("discharge_mos");
  EXPECT_EQ(set("discharge_mos", "on")["result"], "accepted");
  broker.stop();
  broker.start();
  EXPECT_THAT(daemon->err(), Not(HasSubstr("= 'off'")));
}

TEST_F(Writes, TooManyAreRefused) {
  start("discharge_mos", ", writes_per_minute: 2");
  EXPECT_EQ(set("discharge_mos", "off")["result"], "accepted");
  EXPECT_EQ(set("discharge_mos", "on")["result"], "accepted");
  const auto third = set("discharge_mos", "off");
  EXPECT_EQ(third["result"], "refused");
  EXPECT_THAT(third["detail"].get<std::string>(), HasSubstr("more than 2 writes in a minute"));
  EXPECT_TRUE(shows(true));
}

TEST_F(Writes, WhatIsNoLongerAllowedGoesWithTheReload) {
  start("discharge_mos, charge_mos");
  const std::string topic = "homeassistant/device/busbar_pack1/config";
  const auto announced = [&](const std::string& component) {
    const auto all = retained(broker.url());
    return all.contains(topic) && json::parse(all.at(topic))["components"].contains(component);
  };
  ASSERT_TRUE(eventually([&] { return announced("set_charge_mos") && announced("set_discharge_mos"); }));
  (void)config("discharge_mos");
  daemon->signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return !announced("set_charge_mos"); }, seconds{40})) << daemon->err();
  EXPECT_TRUE(announced("set_discharge_mos"));
  EXPECT_EQ(set("discharge_mos", "on")["result"], "accepted");
}

TEST_F(Writes, OneBrokerMayBeForReadingOnly) {
  start("discharge_mos", "", ", commands: false");
  observer.publish("busbar/pack1/set/discharge_mos", "off");
  EXPECT_TRUE(shows(true));
  const auto all = retained(broker.url());
  ASSERT_TRUE(eventually(
      [&] { return retained(broker.url()).contains("homeassistant/device/busbar_pack1/config"); }));
  EXPECT_THAT(retained(broker.url()).at("homeassistant/device/busbar_pack1/config"),
              Not(HasSubstr("command_topic")));
}

/// The pack answers after 300 ms: a command comes while a poll is under way, and is carried out next.
TEST(WritesOnASlowPack, ACommandGoesBetweenTwoPolls) {
  TemporaryDirectory directory;
  Mosquitto broker;
  Simulator packs{BUSBAR_BINARY, {.faults = {"late:300ms"}}};
  MqttObserver observer{broker.url()};
  const auto config = directory.write(
      "busbar.yaml",
      to_yaml({.link = packs.url(),
               .channel = "spacing: 5ms, timeout: 2s",
               .intervals = "voltages: 100ms, status: 100ms, capacity: 100ms, serial_number: 100ms",
               .device = ", allow_writes: [discharge_mos]",
               .sinks = "  mqtt: {url: \"" + broker.url() + "\"}\n"}));
  const Process daemon{{BUSBAR_BINARY, "--config", config}};
  ASSERT_TRUE(observer.wait_for("busbar/pack1/availability", "online")) << daemon.err();
  observer.publish("busbar/pack1/set/discharge_mos", "off");
  const auto result = observer.wait_for(
      [](const auto& message) { return message.topic == "busbar/pack1/result/discharge_mos"; });
  ASSERT_TRUE(result) << daemon.err();
  EXPECT_EQ(json::parse(result->payload)["result"], "accepted") << result->payload;
}

}  // namespace
}  // namespace busbar::test
