// The sink at a broker that is away, old, small, mute or refuses, in simulated time.
#include "unit/sink/mqtt/sink_fixture.hpp"

namespace busbar::sink::mqtt {
namespace {

using test::pack;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class MqttSinkTest : public test::SinkTest {};

/// availability 0, discovery 1, state 2.
int rank(const std::string& entry) {
  if (entry.starts_with("homeassistant/")) return 1;
  return entry.find("/state") == std::string::npos ? 0 : 2;
}

std::vector<int> ranks(const std::vector<std::string>& entries) {
  std::vector<int> all;
  for (const auto& entry : entries) all.push_back(rank(entry));
  return all;
}

TEST_F(MqttSinkTest, TellsAvailabilityThenDiscoveryThenState) {
  start();
  sink->describe(pack("shed"));
  sink->availability("shed", Availability::online, "");
  publish("shed", 53.2, 81);
  pass(1s);
  const auto heard = broker.heard();
  EXPECT_TRUE(std::ranges::is_sorted(ranks(heard))) << ::testing::PrintToString(heard);
  EXPECT_EQ(heard.front(), "busbar/status=online");
  EXPECT_EQ(broker.retained.at("busbar/shed/availability"), "online");
  EXPECT_EQ(state("busbar/shed/state")["soc"], 81);
  EXPECT_EQ(state("busbar/shed/state/capacity"), state("busbar/shed/state"));
  EXPECT_TRUE(sink->account().healthy);
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(MqttSinkTest, ADeviceIsOfflineUntilItAnswers) {
  broker.retained["busbar/shed/availability"] = "online";  // of an earlier run that was killed
  start();
  sink->describe(pack("shed"));
  pass(1s);
  EXPECT_EQ(broker.retained.at("busbar/shed/availability"), "offline");
  sink->availability("shed", Availability::online, "");
  pass(1s);
  EXPECT_EQ(broker.retained.at("busbar/shed/availability"), "online");
  sink->describe(pack("shed"));  // a reload
  pass(1s);
  EXPECT_EQ(broker.retained.at("busbar/shed/availability"), "online");
}

TEST_F(MqttSinkTest, AnOutageKeepsTheNewestOnly) {
  start();
  sink->describe(pack("shed"));
  pass(1s);
  broker.up = false;
  broker.cut();
  pass(1s);
  EXPECT_FALSE(sink->account().healthy);
  for (int percent = 100; percent > 0; --percent) {
    publish("shed", 53.2, percent);
    pass(60s);
  }
  (void)broker.heard();
  broker.up = true;
  pass(10s);
  std::vector<std::string> states;
  for (auto& entry : broker.heard()) {
    if (rank(entry) == 2) states.push_back(std::move(entry));
  }
  EXPECT_THAT(states, ElementsAre(AllOf(StartsWith("busbar/shed/state"), HasSubstr("\"soc\":1")),
                                  AllOf(StartsWith("busbar/shed/state"), HasSubstr("\"soc\":1"))));
  EXPECT_EQ(sink->account().coalesced, 198U);
  EXPECT_EQ(sink->account().dropped, 0U);
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(MqttSinkTest, ABrokerThatLostEverythingIsToldEverything) {
  start();
  sink->describe(pack("shed"));
  sink->availability("shed", Availability::online, "");
  publish("shed", 53.2, 81);
  pass(1s);
  const auto before = broker.retained;
  broker.retained.clear();
  broker.cut();
  (void)broker.heard();
  pass(10s);
  EXPECT_EQ(broker.retained, before);
  EXPECT_TRUE(std::ranges::is_sorted(ranks(broker.heard())));
}

TEST_F(MqttSinkTest, TheBirthOfHomeAssistantRepeatsEverythingOnce) {
  start();
  sink->describe(pack("shed"));
  publish("shed", 53.2, 81);
  pass(1s);
  const auto count = broker.heard().size();
  for (int i = 0; i < 20; ++i) broker.say("homeassistant/status", "online");
  pass(10s);
  const auto again = broker.heard();
  EXPECT_EQ(again.size(), count);
  EXPECT_TRUE(std::ranges::is_sorted(ranks(again)));
  broker.say("homeassistant/status", "offline");
  broker.say("homeassistant/status", "online", true);  // kept from long ago
  pass(20s);
  EXPECT_THAT(broker.heard(), IsEmpty());
}

TEST_F(MqttSinkTest, TheOlderVersionIsTriedAtOnce) {
  broker.newest_version = 4;
  start();
  sink->describe(pack("shed"));
  pass(0s);
  EXPECT_THAT(broker.opened, ElementsAre(5, 4));
  EXPECT_TRUE(sink->account().healthy);
  broker.cut();
  pass(5s);
  EXPECT_THAT(broker.opened, ElementsAre(5, 4, 4)) << "what has worked is tried first";
}

TEST_F(MqttSinkTest, AVersionThatWasChosenStays) {
  broker.newest_version = 4;
  options.version = 5;
  start();
  pass(60s);
  EXPECT_THAT(broker.opened, Not(Contains(4)));
  EXPECT_FALSE(sink->account().healthy);
  EXPECT_THAT(sink->account().last_error, HasSubstr("cannot connect to mqtt://localhost:1883"));
}

TEST_F(MqttSinkTest, WhatIsTooLargeForTheBrokerIsDroppedAndSaid) {
  options.home_assistant.enabled = false;
  broker.max_packet = 300;
  start();
  sink->describe(pack("shed"));
  sink->publish(test::report("shed", "serial", {{&test::serial, std::string(250, 'x')}}, now));
  publish("shed", 53.2, 81);
  pass(1s);
  EXPECT_EQ(state("busbar/shed/state/capacity")["soc"], 81) << "what fits goes through";
  EXPECT_FALSE(broker.retained.contains("busbar/shed/state/serial"));
  const auto account = sink->account();
  EXPECT_GT(account.dropped, 0U);
  EXPECT_EQ(account.queued, 0U);
  EXPECT_THAT(account.last_error,
              AllOf(HasSubstr("message dropped"), HasSubstr("the broker takes at most 300")));
  EXPECT_TRUE(account.healthy) << "the connection stands";
}

TEST_F(MqttSinkTest, ASmallBrokerGetsDiscoveryInParts) {
  broker.max_packet = 1200;
  start();
  sink->describe(pack("shed"));
  pass(1s);
  EXPECT_TRUE(broker.retained.contains("homeassistant/device/busbar_shed/capacity/config"));
  EXPECT_FALSE(broker.retained.contains("homeassistant/device/busbar_shed/config"));
  EXPECT_EQ(sink->account().dropped, 0U);
}

TEST_F(MqttSinkTest, ABrokerThatFallsSilentIsGivenUpAndTriedAgain) {
  start();
  pass(1s);
  broker.answers = false;
  publish("shed", 53.2, 81);
  pass(61s);
  EXPECT_GT(broker.abandoned, 0);
  EXPECT_THAT(sink->account().last_error, HasSubstr("does not answer"));
  broker.answers = true;
  pass(10s);
  EXPECT_EQ(state("busbar/shed/state")["soc"], 81);
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(MqttSinkTest, AQuietBrokerThatAnswersProbesIsKept) {
  start();
  pass(1h);
  EXPECT_EQ(broker.opened.size(), 1U);
  EXPECT_EQ(broker.abandoned, 0);
}

TEST_F(MqttSinkTest, AMessageTheBrokerRefusesIsSentAgain) {
  start();
  pass(1s);
  broker.refusals = 1;
  publish("shed", 53.2, 81);
  pass(6s);
  EXPECT_EQ(sink->account().queued, 0U);
  EXPECT_EQ(state("busbar/shed/state")["soc"], 81);
  EXPECT_EQ(state("busbar/shed/state/capacity")["soc"], 81);
}

TEST_F(MqttSinkTest, MessagesTheBrokerForbidsHoldUpNoOthers) {
  broker.forbidden = "homeassistant/";
  start();
  for (int i = 0; i < 30; ++i) sink->describe(pack("p" + std::to_string(i)));
  pass(1s);
  publish("p7", 53.2, 81);
  pass(1min);
  EXPECT_EQ(state("busbar/p7/state")["soc"], 81) << "more are forbidden than may be under way";
  EXPECT_EQ(sink->account().queued, 31U) << "30 devices and busbar itself";
  EXPECT_THAT(sink->account().last_error, HasSubstr("does not take homeassistant/device/"));
  EXPECT_LE(broker.refused, 31 * 13) << "not more often than every five seconds";
  broker.forbidden.clear();
  pass(6s);
  EXPECT_EQ(sink->account().queued, 0U);
  EXPECT_TRUE(broker.retained.contains("homeassistant/device/busbar_p7/config"));
}

TEST_F(MqttSinkTest, AWillThatComesLateIsContradicted) {
  options.home_assistant.enabled = false;  // then the status stays subscribed
  start();
  pass(1s);
  broker.retained["busbar/status"] = "offline";
  broker.say("busbar/status", "offline");
  pass(1s);
  EXPECT_EQ(broker.retained.at("busbar/status"), "online");
}

TEST_F(MqttSinkTest, OnlyTenMessagesAreUnderWay) {
  start();
  pass(1s);
  broker.answers = false;
  (void)broker.heard();
  for (int i = 0; i < 50; ++i) publish("pack" + std::to_string(i), 53, i);
  EXPECT_EQ(broker.heard().size(), 10U);
}

TEST_F(MqttSinkTest, WithoutHomeAssistantNothingIsAnnounced) {
  options.home_assistant.enabled = false;
  start();
  sink->describe(pack("shed"));
  publish("shed", 53.2, 81);
  pass(1s);
  EXPECT_THAT(broker.heard(), Not(Contains(StartsWith("homeassistant/"))));
  EXPECT_THAT(broker.subscribed, ElementsAre("busbar/status"));
}

TEST_F(MqttSinkTest, PlainTopicsCarryPlainValues) {
  options.per_reading_topics = true;
  start();
  sink->publish(test::report("shed", "capacity",
                             {{&test::voltage, 53.2}, {&test::soc, {}}, {&test::alarm, true}}, now));
  pass(1s);
  EXPECT_EQ(broker.retained.at("busbar/shed/pack_voltage"), "53.20");
  EXPECT_EQ(broker.retained.at("busbar/shed/soc"), "null");
  EXPECT_EQ(broker.retained.at("busbar/shed/cell_overvoltage"), "true");
}

TEST_F(MqttSinkTest, WithoutRetainOnlyAvailabilityAndDiscoveryStay) {
  options.retain = false;
  start();
  sink->describe(pack("shed"));
  publish("shed", 53.2, 81);
  pass(1s);
  EXPECT_THAT(broker.heard(), Contains(StartsWith("busbar/shed/state")));
  for (const auto& [topic, payload] : broker.retained) EXPECT_NE(rank(topic), 2) << topic;
}

TEST_F(MqttSinkTest, ADeviceThatIsForgottenLeavesNothing) {
  start();
  sink->describe(pack("shed"));
  sink->describe(pack("house"));
  publish("shed", 53.2, 81);
  pass(1s);
  sink->forget("shed");
  pass(1s);
  for (const auto& [topic, payload] : broker.retained)
    EXPECT_EQ(topic.find("shed"), std::string::npos) << topic;
  EXPECT_TRUE(broker.retained.contains("busbar/house/availability"));
  broker.cut();
  pass(10s);
  for (const auto& [topic, payload] : broker.retained)
    EXPECT_EQ(topic.find("shed"), std::string::npos) << topic;
}

TEST_F(MqttSinkTest, HomeAssistantHasTimeToForgetAReading) {
  start();
  sink->describe(pack("shed"));
  pass(1s);
  auto smaller = pack("shed");
  smaller.queries.pop_back();
  sink->describe(smaller);
  pass(1s);
  const std::string topic = "homeassistant/device/busbar_shed/config";
  EXPECT_EQ(state(topic)["components"]["cell_overvoltage"].size(), 1U);
  pass(30s);
  EXPECT_FALSE(state(topic)["components"].contains("cell_overvoltage"));
}

TEST_F(MqttSinkTest, ChangesOnlyMeansChangesOnly) {
  options.mode = PublishMode::on_change;
  options.heartbeat = 600s;
  start();
  pass(1s);
  (void)broker.heard();
  for (int i = 0; i < 59; ++i) {
    publish("shed", 53.2, 81);
    pass(10s);
  }
  EXPECT_EQ(broker.heard().size(), 2U) << "the first report, once by query and once for people";
}

TEST_F(MqttSinkTest, DiagnosticsComeByThemselves) {
  options.diagnostics = 60s;
  start([] {
    Health health;
    health.devices.resize(1);
    health.devices[0].id = "shed";
    return health;
  });
  sink->describe(pack("shed"));
  pass(6s);
  EXPECT_EQ(state("busbar/diagnostics")["devices"], 1);
  EXPECT_TRUE(broker.retained.contains("busbar/shed/diagnostics"));
  (void)broker.heard();
  pass(120s);
  EXPECT_EQ(broker.heard().size(), 4U);
}

}  // namespace
}  // namespace busbar::sink::mqtt
