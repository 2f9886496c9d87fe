// Which messages become commands, which do not, and what the asker hears.
#include "sink/mqtt/commands.hpp"

#include "support/quiet_connection.hpp"
#include "unit/sink/mqtt/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::sink::mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// Remembers what it is asked for.
class Recorder final : public busbar::test::QuietConnection {
 public:
  void publish(Publication publication) override { published.push_back(std::move(publication)); }
  void subscribe(std::vector<std::string>) override {
    ADD_FAILURE() << "commands are never asked for from before";
  }
  void subscribe_live(std::vector<std::string> filters) override {
    for (auto& filter : filters) subscribed.push_back(std::move(filter));
  }
  void unsubscribe(std::vector<std::string> filters) override {
    for (const auto& filter : filters) std::erase(subscribed, filter);
    unsubscribed += static_cast<int>(filters.size());
  }

  std::vector<std::string> subscribed;
  std::vector<Publication> published;
  int unsubscribed = 0;
};

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() { session.connected(now, 5, 0); }
  Commands& make() {
    commands = std::make_unique<Commands>(
        options, topics,
        [this](Command command, CommandDone done) {
          taken.push_back(std::move(command));
          waiting.push_back(std::move(done));
        },
        [this] { ++news; });
    return *commands;
  }
  static DeviceDescription device(std::string id, const std::vector<std::string>& settings) {
    auto described_device = pack(std::move(id));
    for (const auto& key : settings) {
      Setting setting;
      setting.key = key;
      described_device.settings.push_back(setting);
    }
    return described_device;
  }
  bool pump() { return commands->pump(session, connection, now); }

  Options options;
  Topics topics{options};
  Steady now{};
  Session session{options, [] { return 0.5; }};
  Recorder connection;
  std::unique_ptr<Commands> commands;
  std::vector<Command> taken;
  std::vector<CommandDone> waiting;
  int news = 0;
};

TEST_F(CommandsTest, AnswersWhereTheSenderWantsIt) {
  make().describe(device("shed", {"mos"}), &connection);
  EXPECT_TRUE(commands->take("busbar/shed/set/mos", "on", false, {"desk/7", std::string{"\0id", 3}}));
  waiting.at(0)({.verdict = Verdict::accepted});
  EXPECT_TRUE(pump());
  ASSERT_THAT(connection.published, SizeIs(2));
  EXPECT_EQ(connection.published[0].topic, "desk/7");
  EXPECT_EQ(connection.published[0].correlation, (std::string{"\0id", 3}));
  EXPECT_FALSE(connection.published[0].retain);
  EXPECT_EQ(connection.published[1].topic, "busbar/shed/result/mos");
  EXPECT_EQ(connection.published[1].correlation, "");
  EXPECT_EQ(connection.published[0].payload, connection.published[1].payload);
}

TEST_F(CommandsTest, NobodyWritesOurTopicsThroughUs) {
  make().describe(device("shed", {"mos"}), &connection);
  for (const std::string topic : {"busbar/shed/set/mos", "busbar/status", "busbar", "homeassistant/status",
                                  "homeassistant/switch/x/config", "$SYS/x", "a/#", "a/+/b"}) {
    EXPECT_TRUE(commands->take("busbar/shed/set/mos", "on", false, {topic, "1"}));
    waiting.back()({.verdict = Verdict::accepted});
    (void)pump();
    commands->answered();
    ASSERT_THAT(connection.published, SizeIs(1)) << topic;
    EXPECT_EQ(connection.published[0].topic, "busbar/shed/result/mos");
    connection.published.clear();
  }
  EXPECT_TRUE(commands->take("busbar/shed/set/mos", "on", false, {"busbarn/x", "1"}));
  EXPECT_TRUE(commands->take("busbar/shed/set/mos", "on", false, {std::string(300, 't'), "1"}));
  EXPECT_TRUE(commands->take("busbar/shed/set/mos", "on", false, {"x", std::string(300, 'c')}));
  for (std::size_t i = waiting.size() - 3; i < waiting.size(); ++i) waiting[i]({.verdict = Verdict::refused});
  while (pump()) commands->answered();
  EXPECT_EQ(connection.published[0].topic, "busbarn/x") << "only looks like ours";
}

