// Which retained topics lie at the broker, over reloads, restarts and the neighbourhood of other daemons.
#include "sink/mqtt/announcer.hpp"

#include "unit/sink/mqtt/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace busbar::sink::mqtt {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

using Json = nlohmann::json;

/// Too small for the pack of these tests, large enough for each of its parts.
constexpr std::size_t small_packet = 1150;

const std::string shed_config = "homeassistant/device/busbar_shed/config";

/// A daemon and what its messages leave at a broker.
class Daemon {
 public:
  explicit Daemon(Options options = {}, Published earlier = {})
      : options_{std::move(options)}, announcer{options_, "1.2.3", std::move(earlier)} {}

  /// Delivers what is to be sent. "-topic" is one that was cleared, "+topic" one that was written.
  std::vector<std::string> deliver(std::map<std::string, std::string>& broker) {
    std::vector<std::string> log;
    for (const auto& message : announcer.take_messages()) {
      EXPECT_TRUE(message.retain) << message.topic;
      const auto payload = message.payload ? *message.payload : announcer.render(message.topic);
      log.push_back((payload.empty() ? "-" : "+") + message.topic);
      if (payload.empty()) {
        broker.erase(message.topic);
        announcer.cleared(message.topic);
      } else {
        broker[message.topic] = payload;
      }
    }
    return log;
  }
  /// What the sink does with the retained discovery messages of its first connection.
  std::vector<std::string> start(std::map<std::string, std::string>& broker, std::size_t max_packet = 0) {
    for (const auto& [topic, payload] : broker) {
      if (auto warning = announcer.recall(topic, payload); !warning.empty()) warnings.push_back(warning);
    }
    announcer.start(max_packet);
    return deliver(broker);
  }
  void use(const std::string& device) {
    auto& topics = announcer.topics();
    for (const auto& topic : {topics.availability(device), topics.state(device),
                              topics.state(device, "capacity"), topics.state(device, "status")}) {
      announcer.note(device, topic);
    }
  }

 private:
  Options options_;

 public:
  Announcer announcer;
  std::vector<std::string> warnings;
};

Options quiet() {
  Options options;
  options.diagnostics = 0ms;
  return options;
}

DeviceDescription without_status(std::string id) {
  auto device = test::pack(std::move(id));
  device.queries.pop_back();
  return device;
}

class AnnouncerTest : public testing::Test {
 protected:
  Json config(const std::string& topic = shed_config) { return Json::parse(broker.at(topic)); }
  std::map<std::string, std::string> broker;
};

TEST_F(AnnouncerTest, NothingGoesOutBeforeTheEarlierRunIsKnown) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  EXPECT_THAT(daemon.deliver(broker), IsEmpty());
  EXPECT_THAT(daemon.start(broker), ElementsAre("+homeassistant/device/busbar/config", "+" + shed_config));
}

TEST_F(AnnouncerTest, AnUnchangedDeviceIsNotAnnouncedAgain) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  daemon.start(broker);
  daemon.announcer.describe(test::pack("shed"));
  daemon.announcer.announce(daemon.announcer.record("shed"));
  EXPECT_THAT(daemon.deliver(broker), IsEmpty())
      << "every announcement makes Home Assistant rebuild the device";
}

TEST_F(AnnouncerTest, AChangeIsAnnounced) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  daemon.start(broker);
  auto renamed = test::pack("shed");
  renamed.name = "Garage battery";
  daemon.announcer.describe(renamed);
  EXPECT_THAT(daemon.deliver(broker), ElementsAre("+" + shed_config));
  EXPECT_EQ(config()["device"]["name"], "Garage battery");
}

TEST_F(AnnouncerTest, AReadingSeenForTheFirstTimeIsAnnounced) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  daemon.start(broker);
  auto& device = daemon.announcer.record("shed");
  ASSERT_TRUE(device.take(test::report("shed", "status", {{&test::temperature, 21.0}})));
  daemon.announcer.announce(device);
  EXPECT_THAT(daemon.deliver(broker), ElementsAre("+" + shed_config));
  EXPECT_TRUE(config()["components"].contains("mos_temperature"));
}

