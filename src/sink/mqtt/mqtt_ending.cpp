// How the MQTT sink ends: what is queued, then the good-bye, then the clean disconnect, all in its time.
#include "sink/mqtt/mqtt_sink.hpp"

#include <algorithm>

namespace busbar::sink::mqtt {
namespace {

using namespace std::chrono_literals;

/// Kept back from the deadline of finish() for the clean disconnect.
constexpr auto farewell = 200ms;

}  // namespace

bool MqttSink::hopeless() const {
  return session_.phase() == Session::Phase::waiting && session_.next_due() > environment_.now();
}

void MqttSink::say_goodbye(bool keep_state) {
  // After one round the values stand until they expire: nobody is gone who was expected to stay.
  if (keep_state) return pump();
  for (const auto& [id, device] : announcer_.devices()) {
    put(Kind::availability, id, topics_.availability(id), "offline");
  }
  put(Kind::availability, "", topics_.status(), "offline");
  pump();
}

asio::awaitable<void> MqttSink::finish(Steady deadline, bool keep_state) {
  finishing_ = true;
  timer_.cancel();
  const auto start = environment_.now();
  const auto last_moment = deadline - farewell;
  // First what is queued, but never at the cost of the good-bye.
  const Steady stages[] = {start + (last_moment - start) / 2, last_moment};
  for (const auto stage : stages) {
    if (stage == last_moment) say_goodbye(keep_state);
    // While there is time: what the broker has not taken by now goes to the disk.
    if (stage == last_moment && events_) co_await events_->close(stage);
    while (environment_.now() < stage) {
      step();
      if (hopeless() || (session_.phase() == Session::Phase::serving && delivered())) break;
      co_await wait_until(std::min(next_due(), stage));
    }
  }
  const auto undelivered = outbox_.account().queued;
  if (undelivered > 0) {
    trouble("stopping", std::to_string(undelivered) + " messages were not delivered" +
                            (last_error_.empty() ? "" : " (" + last_error_ + ")"));
  }
  if (session_.is_connected()) {
    connection_->close(farewell / 2);
    while (!closed_ && environment_.now() < deadline) co_await wait_until(deadline);
  } else {
    connection_->abandon();
  }
  co_await save();
}

}  // namespace busbar::sink::mqtt