TEST_F(CommandsTest, SubscribesToWhatIsAllowedAndToNothingElse) {
  make().describe(device("shed", {"mos", "limit"}), &connection);
  EXPECT_THAT(connection.subscribed, UnorderedElementsAre("busbar/shed/set/mos", "busbar/shed/set/limit"));
  commands->describe(device("attic", {}), &connection);
  EXPECT_THAT(connection.subscribed, SizeIs(2));
}

TEST_F(CommandsTest, WhatIsNoLongerAllowedIsUnsubscribedAndTheRestLeftAlone) {
  make().describe(device("shed", {"mos", "limit"}), &connection);
  commands->describe(device("attic", {"mos"}), &connection);
  commands->describe(device("shed", {"limit", "source"}), &connection);
  EXPECT_THAT(connection.subscribed, UnorderedElementsAre("busbar/shed/set/limit", "busbar/shed/set/source",
                                                          "busbar/attic/set/mos"));
  EXPECT_EQ(connection.unsubscribed, 1);
  EXPECT_FALSE(commands->take("busbar/shed/set/mos", "on", false));
  commands->forget("shed", &connection);
  EXPECT_THAT(connection.subscribed, ElementsAre("busbar/attic/set/mos"));
  EXPECT_FALSE(commands->take("busbar/shed/set/limit", "1", false));
}

TEST_F(CommandsTest, ANewConnectionIsToldEverything) {
  make().describe(device("shed", {"mos"}), nullptr);
  EXPECT_THAT(connection.subscribed, IsEmpty());
  commands->connected(connection);
  EXPECT_THAT(connection.subscribed, ElementsAre("busbar/shed/set/mos"));
}

TEST_F(CommandsTest, AMessageBecomesACommand) {
  make().describe(device("shed", {"mos"}), &connection);
  EXPECT_TRUE(commands->take("busbar/shed/set/mos", "on", false));
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].device, "shed");
  EXPECT_EQ(taken[0].setting, "mos");
  EXPECT_EQ(taken[0].value, "on");
  EXPECT_EQ(taken[0].origin, "mqtt busbar/shed/set/mos");
}

TEST_F(CommandsTest, WhatWasLeftOverFromBeforeIsNotCarriedOut) {
  make().describe(device("shed", {"mos"}), &connection);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(commands->take("busbar/shed/set/mos", "on", true));
  EXPECT_THAT(taken, IsEmpty());
  EXPECT_EQ(commands->stale(), 3u);
}

TEST_F(CommandsTest, NoOtherTopicIsACommand) {
  make().describe(device("shed", {"mos"}), &connection);
  for (const std::string topic : {"",
                                  "busbar",
                                  "busbar/shed",
                                  "busbar/shed/set",
                                  "busbar/shed/set/",
                                  "busbar/shed/set/mo",
                                  "busbar/shed/set/mos/",
                                  "busbar/shed/set/mos/x",
                                  "busbar/shed/set/MOS",
                                  "busbar/shed/set/limit",
                                  "busbar/SHED/set/mos",
                                  "busbar/attic/set/mos",
                                  "busbar/shed/get/mos",
                                  "busbar//shed/set/mos",
                                  "/busbar/shed/set/mos",
                                  "busbar/shed/set/+",
                                  "busbar/shed/set/#",
                                  "busbar/+/set/mos",
                                  "busbar/shed/set/../mos",
                                  "busbar/shed/set/mos ",
                                  "busbar/shed/set/mos\n",
                                  "busbar/shed/set/m%6fs",
                                  "homeassistant/shed/set/mos",
                                  "busbar/shed/state",
                                  "busbar/shed/result/mos",
                                  "$SYS/busbar/shed/set/mos"})
    EXPECT_FALSE(commands->take(topic, "on", false)) << topic;
  EXPECT_FALSE(commands->take(std::string("busbar/shed/set/mos\0", 20), "on", false));
  EXPECT_THAT(taken, IsEmpty());
}

