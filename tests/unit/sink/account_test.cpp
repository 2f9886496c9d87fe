// The account of every output as it is exported: accepted = acknowledged + queued + dropped + coalesced, so
// that nothing is lost without being counted.
#include "sink/filter/filtered_sink.hpp"
#include "sink/influx/influx_sink.hpp"
#include "sink/mqtt/mqtt_sink.hpp"
#include "sink/prometheus/own_metrics.hpp"
#include "sink/prometheus/push_sink.hpp"
#include "sink/prometheus/textfile_sink.hpp"
#include "unit/sink/mqtt/fake_broker.hpp"
#include "unit/sink/support.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace busbar::sink {
namespace {

using namespace std::chrono_literals;

struct ExportedAccount : testing::Test {
  ExportedAccount() {
    auto executor = loop.context.get_executor();
    mqtt::Options mqtt;
    mqtt.events.emplace();
    mqtt.max_queue = 4;
    sinks.add(std::make_unique<mqtt::MqttSink>(
        executor, mqtt, "1.2.3",
        mqtt::Environment{
            .now = {}, .random = {}, .connect = [this](const mqtt::Options&, mqtt::ConnectionEvents& events) {
              return broker.connect(events);
            }}));
    prometheus::TextfileOptions textfile;
    textfile.path = directory.path / "busbar.prom";
    sinks.add(prometheus::make_textfile_sink(executor, textfile, [] { return Health{}; }));
    prometheus::PushOptions push;
    push.url = {false, "127.0.0.1", 9, ""};
    sinks.add(prometheus::make_push_sink(executor, push, [] { return Health{}; }));
    influx::Options influx;
    influx.url = {false, "127.0.0.1", 9, ""};
    influx.max_queue = 5;
    filter::Options means;
    means.exclude = {"pack2.soc"};
    means.aggregate.emplace().every = 1min;
    sinks.add(filter::make_filtered_sink(influx::make_influx_sink(executor, influx), means));
  }

  [[nodiscard]] std::string page() const {
    std::string text;
    Health health;
    health.sinks = sinks.accounts();
    prometheus::Parts parts;
    prometheus::add_own_metrics(parts, health, {});
    for (const auto& part : parts) part(text);
    return text;
  }
  static double metric(const std::string& page, const std::string& name, const std::string& sink) {
    const auto series = "\n" + name + "{sink=\"" + sink + "\"} ";
    const auto at = page.find(series);
    if (at == std::string::npos) ADD_FAILURE() << "no" << series;
    return at == std::string::npos ? -1 : std::strtod(page.c_str() + at + series.size(), nullptr);
  }
  void expect_closed(std::string_view when) const {
    const auto text = page();
    for (const auto& sink : sinks.all()) {
      const std::string name{sink->name()};
      const auto accepted = metric(text, "busbar_sink_accepted_total", name);
      EXPECT_GT(accepted, 0) << name;
      EXPECT_EQ(accepted, metric(text, "busbar_sink_acknowledged_total", name) +
                              metric(text, "busbar_sink_queued", name) +
                              metric(text, "busbar_sink_dropped_total", name) +
                              metric(text, "busbar_sink_coalesced_total", name))
          << name << " " << when;
    }
  }

  mqtt::test::FakeBroker broker;
  test::Directory directory;
  test::CapturedLog log;
  test::Loop loop;
  Sinks sinks;
};

TEST_F(ExportedAccount, ClosesForEveryOutputWhateverHappens) {
  for (const auto* id : {"pack1", "pack2"}) sinks.describe(test::description(id));
  for (int round = 0; round < 30; ++round) {
    for (const auto* id : {"pack1", "pack2"}) {
      sinks.publish(test::report(id, "status", {{&test::soc, 1.0 * round}, {&test::voltage, 53.2}}));
      sinks.availability(id, round % 2 == 0 ? Availability::online : Availability::offline, "");
    }
    expect_closed("in round " + std::to_string(round) + " of the outage");
  }
  sinks.forget("pack2");
  expect_closed("without a device");

  for (const auto& sink : sinks.all())
    EXPECT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 50ms, false))) << sink->name();
  expect_closed("at the end");
}

}  // namespace
}  // namespace busbar::sink