TEST_F(AnnouncerTest, ADeviceThatIsForgottenLeavesNothing) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  daemon.announcer.describe(test::pack("house"));
  daemon.use("shed");
  daemon.start(broker);
  daemon.announcer.forget("shed");
  const auto log = daemon.deliver(broker);
  EXPECT_THAT(log, Contains("-" + shed_config));
  EXPECT_THAT(log, Contains("-busbar/shed/availability"));
  EXPECT_THAT(log, Contains("-busbar/shed/state/status"));
  EXPECT_THAT(log, Not(Contains(HasSubstr("house"))));
  EXPECT_FALSE(daemon.announcer.published().devices.contains("shed")) << "and the state file forgets it too";
}

TEST_F(AnnouncerTest, WhatIsNotYetClearedIsRememberedForTheNextRun) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  daemon.use("shed");
  daemon.start(broker);
  daemon.announcer.forget("shed");
  (void)daemon.announcer.take_messages();  // handed over, never acknowledged
  const auto left = daemon.announcer.published();
  ASSERT_TRUE(left.devices.contains("shed"));
  Daemon next{quiet(), left};
  EXPECT_THAT(next.start(broker), Contains("-" + shed_config));
  EXPECT_FALSE(broker.contains(shed_config));
}

TEST_F(AnnouncerTest, ADeviceThatComesBackAtOnceStays) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  daemon.start(broker);
  daemon.announcer.forget("shed");
  daemon.announcer.describe(test::pack("shed"));
  daemon.use("shed");
  daemon.deliver(broker);
  EXPECT_TRUE(broker.contains(shed_config));
  EXPECT_TRUE(daemon.announcer.published().devices.at("shed").topics.contains(shed_config));
}

TEST_F(AnnouncerTest, AReadingThatIsGoneIsWithdrawnFirstAndLeftOutThen) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  daemon.use("shed");
  daemon.start(broker);
  daemon.announcer.describe(without_status("shed"));
  EXPECT_THAT(daemon.deliver(broker), Contains("-busbar/shed/state/status")) << "no value of it stays either";
  EXPECT_EQ(config()["components"]["cell_overvoltage"], Json::parse(R"({"platform":"binary_sensor"})"));
  EXPECT_TRUE(daemon.announcer.has_removals());
  daemon.announcer.finish_removals();
  EXPECT_THAT(daemon.deliver(broker), ElementsAre("+" + shed_config));
  EXPECT_FALSE(config()["components"].contains("cell_overvoltage"));
  EXPECT_FALSE(daemon.announcer.has_removals());
  EXPECT_FALSE(daemon.announcer.published().devices.at("shed").components.contains("cell_overvoltage"));
}

/// What a later run knows of an earlier one: from its state file, from the broker, or from both.
class AnnouncerRestart : public AnnouncerTest, public testing::WithParamInterface<int> {
 protected:
  AnnouncerRestart() {
    Daemon before{quiet()};
    before.announcer.describe(test::pack("shed"));
    before.announcer.describe(test::pack("house"));
    before.use("shed");
    before.use("house");
    before.start(broker);
    before.announcer.record("shed").take(test::report("shed", "status", {{&test::temperature, 21.0}}));
    before.announcer.announce(before.announcer.record("shed"));
    before.deliver(broker);
    if (from_file()) left = before.announcer.published();
  }
  bool from_file() const { return (GetParam() & 1) != 0; }
  bool from_broker() const { return (GetParam() & 2) != 0; }
  std::vector<std::string> start(Daemon& daemon) {
    if (from_broker()) return daemon.start(broker);
    daemon.announcer.start(0);  // the broker lets nobody read
    return daemon.deliver(broker);
  }
  Published left;
};

TEST_P(AnnouncerRestart, RemovesADeviceThatWasTakenOutMeanwhile) {
  Daemon after{quiet(), left};
  after.announcer.describe(test::pack("house"));
  const auto log = start(after);
  EXPECT_THAT(log, Contains("-" + shed_config));
  EXPECT_THAT(log, Contains("-busbar/shed/availability"));
  EXPECT_THAT(log, Contains("-busbar/shed/state/capacity"));
  EXPECT_THAT(log, Contains("-busbar/shed/state"));
  EXPECT_FALSE(after.announcer.published().devices.contains("shed"));
  EXPECT_TRUE(broker.contains("homeassistant/device/busbar_house/config"));
}