TEST_F(CommandsTest, AnEndlessPayloadIsCutToWhatStillIsTooLong) {
  make().describe(device("shed", {"mos"}), &connection);
  EXPECT_TRUE(commands->take("busbar/shed/set/mos", std::string(1000000, 'x'), false));
  EXPECT_EQ(taken.at(0).value.size(), max_command_value + 1);
}

TEST_F(CommandsTest, TheAskerHearsWhatCameOfIt) {
  make().describe(device("shed", {"mos"}), &connection);
  (void)commands->take("busbar/shed/set/mos", "on", false);
  EXPECT_FALSE(pump());
  waiting.at(0)({.verdict = Verdict::accepted, .read_back = "on"});
  EXPECT_EQ(news, 1);
  EXPECT_TRUE(pump());
  const auto& publication = connection.published.at(0);
  EXPECT_EQ(publication.topic, "busbar/shed/result/mos");
  EXPECT_FALSE(publication.retain);
  EXPECT_EQ(publication.qos, 1);
  EXPECT_NE(publication.id & Commands::mark, 0u);
  const auto json = nlohmann::json::parse(publication.payload);
  EXPECT_EQ(json["setting"], "mos");
  EXPECT_EQ(json["value"], "on");
  EXPECT_EQ(json["result"], "accepted");
  EXPECT_EQ(json["read_back"], "on");
  EXPECT_EQ(json["detail"], "");
}

TEST_F(CommandsTest, WhateverWasSentTheAnswerIsJson) {
  for (const std::string value : {"\xff\xfe", "\"", "\n", "}{", "\\u0000"}) {
    const auto json = result_json({"shed", "mos", value, "mqtt"}, {.detail = value}, UtcMillis{});
    EXPECT_TRUE(nlohmann::json::accept(json)) << json;
  }
  EXPECT_THAT(result_json({"shed", "mos", "on", "mqtt"}, {}, UtcMillis{}),
              HasSubstr("\"timestamp\":\"1970-01-01T00:00:00.000Z\""));
}

TEST_F(CommandsTest, FewAnswersAreOnTheirWayAtATime) {
  make().describe(device("shed", {"mos"}), &connection);
  for (int i = 0; i < 5; ++i) (void)commands->take("busbar/shed/set/mos", "on", false);
  for (const auto& done : waiting) done({});
  while (pump()) continue;
  EXPECT_THAT(connection.published, SizeIs(Commands::max_in_flight));
  commands->answered();
  EXPECT_TRUE(pump());
  EXPECT_THAT(connection.published, SizeIs(Commands::max_in_flight + 1));
}

TEST_F(CommandsTest, AnswersDoNotPileUpAndDoNotOutliveTheConnection) {
  make().describe(device("shed", {"mos"}), &connection);
  for (int i = 0; i < 1000; ++i) (void)commands->take("busbar/shed/set/mos", "on", false);
  for (const auto& done : waiting) done({});
  for (int i = 0; i < 2000; ++i) {
    commands->answered();
    (void)pump();
  }
  EXPECT_THAT(connection.published, SizeIs(Commands::max_results));
  (void)commands->take("busbar/shed/set/mos", "on", false);
  waiting.back()({});
  commands->lost();
  EXPECT_FALSE(pump()) << "nobody waits for it any more";
}

TEST_F(CommandsTest, AnAnswerAfterTheEndGoesNowhere) {
  make().describe(device("shed", {"mos"}), &connection);
  (void)commands->take("busbar/shed/set/mos", "on", false);
  commands.reset();
  waiting.at(0)({});
  EXPECT_EQ(news, 0);
}

TEST_F(CommandsTest, OffMeansThatNothingCanBeSet) {
  options.commands = false;
  make().describe(device("shed", {"mos"}), &connection);
  EXPECT_THAT(connection.subscribed, IsEmpty());
  EXPECT_FALSE(commands->take("busbar/shed/set/mos", "on", false));
  EXPECT_THAT(commands->visible(device("shed", {"mos"})).settings, IsEmpty());
  const Commands nobody{options, topics, {}, [] {}};
  EXPECT_FALSE(nobody.enabled());
}

}  // namespace
}  // namespace busbar::sink::mqtt::test
