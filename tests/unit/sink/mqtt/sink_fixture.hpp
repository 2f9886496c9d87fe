// An MQTT sink at a broker in memory, in simulated time: what is due is done when the test lets time pass.
#pragma once

#include "sink/mqtt/mqtt_sink.hpp"
#include "unit/sink/mqtt/fake_broker.hpp"
#include "unit/sink/mqtt/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace busbar::sink::mqtt::test {

class SinkTest : public testing::Test {
 protected:
  SinkTest() {
    options.diagnostics = 0ms;
    options.keepalive = 30s;
  }
  void TearDown() override {
    if (sink) expect_balanced();
  }

  void start(HealthSource health = {}) {
    Environment environment{
        .now = [this] { return now; },
        .random = [] { return 0.5; },
        .connect = [this](const Options&, ConnectionEvents& events) { return broker.connect(events); }};
    sink.emplace(loop.context.get_executor(), options, "1.2.3", std::move(environment), std::move(health));
  }
  /// Everything that happens within `span`.
  void pass(Steady::duration span = 0s) {
    const auto end = now + span;
    int rounds = 0;
    while (rounds++ < 100000) {
      if (broker.deliver()) continue;
      if (sink->next_due() > end) break;
      now = std::max(now, sink->next_due());
      sink->step();
    }
    ASSERT_LT(rounds, 100000) << "the sink never comes to rest";
    now = end;
  }
  /// finish() in simulated time: 10 ms go by whenever the broker has nothing to say.
  void finish(Steady::duration patience = 2s, bool keep_state = false) {
    bool done = false;
    loop.tasks.spawn("finish", flagged(sink->finish(now + patience, keep_state), done));
    EXPECT_TRUE(loop.until([&] {
      if (!done && !broker.deliver()) now += 10ms;
      return done;
    }));
  }
  void publish(const std::string& device, double volts, double percent) {
    sink->publish(report(device, "capacity", {{&voltage, volts}, {&soc, percent}}, now));
  }
  nlohmann::json state(const std::string& topic) const {
    const auto found = broker.retained.find(topic);
    return found == broker.retained.end() ? nlohmann::json{} : nlohmann::json::parse(found->second);
  }
  void expect_balanced() const {
    const auto a = sink->account();
    EXPECT_EQ(a.accepted, a.acknowledged + a.queued + a.dropped + a.coalesced)
        << "acknowledged " << a.acknowledged << ", queued " << a.queued << ", dropped " << a.dropped
        << ", coalesced " << a.coalesced;
  }

  Options options;
  FakeBroker broker;
  /// Long before the real clock, so that no timer of the sink ever waits.
  Steady now{-1000h};
  Loop loop;
  std::optional<MqttSink> sink;

 private:
  static asio::awaitable<void> flagged(asio::awaitable<void> task, bool& done) {
    co_await std::move(task);
    done = true;
  }
};

}  // namespace busbar::sink::mqtt::test
