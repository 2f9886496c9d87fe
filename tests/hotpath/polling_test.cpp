// What a poll allocates from the request to the queue of the output, with all that asks and waits: link,
// channel, poller and hub.
#include "hotpath/polling.hpp"

#include "hotpath/allocations.hpp"
#include "hotpath/hot_path.hpp"
#include "sink/prometheus/readings.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <memory>

namespace busbar::test {
namespace {

constexpr std::size_t polls = 1000;
/// Of a poll, whatever it brings: frames of coroutines, what waits for the loop, the request and its place in
/// the queue of the channel, the payload of the answer.
constexpr double budget = 19;
/// Topic and payload of the state of the device and of the query, copied for the thread of the library.
constexpr double of_two_messages = 4;

/// Allocations of a poll, on average: what comes up only now and then counts its share.
double each_poll(std::size_t cells, Output output) {
  Polling polling{cells, std::move(output)};
  polling.poll(polls / 4);
  const std::size_t before = allocations();
  polling.poll(polls);
  const std::size_t after = allocations();
  EXPECT_EQ(polling.health().polls_success, polls + polls / 4);
  // The cells, the three numbers beside them, and what is derived from them.
  EXPECT_EQ(polling.health().readings, (polls + polls / 4) * (cells + 7));
  return static_cast<double>(after - before) / polls;
}

void expect(std::string_view what, const std::function<Output()>& output, double allowed) {
  const double few = each_poll(4, output());
  const double many = each_poll(16, output());
  std::cout << what << ": " << few << " allocations a poll of 4 cells, " << many << " of 16\n";
  EXPECT_NEAR(many, few, 0.01) << what << " allocates for a reading: 12 cells more cost " << many - few
                               << " a poll";
  EXPECT_LE(many, allowed)
      << what << ": the budget of a poll is " << allowed
      << " allocations. A change that is worth more raises it, here and in docs/performance.md";
}

TEST(Allocations, OfAPollFromRequestToReportAreWithinItsBudget) {
  const auto nothing = [] { return [](const Report&) {}; };
  expect("asking", nothing, budget);
}

TEST(Allocations, OfAPollIntoItsOutputsAreWithinItsBudget) {
  const auto outputs = []() -> Output {
    const auto pack = described(profile_of("orion1000"));
    auto mqtt = std::make_shared<MqttOutput>(pack);
    auto prometheus = std::make_shared<sink::prometheus::Readings>();
    prometheus->describe(pack);
    return [mqtt, prometheus](const Report& report) {
      mqtt->publish(report);
      mqtt->acknowledge();
      prometheus->store(report);
    };
  };
  expect("asking, MQTT and Prometheus", outputs, budget + of_two_messages);
}

}  // namespace
}  // namespace busbar::test
