// How the MQTT sink connects: logins, protocol versions, a broker that freezes, packets that are too large.
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/mqtt_sink_runner.hpp"
#include "support/old_broker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace busbar::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

sink::mqtt::Options options_for(const std::string& url) {
  sink::mqtt::Options options;
  options.url = url;
  options.client_id = "busbar-test";
  options.keepalive = 2s;
  return options;
}

TEST(MqttConnection, LogsInWithUserAndPassword) {
  const Mosquitto broker{{.passwords = {{"meter", "correct horse"}}}};
  auto options = options_for(broker.url());
  options.username = "meter";
  options.password = "correct horse";
  MqttSinkRunner runner{options};
  EXPECT_TRUE(runner.until_delivered()) << runner.last_error();
}

TEST(MqttConnection, WrongPasswordIsNamedWithoutBeingShown) {
  const Mosquitto broker{{.passwords = {{"meter", "correct horse"}}}};
  for (const std::optional<int> version : {std::optional<int>{5}, std::optional<int>{4}}) {
    auto options = options_for(broker.url());
    options.username = "meter";
    options.password = "hunter2";
    options.version = version;
    const sink::test::CapturedLog log;
    MqttSinkRunner runner{options};
    ASSERT_TRUE(runner.until([&] { return !runner.last_error().empty(); }));
    EXPECT_THAT(runner.last_error(),
                AllOf(HasSubstr("'meter'"), HasSubstr("password"), Not(HasSubstr("hunter2"))));
    EXPECT_THAT(log.text(), Not(HasSubstr("hunter2")));
    EXPECT_FALSE(runner.sink().account().healthy);
  }
}

TEST(MqttConnection, TheSameErrorIsLoggedOnce) {
  Mosquitto broker;
  broker.kill();
  const sink::test::CapturedLog log;
  MqttSinkRunner runner{options_for(broker.url())};
  ASSERT_TRUE(runner.until([&] { return runner.sink().account().errors >= 3; }));
  EXPECT_EQ(log.count("cannot connect"), 1U) << log.text();
}

class OldBrokers : public ::testing::TestWithParam<OldBroker::Refusal> {};

TEST_P(OldBrokers, AreSpokenToInMqtt311) {
  const OldBroker broker{GetParam()};
  MqttSinkRunner runner{options_for(broker.url())};
  runner.sink().describe(pack("shed"));
  runner.sink().publish(capacity_report("shed", 53.2, 81));
  ASSERT_TRUE(runner.until_delivered()) << runner.last_error();
  EXPECT_THAT(broker.levels(), ElementsAre(5, 4));
  EXPECT_THAT(broker.topics(), Contains("busbar/shed/state"));
}

std::string name_of(const ::testing::TestParamInfo<OldBroker::Refusal>& refusal) {
  if (refusal.param == OldBroker::Refusal::hang_up) return "HangUp";
  return refusal.param == OldBroker::Refusal::return_code ? "ReturnCode" : "ReasonCode";
}

INSTANTIATE_TEST_SUITE_P(Mqtt, OldBrokers,
                         ::testing::Values(OldBroker::Refusal::return_code, OldBroker::Refusal::reason_code,
                                           OldBroker::Refusal::hang_up),
                         name_of);

TEST(MqttConnection, VersionCanBeChosen) {
  const Mosquitto broker;
  auto options = options_for(broker.url());
  options.version = 4;
  MqttSinkRunner runner{options};
  ASSERT_TRUE(runner.until_delivered());
  EXPECT_THAT(broker.log(), HasSubstr("busbar-test (p2,"));  // Mosquitto's name for MQTT 3.1.1
}

class FrozenBroker : public ::testing::TestWithParam<bool> {};

