// The registry of sinks: a new sink is one line here.
#include "app/sink_factory.hpp"

#include "sink/filter/filtered_sink.hpp"
#include "sink/influx/influx_sink.hpp"
#include "sink/mqtt/mqtt_sink.hpp"
#include "sink/prometheus/http_sink.hpp"
#include "sink/prometheus/push_sink.hpp"
#include "sink/prometheus/textfile_sink.hpp"
#include "sink/screen/screen_sink.hpp"

#include <busbar/version.hpp>

#include <utility>

namespace busbar::app {
namespace {

struct Maker {
  asio::any_io_executor executor;
  sink::HealthSource health;
  CommandHandler commands;

  std::unique_ptr<sink::Sink> operator()(const sink::mqtt::Options& options) const {
    return std::make_unique<sink::mqtt::MqttSink>(executor, options, version, sink::mqtt::Environment{},
                                                  health, commands);
  }
  std::unique_ptr<sink::Sink> operator()(const sink::prometheus::TextfileOptions& options) const {
    return sink::prometheus::make_textfile_sink(executor, options, health);
  }
  std::unique_ptr<sink::Sink> operator()(const sink::prometheus::HttpOptions& options) const {
    return sink::prometheus::make_http_sink(executor, options, health);
  }
  std::unique_ptr<sink::Sink> operator()(const sink::prometheus::PushOptions& options) const {
    return sink::prometheus::make_push_sink(executor, options, health);
  }
  std::unique_ptr<sink::Sink> operator()(const sink::influx::Options& options) const {
    return sink::influx::make_influx_sink(executor, options);
  }
  std::unique_ptr<sink::Sink> operator()(const sink::screen::Options& options) const {
    return sink::screen::make_screen_sink(executor, options);
  }
};

}  // namespace

std::unique_ptr<sink::Sink> make_sink(const SinkConfiguration& options, const sink::filter::Options& filter,
                                      asio::any_io_executor executor, sink::HealthSource health,
                                      CommandHandler commands) {
  auto made = std::visit(Maker{std::move(executor), std::move(health), std::move(commands)}, options);
  return filter.is_open() ? std::move(made) : sink::filter::make_filtered_sink(std::move(made), filter);
}

}  // namespace busbar::app
