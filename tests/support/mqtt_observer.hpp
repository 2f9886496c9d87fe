// A subscriber that keeps all it hears, in order; and a publisher for what tests have to say.
#pragma once

#include "support/process.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace busbar::test {

class MqttObserver {
 public:
  struct Heard {
    std::string topic;
    std::string payload;
    bool retained = false;  ///< was there before this observer subscribed
    std::string correlation{};
  };

  /// Connects and waits for the subscription; throws std::runtime_error when that does not work.
  explicit MqttObserver(const std::string& url, const std::vector<std::string>& filters = {"#"});
  MqttObserver(const MqttObserver&) = delete;
  MqttObserver& operator=(const MqttObserver&) = delete;
  ~MqttObserver();

  [[nodiscard]] std::vector<Heard> heard() const;
  void clear();
  /// Waits for a message that fulfils the condition, and returns the first one.
  [[nodiscard]] std::optional<Heard> wait_for(const std::function<bool(const Heard&)>& condition,
                                              std::chrono::milliseconds limit = seconds{20}) const;
  [[nodiscard]] std::optional<Heard> wait_for(const std::string& topic, const std::string& payload,
                                              std::chrono::milliseconds limit = seconds{20}) const;
  /// The newest payload of a topic; nullopt when nothing was heard.
  [[nodiscard]] std::optional<std::string> newest(const std::string& topic) const;

  /// Publishes with QoS 1 and waits until the broker has it.
  void publish(const std::string& topic, const std::string& payload, bool retain = false);
  /// The same, asking for an answer on a topic of one's own (MQTT 5).
  void request(const std::string& topic, const std::string& payload, const std::string& response_topic,
               const std::string& correlation);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What is retained at the broker under `filter` now: topic → payload. A message of its own tells it when it
/// has heard all.
[[nodiscard]] std::map<std::string, std::string> retained(const std::string& url,
                                                          const std::string& filter = "#");

}  // namespace busbar::test
