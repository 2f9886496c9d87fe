#include "support/mqtt_observer.hpp"

#include <mqtt/async_client.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <unistd.h>

namespace busbar::test {

struct MqttObserver::State {
  mutable std::mutex mutex;
  std::vector<Heard> heard;
  mqtt::async_client client;

  explicit State(const std::string& url) : client{url, unique_id(), mqtt::create_options{MQTTVERSION_5}} {}

  static std::string unique_id() {
    static std::atomic<int> number{0};
    return "observer-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
  }
};

MqttObserver::MqttObserver(const std::string& url, const std::vector<std::string>& filters)
    : state_{std::make_unique<State>(url)} {
  state_->client.set_message_callback([state = state_.get()](const mqtt::const_message_ptr& message) {
    const std::lock_guard lock{state->mutex};
    const auto& properties = message->get_properties();
    std::string correlation;
    if (properties.contains(mqtt::property::CORRELATION_DATA))
      correlation = mqtt::get<std::string>(properties, mqtt::property::CORRELATION_DATA);
    state->heard.push_back(
        {message->get_topic(), message->to_string(), message->is_retained(), std::move(correlation)});
  });
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(true);
  try {
    state_->client.connect(options)->wait();
    for (const auto& filter : filters) state_->client.subscribe(filter, 1)->wait();
  } catch (const mqtt::exception& failure) {
    throw std::runtime_error{"observer: " + std::string{failure.what()}};
  }
}

MqttObserver::~MqttObserver() {
  state_->client.disable_callbacks();
  try {
    state_->client.disconnect(100)->wait_for(std::chrono::seconds{1});
  } catch (const mqtt::exception&) {
    // the broker of the test is gone already
  }
}

std::vector<MqttObserver::Heard> MqttObserver::heard() const {
  const std::lock_guard lock{state_->mutex};
  return state_->heard;
}

void MqttObserver::clear() {
  const std::lock_guard lock{state_->mutex};
  state_->heard.clear();
}

std::optional<MqttObserver::Heard> MqttObserver::wait_for(const std::function<bool(const Heard&)>& condition,
                                                          std::chrono::milliseconds limit) const {
  std::optional<Heard> found;
  (void)eventually(
      [&] {
        const auto all = heard();
        const auto first = std::ranges::find_if(all, condition);
        if (first != all.end()) found = *first;
        return found.has_value();
      },
      limit);
  return found;
}

std::optional<MqttObserver::Heard> MqttObserver::wait_for(const std::string& topic,
                                                          const std::string& payload,
                                                          std::chrono::milliseconds limit) const {
  return wait_for([&](const Heard& one) { return one.topic == topic && one.payload == payload; }, limit);
}

std::optional<std::string> MqttObserver::newest(const std::string& topic) const {
  std::optional<std::string> payload;
  for (const auto& one : heard()) {
    if (one.topic == topic) payload = one.payload;
  }
  return payload;
}

void MqttObserver::publish(const std::string& topic, const std::string& payload, bool retain) {
  state_->client.publish(topic, payload.data(), payload.size(), 1, retain)->wait();
}

void MqttObserver::request(const std::string& topic, const std::string& payload,
                           const std::string& response_topic, const std::string& correlation) {
  mqtt::properties properties;
  properties.add({mqtt::property::RESPONSE_TOPIC, response_topic});
  properties.add({mqtt::property::CORRELATION_DATA, correlation});
  state_->client.publish(mqtt::message::create(topic, payload, 1, false, properties))->wait();
}

std::map<std::string, std::string> retained(const std::string& url, const std::string& filter) {
  const std::string end = "observer/end";
  MqttObserver observer{url, {filter, end}};
  observer.publish(end, "end");
  if (!observer.wait_for(end, "end")) throw std::runtime_error{"observer: the broker does not answer"};
  std::map<std::string, std::string> found;
  for (const auto& one : observer.heard()) {
    if (one.retained) found[one.topic] = one.payload;
  }
  return found;
}

}  // namespace busbar::test
