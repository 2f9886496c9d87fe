// An MQTT sink on a loop of its own with one described device, as the integration tests of the sink use it.
#pragma once

#include "sink/mqtt/mqtt_sink.hpp"
#include "unit/sink/support.hpp"

#include <optional>
#include <string>
#include <utility>

namespace busbar::test {

using namespace std::chrono_literals;

inline sink::DeviceDescription pack(std::string id) {
  using namespace sink::test;
  return {.id = std::move(id),
          .name = "House battery",
          .manufacturer = "GoldenMate",
          .model = "Orion 1000",
          .profile = "orion1000",
          .channel = "rs485",
          .endpoint = "tcp://gateway:26",
          .address = 1,
          .queries = {{"capacity", 10s, {&voltage, &soc, &capacity}, {&voltage, &soc}},
                      {"status", 30s, {&temperature, &alarm}, {&temperature, &alarm}}}};
}

inline Report capacity_report(const std::string& device, double volts, double percent) {
  using namespace sink::test;
  return report(device, "capacity", {{&voltage, volts}, {&soc, percent}}, std::chrono::steady_clock::now());
}

class MqttSinkRunner {
 public:
  explicit MqttSinkRunner(sink::mqtt::Options options, sink::mqtt::Environment environment = {})
      : sink_{std::in_place, loop_.context.get_executor(), std::move(options), "1.2.3",
              std::move(environment)} {
    loop_.tasks.spawn("mqtt", sink_->run());
  }

  MqttSinkRunner(const MqttSinkRunner&) = delete;
  MqttSinkRunner& operator=(const MqttSinkRunner&) = delete;
  ~MqttSinkRunner() { loop_.stop(); }

  [[nodiscard]] sink::mqtt::MqttSink& sink() { return *sink_; }
  bool until(const std::function<bool()>& condition, std::chrono::milliseconds limit = 20s) {
    return loop_.until(condition, limit);
  }
  bool until_connected() {
    return until([this] { return sink_->account().healthy; });
  }
  /// Everything accepted so far has been taken by the broker.
  bool until_delivered() {
    return until([this] {
      const auto account = sink_->account();
      return account.healthy && account.queued == 0;
    });
  }
  /// False when finish() did not end by itself shortly after its deadline.
  bool finish(std::chrono::milliseconds patience = 5s, bool keep_state = false) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    return loop_.run(sink_->finish(deadline, keep_state));
  }
  [[nodiscard]] std::string last_error() const { return sink_->account().last_error; }

 private:
  sink::test::Loop loop_;
  std::optional<sink::mqtt::MqttSink> sink_;
};

}  // namespace busbar::test
