// Nothing is allocated for a reading once everything has been seen: the same poll a thousand times, from the
// bytes on the wire to the queue of each output. What a poll as a whole may cost is pinned, too; that it does
// not depend on the number of readings is what the comparison of a pack of 4 and one of 16 cells shows.
#include "hotpath/allocations.hpp"

#include "hotpath/hot_path.hpp"
#include "profile/frames.hpp"
#include "profile/library.hpp"
#include "sink/filter/filtered_sink.hpp"
#include "sink/influx/influx_sink.hpp"
#include "sink/prometheus/readings.hpp"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <functional>
#include <iostream>

namespace busbar::test {
namespace {

using namespace std::chrono_literals;

/// That a sink is connected is no news here.
class Quiet final : public testing::Environment {
  void SetUp() override { spdlog::set_level(spdlog::level::warn); }
};
const auto* const quiet = testing::AddGlobalTestEnvironment(new Quiet);

constexpr std::size_t polls = 1000;
/// What belongs to an answer as a whole: the frame's payload, and the payload of all frames of the answer,
/// which may be more than one.
constexpr std::size_t of_an_answer = 2;
/// Topic and payload of the state of the device and of the query, copied for the thread of the library.
constexpr std::size_t of_two_messages = 4;

using Output = std::function<void(const Report&)>;

/// Allocations of a poll when it is always the same, rounded up: one that comes up only now and then counts
/// whole.
std::size_t each_poll(std::size_t cells, const Output& output) {
  Decoding pack{profile_of("orion1000"), "voltages"};
  const auto frames = voltages(cells);
  for (std::size_t n = 0; n < polls / 4; ++n) output(pack.take(frames[n % frames.size()]));
  const std::size_t before = allocations();
  for (std::size_t n = 0; n < polls; ++n) output(pack.take(frames[n % frames.size()]));
  return (allocations() - before + polls - 1) / polls;
}

/// Expects `allowed` allocations of a poll, whatever the number of its readings.
void expect(std::string_view what, const std::function<Output()>& make, std::size_t allowed) {
  const std::size_t few = each_poll(4, make());
  const std::size_t many = each_poll(16, make());
  std::cout << what << ": " << few << " allocations a poll of 4 cells, " << many << " of 16\n";
  EXPECT_EQ(many, few) << what << " allocates for a reading";
  EXPECT_EQ(many, allowed) << what << ": more (or less) for each poll than was";
}

sink::DeviceDescription pack() { return described(profile_of("orion1000")); }

Output mqtt(const sink::mqtt::Options& options) {
  auto output = std::make_shared<MqttOutput>(pack(), options);
  return [output](const Report& report) {
    output->publish(report);
    output->acknowledge();
  };
}

TEST(Allocations, OfDecodingAreThoseOfTheAnswer) {
  expect(
      "decoding", [] { return [](const Report&) {}; }, of_an_answer);
}

TEST(Allocations, OfMqttAreThoseOfTheMessages) {
  expect(
      "MQTT", [] { return mqtt({}); }, of_an_answer + of_two_messages);
}

TEST(Allocations, OfMqttOnChangeAreThoseOfTheMessages) {
  sink::mqtt::Options options;
  options.mode = sink::mqtt::PublishMode::on_change;
  options.deadband = {{"cell_voltage", 0.001}};
  expect(
      "MQTT on change", [&] { return mqtt(options); }, of_an_answer + of_two_messages);
}

TEST(Allocations, OfAQueuedMqttStateAreNone) {
  // No acknowledgement: what is in flight is full, and the newest state waits in the queue.
  for (const bool topics : {false, true}) {
    sink::mqtt::Options options;
    options.per_reading_topics = topics;
    const auto make = [&]() -> Output {
      const auto output = std::make_shared<MqttOutput>(pack(), options);
      return [output](const Report& report) { output->publish(report); };
    };
    expect(topics ? "MQTT, queue, topics of their own" : "MQTT, queue", make, of_an_answer);
  }
}

TEST(Allocations, OfAnEventAreThoseOfItsRecord) {
  expect(
      "MQTT history",
      [] {
        sink::mqtt::Options options;
        options.home_assistant.enabled = false;
        options.events.emplace();
        options.events->max_count = 100;
        const auto output = std::make_shared<MqttOutput>(pack(), options);
        return [output](const Report& report) { output->publish(report); };
      },
      // The payload, and now and then a block of the queue.
      of_an_answer + 2);
}

TEST(Allocations, OfPrometheusAreNone) {
  expect(
      "Prometheus",
      [] {
        auto readings = std::make_shared<sink::prometheus::Readings>();
        readings->describe(pack());
        return [readings](const Report& report) { readings->store(report); };
      },
      of_an_answer);
}

/// A page is made for each scrape, not for each poll: the text of each family grows, and by that of its
/// device.
TEST(Allocations, OfAPrometheusPageDoNotDependOnTheReadings) {
  const auto page = [](std::size_t cells) {
    sink::prometheus::Readings readings;
    readings.describe(pack());
    Decoding decoding{profile_of("orion1000"), "voltages"};
    const Report report = decoding.take(voltages(cells).front());
    readings.store(report);
    std::string text;
    text.reserve(100000);
    const std::size_t before = allocations();
    append_page(text, readings, report.received);
    return allocations() - before;
  };
  std::cout << "a page: " << page(4) << " allocations with 4 cells, " << page(16) << " with 16\n";
  EXPECT_LE(page(16), page(4) + 2) << "twice as many lines are one step of a vector";
}

TEST(Allocations, OfInfluxAreTheLineThatWaits) {
  expect(
      "InfluxDB",
      [] {
        auto loop = std::make_shared<asio::io_context>(1);
        sink::influx::Options options;
        options.url.host = "localhost";
        options.max_queue = 100;
        std::shared_ptr<sink::Sink> sink = sink::influx::make_influx_sink(loop->get_executor(), options);
        return [loop, sink](const Report& report) { sink->publish(report); };
      },
      // The line, and now and then a block of the queue.
      of_an_answer + 2);
}

/// Takes a report and lets it go.
class Nothing final : public sink::Sink {
 public:
  std::string_view name() const override { return "nothing"; }
  void describe(const sink::DeviceDescription&) override {}
  void forget(std::string_view) override {}
  void publish(const Report&) override {}
  void availability(std::string_view, Availability, std::string_view) override {}
  asio::awaitable<void> run() override { co_return; }
  asio::awaitable<void> finish(Steady, bool) override { co_return; }
  SinkAccount account() const override { return {}; }
};

TEST(Allocations, OfAFilterAreNone) {
  for (const bool sums : {false, true}) {
    sink::filter::Options options;
    options.exclude = {"*_delta"};
    if (sums) options.aggregate = sink::filter::Aggregation{60s, sink::filter::Function::mean};
    const auto make = [&]() -> Output {
      const std::shared_ptr<sink::Sink> sink =
          sink::filter::make_filtered_sink(std::make_unique<Nothing>(), options);
      sink->describe(pack());
      return [sink](const Report& report) { sink->publish(report); };
    };
    expect(sums ? "filter with sums" : "filter", make, of_an_answer);
  }
}

/// Every example of every built-in profile: texts, names of states, flags and missing values as well.
/// Payloads that name their quantities themselves (M-Bus) are decoded into descriptions, which are allocated.
TEST(Allocations, OfNoBuiltInProfileDependOnAReading) {
  yaml::Findings findings;
  const auto library = profile::Library::load("", findings);
  ASSERT_TRUE(findings.empty()) << findings.text();
  std::size_t examples = 0;
  for (const profile::Profile* const profile : library.all()) {
    const auto codec = protocol::make_codec(profile->protocol, profile->dialect).value();
    MqttOutput output{described(*profile)};
    sink::prometheus::Readings readings;
    readings.describe(described(*profile));
    for (const auto& example : profile->examples) {
      const auto& query = *profile->find(example.query);
      if (query.request.write || query.decoder.open() || !example.dropped.empty() || example.anomalies > 0)
        continue;
      const auto payload = profile::payload_of(*codec, profile::request_of(query, example), example.response);
      ASSERT_TRUE(payload) << example.name;
      Decoding decoding{*profile, example.query};
      const auto poll = [&] {
        const Report& report = decoding.decode(*payload);
        output.publish(report);
        output.acknowledge();
        readings.store(report);
      };
      for (std::size_t n = 0; n < 10; ++n) poll();
      const std::size_t before = allocations();
      for (std::size_t n = 0; n < 10; ++n) poll();
      EXPECT_LE(allocations() - before, 10 * of_two_messages) << profile->name << ": " << example.name;
      ++examples;
    }
  }
  std::cout << examples << " examples\n";
  EXPECT_GT(examples, 50U);
}

}  // namespace
}  // namespace busbar::test