TEST_P(FrozenBroker, IsNoticedAndServedAgainAfterwards) {
  const bool busy = GetParam();
  Mosquitto broker;
  MqttSinkRunner runner{options_for(broker.url())};
  runner.sink().describe(pack("shed"));
  runner.sink().availability("shed", Availability::online, "");
  ASSERT_TRUE(runner.until_delivered());
  broker.freeze();
  if (busy) runner.sink().publish(capacity_report("shed", 53.2, 81));
  // Twice the keepalive is 4 s; the limit here only has to tell "noticed" from "never".
  EXPECT_TRUE(runner.until([&] { return !runner.sink().account().healthy; }, 20s));
  runner.sink().publish(capacity_report("shed", 53.1, 80));
  broker.thaw();
  ASSERT_TRUE(runner.until_delivered()) << runner.last_error();
  EXPECT_EQ(nlohmann::json::parse(retained(broker.url()).at("busbar/shed/state"))["soc"], 80);
  // The broker may bury the old connection only now: its last will must not have the last word.
  EXPECT_TRUE(runner.until([&] { return retained(broker.url()).at("busbar/status") == "online"; }))
      << broker.log();
}

INSTANTIATE_TEST_SUITE_P(Mqtt, FrozenBroker, ::testing::Bool(),
                         [](const auto& busy) { return busy.param ? "WhilePublishing" : "WhileIdle"; });

TEST(MqttConnection, FinishEndsWithinItsDeadlineWhenTheBrokerIsFrozen) {
  Mosquitto broker;
  auto options = options_for(broker.url());
  options.keepalive = 60s;
  MqttSinkRunner runner{options};
  runner.sink().describe(pack("shed"));
  ASSERT_TRUE(runner.until_delivered());
  broker.freeze();
  const auto deadline = std::chrono::steady_clock::now() + 1500ms;
  ASSERT_TRUE(runner.finish(1500ms));
  // Generous: the machine of the test may be busy, but a keepalive must not have been waited for.
  EXPECT_LT(std::chrono::steady_clock::now(), deadline + 10s);
  EXPECT_GT(runner.sink().account().queued, 0U);
}

TEST(MqttConnection, DiscoveryThatIsTooLargeIsSplitByQuery) {
  const Mosquitto broker{{.extra = "max_packet_size 1800\n"}};
  MqttSinkRunner runner{options_for(broker.url())};
  runner.sink().describe(pack("shed"));
  runner.sink().publish(capacity_report("shed", 53.2, 81));  // goes after discovery
  ASSERT_TRUE(runner.until_delivered()) << runner.last_error();
  const auto kept = retained(broker.url(), "homeassistant/#");
  EXPECT_FALSE(kept.contains("homeassistant/device/busbar_shed/config"));
  EXPECT_TRUE(kept.contains("homeassistant/device/busbar_shed/capacity/config"));
  EXPECT_TRUE(kept.contains("homeassistant/device/busbar_shed/status/config"));
}

TEST(MqttConnection, MessageTheBrokerCannotTakeIsDroppedCountedAndNamed) {
  const Mosquitto broker{{.extra = "max_packet_size 300\n"}};
  MqttSinkRunner runner{options_for(broker.url())};
  runner.sink().describe(pack("shed"));
  runner.sink().publish(capacity_report("shed", 53.2, 81));
  ASSERT_TRUE(runner.until_delivered()) << runner.last_error();
  const auto account = runner.sink().account();
  EXPECT_GT(account.dropped, 0U);
  EXPECT_TRUE(account.healthy);
  EXPECT_THAT(account.last_error, HasSubstr("at most 300"));
  EXPECT_TRUE(retained(broker.url()).contains("busbar/shed/state"));
}

TEST(MqttConnection, TwoDaemonsWithOneClientIdDoNotFightWithoutPause) {
  const Mosquitto broker;
  MqttSinkRunner first{options_for(broker.url())};
  ASSERT_TRUE(first.until_delivered());
  MqttSinkRunner second{options_for(broker.url())};
  ASSERT_TRUE(second.until_delivered());
  ASSERT_TRUE(first.until([&] { return !first.sink().account().healthy; }));
  // It waits before it takes the name back; in a tight loop the second one would be out again by now.
  EXPECT_EQ(first.sink().account().errors, 1U);
}

}  // namespace
}  // namespace busbar::test
