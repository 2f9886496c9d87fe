// The spine against a scripted far side and a sink that remembers: what is published, counted and refused.
#include "poll/poller.hpp"

#include "unit/channel/channel_fixture.hpp"

#include <gmock/gmock.h>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace orion = protocol::orion;

constexpr std::string_view profile_text = R"(
profile: tiny
protocol: orion
manufacturer: Test
model: Tiny
description: One number.
tested: nothing
address: {default: 1, max: 254}
queries:
  first:
    description: A number.
    command: 0xFF03
    interval: 10s
    length: {min: 2, max: 2}
    fields:
      - {key: number, at: 0, type: u16, unit: V, range: [0, 100]}
  second:
    description: Another one.
    command: 0xFF04
    interval: 10s
    length: {min: 1, max: 1}
    fields:
      - {key: other, at: 0, type: u8, unit: V, range: [0, 100]}
  now_and_then:
    description: Said unasked.
    command: 0xFF05
    listen: true
    occasional: true
    length: {min: 1, max: 1}
    fields:
      - {key: unasked, at: 0, type: u8, unit: V, range: [0, 100]}
  discharge_off:
    description: Switches off.
    command: 0xFF1A
    write: true
)";

/// Remembers everything as text.
class Memory final : public sink::Sink {
 public:
  std::string_view name() const override { return "memory"; }
  void describe(const sink::DeviceDescription&) override {}
  void forget(std::string_view) override {}
  void publish(const Report& report) override {
    std::string text = std::to_string(report.sequence) + " " + report.query;
    for (const Reading& reading : report.readings) {
      text += " " + reading.quantity->key + "=" + format_value(*reading.quantity, reading.value);
    }
    reports.push_back(text);
  }
  void availability(std::string_view device, Availability state, std::string_view reason) override {
    states.push_back(std::string{device} + " " + std::string{to_string(state)} + ": " + std::string{reason});
  }
  asio::awaitable<void> run() override { co_return; }
  asio::awaitable<void> finish(Steady, bool) override { co_return; }
  SinkAccount account() const override { return {}; }

  std::vector<std::string> reports;
  std::vector<std::string> states;
};

class PollerTest : public channel::test::ChannelFixture {
 protected:
  PollerTest() {
    yaml::Findings findings;
    profile_ = profile::load_profile(profile_text, "tiny.yaml", findings);
    EXPECT_TRUE(profile_) << findings.text();
    auto memory = std::make_unique<Memory>();
    memory_ = memory.get();
    sinks_.add(std::move(memory));
    answer({0x00, 0x2a}, {0x07});
  }

  Poller& poller(std::chrono::milliseconds interval = 1h, std::vector<std::string> writes = {},
                 unsigned offline_after = 2) {
    Device device{.id = "pack",
                  .profile = profile_.get(),
                  .address = 5,
                  .intervals = {{"first", interval}, {"second", interval}},
                  .allow_writes = std::move(writes),
                  .offline_after = offline_after,
                  .polls_per_day = polls_per_day_};
    poller_.emplace(std::move(device), *channel_, sinks_, std::chrono::steady_clock::now());
    start();
    return *poller_;
  }
  void answer(Bytes first, Bytes second) {
    far_.on_request = [this, first, second](const Bytes& asked) {
      if (asked[5] == 0x1A) {
        far_.deliver(frame(orion::acknowledgement, {}, asked[2]));
      } else {
        far_.deliver(answer_to(asked, asked[5] == 0x03 ? first : second));
      }
    };
  }
  asio::awaitable<void> keep_once(std::optional<bool>& result) { result = co_await poller_->poll_once(); }
  asio::awaitable<void> keep_ask(std::string query, std::optional<Result<Report>>& result) {
    result = co_await poller_->ask(std::move(query));
  }
  bool once() {
    std::optional<bool> result;
    tasks_.spawn("once", keep_once(result));
    run_until([&] { return result.has_value(); });
    return result.value_or(false);
  }
  Result<Report> ask(std::string query) {
    std::optional<Result<Report>> result;
    tasks_.spawn("ask", keep_ask(std::move(query), result));
    run_until([&] { return result.has_value(); });
    return std::move(*result);
  }

  std::unique_ptr<profile::Profile> profile_;
  sink::Sinks sinks_;
  Memory* memory_ = nullptr;
  unsigned polls_per_day_ = 0;
  std::optional<Poller> poller_;
};

TEST_F(PollerTest, OnceAsksEveryScheduledQueryInTheOrderOfTheProfile) {
  poller();
  EXPECT_TRUE(once());
  EXPECT_THAT(memory_->reports, ElementsAre("1 first number=42", "2 second other=7"));
  EXPECT_THAT(memory_->states, ElementsAre("pack online: answers"));
  EXPECT_EQ(far_.requests.front()[2], 5) << "the device's own address";
  const DeviceHealth health = poller_->health();
  EXPECT_EQ(health.polls_success, 2u);
  EXPECT_EQ(health.readings, 2u);
  EXPECT_EQ(health.latency.count, 2u);
  EXPECT_EQ(health.channel, "test");
  EXPECT_TRUE(health.last_success);
}