TEST_P(AnnouncerRestart, WithdrawsAReadingThatWentMeanwhile) {
  Daemon after{quiet(), left};
  after.announcer.describe(without_status("shed"));
  start(after);
  EXPECT_EQ(config()["components"]["cell_overvoltage"], Json::parse(R"({"platform":"binary_sensor"})"));
  after.announcer.finish_removals();
  after.deliver(broker);
  EXPECT_FALSE(config()["components"].contains("cell_overvoltage"));
}

TEST_P(AnnouncerRestart, KeepsAReadingThatOnlyComesAtTimes) {
  Daemon after{quiet(), left};
  after.announcer.describe(test::pack("shed"));
  after.announcer.describe(test::pack("house"));
  start(after);
  EXPECT_TRUE(config()["components"].contains("mos_temperature")) << "or it would vanish with every restart";
  EXPECT_FALSE(config("homeassistant/device/busbar_house/config")["components"].contains("mos_temperature"));
}

TEST_P(AnnouncerRestart, WithoutHomeAssistantItsMessagesGo) {
  auto options = quiet();
  options.home_assistant.enabled = false;
  Daemon after{options, left};
  after.announcer.describe(test::pack("shed"));
  start(after);
  if (!from_file()) return;  // nobody listens under the discovery prefix then
  EXPECT_FALSE(broker.contains(shed_config));
  EXPECT_FALSE(broker.contains("homeassistant/device/busbar/config"));
}

TEST_P(AnnouncerRestart, AnotherNodeIdMovesTheDevices) {
  if (!from_file() && !from_broker()) return;
  auto options = quiet();
  options.home_assistant.node_id = "shed-pi";
  Daemon after{options, left};
  after.announcer.describe(test::pack("shed"));
  after.announcer.describe(test::pack("house"));
  start(after);
  EXPECT_FALSE(broker.contains(shed_config)) << "each reading would be there twice";
  EXPECT_TRUE(broker.contains("homeassistant/device/shed-pi_shed/config"));
}

INSTANTIATE_TEST_SUITE_P(Known, AnnouncerRestart, testing::Values(1, 2, 3), [](const auto& from) {
  return std::string{from.param == 1 ? "FromTheStateFile" : from.param == 2 ? "FromTheBroker" : "FromBoth"};
});

TEST_F(AnnouncerTest, TwoDaemonsLeaveEachOtherAlone) {
  Daemon first{quiet()};
  first.announcer.describe(test::pack("shed"));
  first.start(broker);
  auto options = quiet();
  options.topic_prefix = "garage";
  options.home_assistant.node_id = "garage";
  Daemon second{options};
  second.announcer.describe(test::pack("car"));
  const auto before = broker;
  EXPECT_THAT(second.start(broker), Not(Contains(testing::StartsWith("-"))));
  EXPECT_THAT(second.warnings, IsEmpty());
  for (const auto& [topic, payload] : before) EXPECT_EQ(broker.at(topic), payload) << topic;
}

TEST_F(AnnouncerTest, TwoDaemonsWithOneNameAreWarnedOfEachOther) {
  Daemon first{quiet()};
  first.announcer.describe(test::pack("shed"));
  first.start(broker);
  auto options = quiet();
  options.topic_prefix = "garage";
  Daemon second{options};
  second.start(broker);
  ASSERT_EQ(second.warnings.size(), 1U);
  EXPECT_THAT(second.warnings.front(), HasSubstr("home_assistant.node_id"));
}

TEST_F(AnnouncerTest, MessagesOfOthersAreLeftAlone) {
  broker = {{"homeassistant/device/zigbee/config", R"({"origin":{"name":"zigbee2mqtt"},"components":{}})"},
            {"homeassistant/device/odd/config", "not JSON"},
            {"homeassistant/device/busbar_bare/config", R"({"origin":{"name":"busbar"}})"},
            {"homeassistant/device/list/config", "[1,2]"}};
  const auto before = broker;
  Daemon daemon{quiet()};
  EXPECT_THAT(daemon.start(broker), ElementsAre("+homeassistant/device/busbar/config"));
  for (const auto& [topic, payload] : before) EXPECT_EQ(broker.at(topic), payload) << topic;
}

