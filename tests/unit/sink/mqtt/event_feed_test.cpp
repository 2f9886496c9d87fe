// Events beside the state: each report once, in order, through outages, refusals and small brokers, in
// simulated time. Waiting events are in memory here; what the disk adds is tested with the store.
#include "unit/sink/mqtt/sink_fixture.hpp"

#include <numeric>

namespace busbar::sink::mqtt {
namespace {

using test::pack;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr auto topic = "busbar/shed/event/capacity";

class EventFeedTest : public test::SinkTest {
 protected:
  EventFeedTest() {
    options.home_assistant.enabled = false;
    options.events.emplace();
  }
  void put(std::uint64_t sequence) {
    auto report = test::report("shed", "capacity", {{&test::soc, 50.0}}, now);
    report.sequence = sequence;
    sink->publish(report);
  }
  void put_all(std::uint64_t first, std::uint64_t last) {
    for (auto sequence = first; sequence <= last; ++sequence) put(sequence);
  }
  [[nodiscard]] std::vector<Connection::Publication> events() const {
    std::vector<Connection::Publication> found;
    std::ranges::copy_if(broker.log, std::back_inserter(found),
                         [](const auto& one) { return one.topic == topic; });
    return found;
  }
  [[nodiscard]] std::vector<int> sequences() const {
    std::vector<int> found;
    for (const auto& event : events())
      found.push_back(nlohmann::json::parse(event.payload).at("sequence").get<int>());
    return found;
  }
};

TEST_F(EventFeedTest, EveryReportComesOnceInOrderAndIsNotRetained) {
  options.mode = PublishMode::on_change;
  options.qos = 0;
  start();
  pass(1s);
  put_all(1, 5);  // all alike: of interest to a history, not to the state
  pass(1s);
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(events(), Each(AllOf(Field("retain", &Connection::Publication::retain, false),
                                   Field("qos", &Connection::Publication::qos, 1))));
  EXPECT_FALSE(broker.retained.contains(topic));
  EXPECT_EQ(std::ranges::count(broker.log, "busbar/shed/state/capacity", &Connection::Publication::topic), 1);
  EXPECT_EQ(events().front().payload, R"({"timestamp":"2026-11-21T07:15:52.123Z","sequence":1,"soc":50})");
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(EventFeedTest, AfterAnOutageTheStateComesFirstThenAllEventsFromTheOldest) {
  broker.up = false;
  start();
  pass(10s);
  put_all(1, 20);
  EXPECT_EQ(sink->account().spool->memory_records, 20U);
  broker.up = true;
  pass(2min);
  std::vector<int> expected(20);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(sequences(), expected);
  const auto place = [this](std::string_view wanted) {
    return std::ranges::find(broker.log, wanted, &Connection::Publication::topic) - broker.log.begin();
  };
  EXPECT_LT(place("busbar/shed/state/capacity"), place(topic));
}

TEST_F(EventFeedTest, NoMoreThanItsShareIsUnderWayAndTheStateDoesNotWait) {
  start();
  pass(1s);
  broker.answers = false;
  put_all(1, 100);
  pass(1s);
  EXPECT_THAT(events(), SizeIs(EventFeed::max_in_flight));
  EXPECT_EQ(state("busbar/shed/state")["soc"], 50);
}

TEST_F(EventFeedTest, ABrokenConnectionRepeatsWhatWasUnderWayUnchanged) {
  start();
  pass(1s);
  broker.answers = false;
  put_all(1, 10);
  pass(1s);
  const auto before = events();
  ASSERT_THAT(before, SizeIs(8));
  broker.answers = true;
  broker.cut();
  pass(2min);
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(events()[i + 8].payload, before[i].payload);
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(EventFeedTest, ARefusedEventIsTriedAgainAfterAPauseAndCounted) {
  start();
  pass(1s);
  const auto errors = sink->account().errors;
  broker.refusals = 3;  // both states of the report, and its event
  put(1);
  pass(4s);
  EXPECT_THAT(sequences(), SizeIs(0)) << "not at once again";
  pass(1min);
  EXPECT_THAT(sequences(), ElementsAre(1));
  EXPECT_GT(sink->account().errors, errors);
  EXPECT_EQ(sink->account().spool->dropped, 0U);
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(EventFeedTest, AnEventTooLargeForTheBrokerIsDroppedAlone) {
  broker.max_packet = 200;
  start();
  pass(1s);
  const test::CapturedLog log;
  std::vector<Quantity> cells;
  for (int i = 1; i <= 20; ++i) cells.push_back(test::cell(i));
  auto wide = test::report("shed", "cells", {}, now);
  for (const auto& cell : cells) wide.readings.push_back({&cell, 3.3});
  sink->publish(wide);
  put(2);
  pass(1s);
  EXPECT_THAT(sequences(), ElementsAre(2));
  EXPECT_THAT(log.text(), HasSubstr("event dropped: busbar/shed/event/cells needs"));
  EXPECT_EQ(sink->account().spool->dropped, 1U);
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(EventFeedTest, MemoryIsBoundedAndTheOldestGoFirst) {
  options.events->max_memory = 1000;
  broker.up = false;
  start();
  put_all(1, 50);
  const auto waiting = sink->account().spool->memory_records;
  EXPECT_LT(waiting, 10U);
  EXPECT_EQ(sink->account().spool->dropped, 50 - waiting);
  broker.up = true;
  pass(2min);
  ASSERT_THAT(sequences(), SizeIs(waiting));
  EXPECT_EQ(sequences().back(), 50);
}

TEST_F(EventFeedTest, TheEndWithoutABrokerAndWithoutADiskSaysWhatIsLost) {
  broker.up = false;
  start();
  put_all(1, 3);
  const test::CapturedLog log;
  finish();
  EXPECT_THAT(log.text(), HasSubstr("3 of 3 events that were not delivered are lost"));
}

TEST_F(EventFeedTest, TheEndWaitsForWhatTheBrokerTakes) {
  start();
  pass(1s);
  put_all(1, 30);
  finish();
  EXPECT_THAT(sequences(), SizeIs(30));
  EXPECT_EQ(sink->account().queued, 0U);
  EXPECT_EQ(broker.closed, 1);
}

}  // namespace
}  // namespace busbar::sink::mqtt