TEST_F(PollerTest, PollsBeyondTheQuotaOfTheDayAreSkipped) {
  polls_per_day_ = 3;
  poller();
  EXPECT_TRUE(once());
  EXPECT_FALSE(once()) << "the fourth is one too many";
  EXPECT_THAT(memory_->reports, ElementsAre("1 first number=42", "2 second other=7", "3 first number=42"));
  EXPECT_EQ(far_.requests.size(), 3U) << "nothing went out for the fourth";
  EXPECT_THAT(memory_->states, ElementsAre("pack online: answers")) << "this says nothing about the device";
  EXPECT_EQ(poller_->health().polls_skipped, 1U);
  EXPECT_EQ(poller_->health().polls_failed, 0U);
  EXPECT_TRUE(ask("first")) << "who asks himself is answered";
}

TEST_F(PollerTest, RunPollsAtItsRateWithGaplessSequence) {
  tasks_.spawn("poller", poller(2ms).run());
  run_until([this] { return memory_->reports.size() >= 20; });
  for (std::size_t n = 0; n < memory_->reports.size(); ++n) {
    EXPECT_THAT(memory_->reports[n], ::testing::StartsWith(std::to_string(n + 1) + " "));
  }
}

TEST_F(PollerTest, TheTimestampIsTheWallClockAtReceipt) {
  poller();
  const auto before = std::chrono::system_clock::now() - 1ms;
  const auto report = ask("first");
  ASSERT_TRUE(report);
  EXPECT_GE(report->timestamp, std::chrono::floor<std::chrono::milliseconds>(before));
  EXPECT_LE(report->timestamp, std::chrono::system_clock::now());
  EXPECT_EQ(report->device, "pack");
}

TEST_F(PollerTest, NoAnswerIsAFailedPollAndOfflineAfterSeveral) {
  far_.on_request = [](const Bytes&) {};
  poller();
  EXPECT_FALSE(once());
  EXPECT_TRUE(memory_->reports.empty());
  EXPECT_THAT(memory_->states, ElementsAre("pack offline: timeout: no answer within 20 ms"));
  EXPECT_EQ(poller_->health().polls_failed, 2u);
  EXPECT_EQ(poller_->health().errors.at(Errc::timeout), 2u);

  answer({0x00, 0x2a}, {0x07});
  EXPECT_TRUE(once());
  EXPECT_THAT(memory_->states, ElementsAre(HasSubstr("offline"), "pack online: answers"));
  EXPECT_THAT(memory_->reports.front(), ::testing::StartsWith("1 "));
}

TEST_F(PollerTest, APayloadThatDoesNotFitPublishesNothing) {
  answer({0x01}, {0x07});
  poller();
  EXPECT_FALSE(once());
  EXPECT_THAT(memory_->reports, ElementsAre("1 second other=7"));
  EXPECT_EQ(poller_->health().polls_failed, 1u);
  EXPECT_EQ(poller_->health().errors.size(), 1u);
}

TEST_F(PollerTest, AnImplausibleValueIsLeftOutAndCounted) {
  answer({0x12, 0x34}, {0x07});
  poller();
  EXPECT_TRUE(once());
  EXPECT_THAT(memory_->reports, ElementsAre("1 first", "2 second other=7"));
  EXPECT_EQ(poller_->health().implausible, 1u);
}

TEST_F(PollerTest, AnUnknownQueryIsRefused) {
  poller();
  const auto report = ask("nonsense");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::unknown_query);
}

TEST_F(PollerTest, AWriteIsNotAsked) {
  poller(1h, {"discharge_off"});
  const auto report = ask("discharge_off");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::not_allowed);
  EXPECT_THAT(report.error().detail, HasSubstr("it is set, not asked"));
  EXPECT_TRUE(far_.requests.empty());
}

TEST_F(PollerTest, AnExchangeThatNeverEndsIsAStall) {
  started_ = true;  // the channel's own coroutine does not run
  tasks_.spawn("poller", poller(10ms).run());
  run_until([&] { return poller_->stalled(std::chrono::steady_clock::now() + 2min); });
  EXPECT_FALSE(poller_->stalled(std::chrono::steady_clock::now())) << "not before its time";
}

TEST_F(PollerTest, ASilentDeviceIsNoStall) {
  far_.on_request = [](const Bytes&) {};
  poller();
  EXPECT_FALSE(once());
  EXPECT_FALSE(poller_->stalled(std::chrono::steady_clock::now() + 24h));
}

TEST_F(PollerTest, AStoppedChannelDoesNotMakeTheDeviceOffline) {
  poller(1h, {}, 1);
  EXPECT_TRUE(once());
  channel_->stop();
  EXPECT_FALSE(once());
  EXPECT_THAT(memory_->states, ElementsAre("pack online: answers"));
}

TEST_F(PollerTest, WhatComesNowAndThenIsPublishedOnceAndIsNoFailureBefore) {
  poller();
  const auto nothing = ask("now_and_then");
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->readings.empty());
  EXPECT_TRUE(memory_->reports.empty());
  far_.deliver(frame(0xFF05, {9}, 5));
  run_until([this] { return channel_->health().frames == 1; });
  EXPECT_EQ(ask("now_and_then")->readings.size(), 1u);
  EXPECT_TRUE(ask("now_and_then")->readings.empty());
  EXPECT_THAT(memory_->reports, ElementsAre("1 now_and_then unasked=9"));
  EXPECT_EQ(poller_->health().polls_failed, 0u);
}

}  // namespace
}  // namespace busbar::poll
