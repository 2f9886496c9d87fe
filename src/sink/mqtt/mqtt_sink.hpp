// The MQTT sink: report → topic and payload → publish, with Home Assistant discovery as a projection of it.
// Topics, payloads and guarantees: docs/mqtt.md and docs/home-assistant.md.
#pragma once

#include "async/worker.hpp"
#include "sink/mqtt/announcer.hpp"
#include "sink/mqtt/change_filter.hpp"
#include "sink/mqtt/commands.hpp"
#include "sink/mqtt/connection.hpp"
#include "sink/mqtt/environment.hpp"
#include "sink/mqtt/event_feed.hpp"
#include "sink/mqtt/options.hpp"
#include "sink/mqtt/outbox.hpp"
#include "sink/mqtt/session.hpp"
#include "sink/sink.hpp"

#include <memory>
#include <optional>
#include <string>

namespace busbar::sink::mqtt {

class MqttSink final : public Sink, private ConnectionEvents {
 public:
  /// `version` of the daemon, as shown in Home Assistant; `health` is what diagnostics tell, empty: nothing;
  /// `commands` carries out what comes in, empty: nothing can be set.
  /// Connects when run() or finish() starts.
  MqttSink(asio::any_io_executor executor, Options options, std::string version, Environment environment = {},
           HealthSource health = {}, CommandHandler commands = {});
  ~MqttSink() override;

  [[nodiscard]] std::string_view name() const override { return options_.name; }
  void describe(const DeviceDescription& device) override;
  void forget(std::string_view device) override;
  void publish(const Report& report) override;
  void availability(std::string_view device, Availability state, std::string_view reason) override;
  [[nodiscard]] asio::awaitable<void> run() override;
  [[nodiscard]] asio::awaitable<void> finish(Steady deadline, bool keep_state) override;
  [[nodiscard]] SinkAccount account() const override;

  /// Does what is due at this moment; run() calls it when next_due() has come.
  void step();
  [[nodiscard]] Steady next_due() const;

 private:
  void on_connected(int version, std::size_t max_packet) override;
  void on_refused(Refusal refusal) override;
  void on_lost(std::string reason) override;
  void on_published(std::uint64_t id, bool delivered) override;
  void on_message(std::string topic, std::string payload, bool retained, ReplyTo reply_to) override;
  void on_alive() override { session_.alive(environment_.now()); }
  void on_closed() override {
    closed_ = true;
    timer_.cancel();
  }

  [[nodiscard]] asio::awaitable<void> serve();
  [[nodiscard]] bool delivered() const { return outbox_.empty() && (!events_ || events_->settled()); }
  void put(Kind kind, std::string_view device, std::string_view topic, std::string_view payload);
  void put_state(const Report& report, DeviceRecord& device, const QueryRecord& query);
  void collect();
  void pump();
  void fail_all();
  [[nodiscard]] asio::awaitable<void> save();
  void tell_health();
  void offer_refused();
  void trouble(std::string_view what, std::string reason);
  void say_goodbye(bool keep_state);
  [[nodiscard]] bool hopeless() const;
  [[nodiscard]] Connection* connected() { return session_.is_connected() ? connection_.get() : nullptr; }
  [[nodiscard]] asio::awaitable<void> wait_until(Steady moment);

  Options options_;
  Environment environment_;
  HealthSource health_;
  Steady health_due_ = Steady::max();
  Steady refused_due_ = Steady::max();  ///< when the broker is offered again what it did not take
  Announcer announcer_;
  const Topics& topics_;
  Session session_;
  Outbox outbox_;
  ChangeFilter filter_;
  std::unique_ptr<async::Worker> file_thread_;  ///< only with a state file
  std::uint64_t saved_ = 0;                     ///< revision of what is in the state file
  std::optional<Steady> save_due_;
  std::string topic_;  ///< this and the next are written over by each message
  std::string payload_;
  bool finishing_ = false;
  bool closed_ = false;
  std::uint64_t errors_ = 0;
  std::string last_error_;
  std::unique_ptr<Connection> connection_;
  asio::steady_timer timer_;
  std::unique_ptr<EventFeed> events_;  ///< only when asked for
  Commands commands_;
};

}  // namespace busbar::sink::mqtt
