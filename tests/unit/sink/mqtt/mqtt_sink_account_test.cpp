// Whatever happens in whatever order: nothing accepted is lost from the account, in the end the broker has
// the newest of everything, and the good-bye comes last.
#include "unit/sink/mqtt/sink_fixture.hpp"

#include <random>

namespace busbar::sink::mqtt {
namespace {

using test::pack;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class MqttSinkAccount : public test::SinkTest, public testing::WithParamInterface<unsigned> {
 protected:
  /// One thing that can happen to a sink.
  void happen(std::mt19937& random) {
    const auto device = "pack" + std::to_string(random() % 3);
    switch (random() % 16) {
      case 0:
      case 1:
      case 2:
        percent[device] = static_cast<int>(random() % 100);
        return publish(device, 53, percent[device]);
      case 3:
        percent.try_emplace(device, -1);
        return sink->describe(pack(device));
      case 4:
        percent.erase(device);
        return sink->forget(device);
      case 5:
        return sink->availability(device, random() % 2 == 0 ? Availability::online : Availability::offline,
                                  "");
      case 6:
        return broker.cut();
      case 7:
        broker.up = !broker.up;
        return;
      case 8:
        ++broker.refusals;
        return;
      case 9:
        broker.answers = random() % 4 != 0;
        return;
      case 10:
        return broker.say("homeassistant/status", "online");
      case 11:
        broker.max_packet = random() % 2 == 0 ? 0 : 1200;
        return;
      case 12:
        now += std::chrono::milliseconds{random() % 40000};
        return;
      default:
        if (!broker.deliver() && sink->next_due() <= now) sink->step();
    }
  }

  std::map<std::string, int> percent;  ///< of the devices there are; -1: never published
};

TEST_P(MqttSinkAccount, AddsUpAfterEveryEventAndTheBrokerEndsUpRight) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  spdlog::set_level(spdlog::level::off);
  std::mt19937 random{GetParam()};
  if (GetParam() % 2 == 0) options.events.emplace();
  start();
  for (int event = 0; event < 1500; ++event) {
    happen(random);
    expect_balanced();
    if (HasFailure()) FAIL() << "at event " << event;
  }
  broker.up = true;
  broker.answers = true;
  broker.refusals = 0;
  broker.max_packet = 0;
  broker.cut();
  pass(5min);
  EXPECT_EQ(sink->account().queued, 0U);
  EXPECT_TRUE(sink->account().healthy);
  for (const auto& [device, value] : percent) {
    if (value < 0) continue;
    EXPECT_EQ(state("busbar/" + device + "/state/capacity")["soc"], value) << device;
  }
  spdlog::set_level(spdlog::level::info);
}

INSTANTIATE_TEST_SUITE_P(Seeds, MqttSinkAccount, testing::Range(1U, 9U));

class MqttSinkFinish : public test::SinkTest {};

TEST_F(MqttSinkFinish, TheGoodByeComesLast) {
  start();
  sink->describe(pack("shed"));
  sink->availability("shed", Availability::online, "");
  publish("shed", 53.2, 81);
  finish();
  const auto heard = broker.heard();
  ASSERT_GE(heard.size(), 4U);
  EXPECT_EQ(heard[heard.size() - 2], "busbar/shed/availability=offline");
  EXPECT_EQ(heard.back(), "busbar/status=offline");
  EXPECT_EQ(state("busbar/shed/state")["soc"], 81) << "what was queued went before";
  EXPECT_EQ(broker.closed, 1) << "without the last will";
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(MqttSinkFinish, OfAOneShotRunSaysNoGoodBye) {
  start();
  sink->describe(pack("shed"));
  sink->availability("shed", Availability::online, "");
  finish(2s, true);
  EXPECT_EQ(broker.retained.at("busbar/status"), "online");
  EXPECT_EQ(broker.retained.at("busbar/shed/availability"), "online");
  EXPECT_EQ(broker.closed, 1);
}

TEST_F(MqttSinkFinish, WithoutABrokerEndsAndSaysWhatIsLost) {
  broker.up = false;
  start();
  sink->describe(pack("shed"));
  publish("shed", 53.2, 81);
  const auto before = now;
  finish(2s);
  EXPECT_LE(now - before, 2s);
  EXPECT_THAT(sink->account().last_error, HasSubstr("messages were not delivered"));
  EXPECT_GT(sink->account().queued, 0U);
}

TEST_F(MqttSinkFinish, AMuteBrokerCannotHoldItUp) {
  start();
  pass(1s);
  broker.answers = false;
  publish("shed", 53.2, 81);
  const auto before = now;
  finish(2s);
  EXPECT_LE(now - before, 2s + 100ms);
}

TEST_F(MqttSinkFinish, TheNextRunRemovesWhatThisOneLeft) {
  const test::Directory directory;
  options.state_file = (directory.path / "mqtt.json").string();
  start();
  sink->describe(pack("shed"));
  publish("shed", 53.2, 81);
  pass(1s);
  finish();
  sink.reset();
  EXPECT_TRUE(std::filesystem::exists(options.state_file));
  start();
  sink->describe(pack("house"));
  pass(1s);
  for (const auto& [topic, payload] : broker.retained)
    EXPECT_EQ(topic.find("shed"), std::string::npos) << topic;
  finish();
}

}  // namespace
}  // namespace busbar::sink::mqtt
