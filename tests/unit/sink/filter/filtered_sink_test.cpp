// The filter in front of a sink: what the sink hears of, periods, the end, and the account.
#include "sink/filter/filtered_sink.hpp"

#include "unit/sink/support.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace busbar::sink::filter {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Takes everything at once; each report is acknowledged.
class Recorder final : public Sink {
 public:
  std::string_view name() const override { return "recorder"; }
  void describe(const DeviceDescription& device) override { note("describe " + device.id); }
  void forget(std::string_view device) override { note("forget " + std::string{device}); }
  void publish(const Report& report) override {
    ++reports;
    std::string text = "publish " + report.device;
    for (const Reading& reading : report.readings)
      text += " " + reading.quantity->key + "=" + format_value(*reading.quantity, reading.value);
    note(text);
  }
  void availability(std::string_view device, Availability state, std::string_view) override {
    note(std::string{device} + " " + std::string{to_string(state)});
  }
  asio::awaitable<void> run() override {
    if (fails) throw std::runtime_error{"broken"};
    co_return;
  }
  asio::awaitable<void> finish(Steady, bool) override {
    note("finish");
    co_return;
  }
  SinkAccount account() const override {
    return {.name = "recorder", .accepted = reports, .acknowledged = reports};
  }
  void note(std::string text) { calls.push_back(std::move(text)); }

  std::vector<std::string> calls;
  std::uint64_t reports = 0;
  bool fails = false;
};

struct FilteredSinkTest : testing::Test {
  void use(Options options) {
    auto made = std::make_unique<Recorder>();
    inner = made.get();
    sink = make_filtered_sink(std::move(made), std::move(options));
  }
  void TearDown() override { loop.stop(); }
  void publish(double soc, std::string device = "pack") {
    sink->publish(test::report(std::move(device), "status", {{&test::soc, soc}, {&test::voltage, 52.0}}));
  }
  static DeviceDescription pack(std::string id = "pack") {
    DeviceDescription device = test::description(std::move(id));
    device.queries[0].quantities = {&test::soc, &test::voltage};
    return device;
  }
  void expect_balance() const {
    const SinkAccount account = sink->account();
    EXPECT_EQ(account.accepted, account.acknowledged + account.queued + account.dropped + account.coalesced);
  }

  std::unique_ptr<Sink> sink;
  Recorder* inner = nullptr;
  test::Loop loop;
};

TEST_F(FilteredSinkTest, OnlyWhatIsWantedComesThrough) {
  use({.include = {"pack.soc"}});
  EXPECT_EQ(sink->name(), "recorder");
  sink->describe(pack());
  sink->describe(pack("other"));
  publish(96);
  publish(50, "other");
  sink->availability("pack", Availability::online, "");
  sink->availability("other", Availability::online, "");
  sink->forget("other");
  sink->forget("pack");
  EXPECT_THAT(inner->calls,
              ElementsAre("describe pack", "publish pack soc=96", "pack online", "forget pack"));
  EXPECT_EQ(sink->account().accepted, 1U) << "what does not pass was never accepted";
  expect_balance();
}

TEST_F(FilteredSinkTest, ADeviceThatLosesItsLastReadingIsForgotten) {
  use({.include = {"soc"}});
  sink->describe(pack());
  DeviceDescription without = pack();
  without.queries[0].quantities = {&test::voltage};
  sink->describe(without);
  EXPECT_THAT(inner->calls, ElementsAre("describe pack", "forget pack"));
}

TEST_F(FilteredSinkTest, APeriodGivesOneReport) {
  use({.include = {"soc"}, .aggregate = Aggregation{50ms, Function::mean}});
  sink->describe(pack());
  for (const double soc : {90.0, 91.0, 95.0}) publish(soc);
  EXPECT_EQ(inner->reports, 0U);
  EXPECT_EQ(sink->account().queued, 3U);
  expect_balance();
  loop.tasks.spawn("sink", sink->run());
  ASSERT_TRUE(loop.until([&] { return inner->reports == 1; }));
  EXPECT_EQ(inner->calls.back(), "publish pack soc=92");
  const auto account = sink->account();
  EXPECT_EQ(account.accepted, 3U);
  EXPECT_EQ(account.acknowledged, 1U);
  EXPECT_EQ(account.coalesced, 2U);
  expect_balance();
  // Another period, although the sink itself had nothing to run.
  publish(80);
  ASSERT_TRUE(loop.until([&] { return inner->reports == 2; }));
  EXPECT_EQ(inner->calls.back(), "publish pack soc=80");
}

TEST_F(FilteredSinkTest, TheLastPeriodIsNotLost) {
  use({.include = {"soc"}, .aggregate = Aggregation{1h, Function::max}});
  sink->describe(pack());
  publish(90);
  publish(85);
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 1s, false)));
  EXPECT_THAT(inner->calls, ElementsAre("describe pack", "publish pack soc=90", "finish"));
  expect_balance();
}

TEST_F(FilteredSinkTest, WhatAForgottenDeviceHadWaitingIsCountedAsDropped) {
  use({.aggregate = Aggregation{1h, Function::mean}});
  sink->describe(pack());
  publish(90);
  publish(85);
  sink->forget("pack");
  EXPECT_EQ(sink->account().dropped, 2U);
  EXPECT_EQ(sink->account().queued, 0U);
  expect_balance();
}

TEST_F(FilteredSinkTest, ASinkThatDiesIsNotHidden) {
  use({.aggregate = Aggregation{1h, Function::mean}});
  inner->fails = true;
  asio::io_context context;
  std::string died;
  async::TaskGroup tasks{context.get_executor(),
                         [&](std::string_view name, const std::exception_ptr&) { died = name; }};
  tasks.spawn("sink", sink->run());
  context.run_for(5s);
  EXPECT_EQ(died, "sink");
}

TEST_F(FilteredSinkTest, WithoutPeriodsTheSinkRunsAsItIs) {
  use({.include = {"soc"}});
  EXPECT_TRUE(loop.run(sink->run()));
}

TEST(FilterOptions, AreOpenWhenNothingIsSaid) {
  EXPECT_TRUE(Options{}.is_open());
  EXPECT_FALSE((Options{.include = {"soc"}}).is_open());
  EXPECT_FALSE((Options{.exclude = {"soc"}}).is_open());
  EXPECT_FALSE((Options{.aggregate = Aggregation{60s, Function::mean}}).is_open());
}

}  // namespace
}  // namespace busbar::sink::filter