/// Publishing to such a topic ends the connection, again and again.
TEST_F(AnnouncerTest, ARetainedMessageCannotMakeUsPublishWhereNobodyCan) {
  broker[shed_config] = R"({"origin":{"name":"busbar"},
    "availability":[{"topic":"busbar/status"},{"topic":"busbar/shed/availability"}],
    "components":{"soc":{"platform":"sensor","state_topic":"busbar/#"},
                  "b":{"platform":"sensor","state_topic":"busbar/+/state"},
                  "c":{"platform":"sensor","state_topic":"busbar/\u0000"},
                  "d":{"platform":"sensor","state_topic":"elsewhere/light"},
                  "e":{"platform":"sensor","state_topic":"busbar/status"},
                  "f":{"platform":"sensor","state_topic":"busbar/shed/state/capacity"}}})";
  Daemon daemon{quiet()};
  const auto log = daemon.start(broker);
  EXPECT_THAT(log, Contains("-busbar/shed/state/capacity"));
  for (const auto& entry : log) {
    EXPECT_EQ(entry.find_first_of(std::string_view{"#\0", 2}), std::string::npos) << entry;
    EXPECT_EQ(entry.find('+', 1), std::string::npos) << entry;
    EXPECT_EQ(entry.find("elsewhere"), std::string::npos) << "not ours";
    EXPECT_NE(entry, "-busbar/status") << "the daemon is not the device's to clear";
  }
}

TEST_F(AnnouncerTest, ASmallBrokerGetsADeviceInParts) {
  auto options = quiet();
  Daemon daemon{options};
  daemon.announcer.describe(test::pack("shed"));
  EXPECT_THAT(
      daemon.start(broker, small_packet),
      ElementsAre("+homeassistant/device/busbar/config", "+homeassistant/device/busbar_shed/capacity/config",
                  "+homeassistant/device/busbar_shed/status/config"));
  for (const auto& [topic, payload] : broker) EXPECT_LT(payload.size(), small_packet) << topic;
}

TEST_F(AnnouncerTest, WhenTheLimitChangesTheOtherFormIsClearedBeforeTheNewOneComes) {
  Daemon daemon{quiet()};
  daemon.announcer.describe(test::pack("shed"));
  daemon.start(broker);
  daemon.announcer.set_max_packet(small_packet);
  EXPECT_THAT(daemon.deliver(broker),
              ElementsAre("-" + shed_config, "+homeassistant/device/busbar_shed/capacity/config",
                          "+homeassistant/device/busbar_shed/status/config"))
      << "Home Assistant ignores a unique id that it has already";
  daemon.announcer.set_max_packet(small_packet);
  EXPECT_THAT(daemon.deliver(broker), IsEmpty());
  daemon.announcer.set_max_packet(0);
  EXPECT_THAT(daemon.deliver(broker),
              ElementsAre("-homeassistant/device/busbar_shed/capacity/config",
                          "-homeassistant/device/busbar_shed/status/config", "+" + shed_config));
}

TEST_F(AnnouncerTest, TheOtherFormOfAnEarlierRunGoes) {
  Daemon before{quiet()};
  before.announcer.describe(test::pack("shed"));
  before.start(broker, small_packet);
  Daemon after{quiet()};
  after.announcer.describe(test::pack("shed"));
  const auto log = after.start(broker);
  EXPECT_THAT(log, ElementsAre("+homeassistant/device/busbar/config",
                               "-homeassistant/device/busbar_shed/capacity/config",
                               "-homeassistant/device/busbar_shed/status/config", "+" + shed_config));
}

TEST_F(AnnouncerTest, WithoutRetainOnlyAvailabilityAndDiscoveryAreKept) {
  auto options = quiet();
  Daemon before{options};
  before.announcer.describe(test::pack("shed"));
  before.use("shed");
  before.start(broker);
  options.retain = false;
  Daemon after{options, before.announcer.published()};
  after.announcer.describe(test::pack("shed"));
  const auto log = after.start(broker);
  EXPECT_THAT(log, Contains("-busbar/shed/state")) << "or a value of long ago would stay for ever";
  EXPECT_THAT(log, Not(Contains("-busbar/shed/availability")));
}

}  // namespace
}  // namespace busbar::sink::mqtt
