// The sink itself: turns reports into messages and performs what the session policy says.
#include "sink/mqtt/mqtt_sink.hpp"

#include "async/gather.hpp"
#include "sink/mqtt/diagnostics.hpp"
#include "sink/mqtt/json_text.hpp"
#include "sink/process.hpp"

#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace busbar::sink::mqtt {

namespace {

using namespace std::chrono_literals;

constexpr auto save_delay = 5s;
/// After a connect: by then the devices have been asked.
constexpr auto first_diagnostics = 5s;
/// A broker whose access rules or quota forbid a message will not take it the moment after, either.
constexpr auto refusal_pause = 5s;
/// Fixed header, topic length, packet id and properties.
constexpr std::size_t packet_overhead = 32;

}  // namespace

MqttSink::MqttSink(asio::any_io_executor executor, Options options, std::string version,
                   Environment environment, HealthSource health, CommandHandler commands)
    : options_{std::move(options)},
      environment_{completed(std::move(environment), executor)},
      health_{std::move(health)},
      announcer_{options_, version, recall_published(options_.name, options_.state_file)},
      topics_{announcer_.topics()},
      session_{options_, environment_.random},
      outbox_{Outbox::Limits{options_.max_queue, options_.max_queue_bytes}},
      filter_{options_},
      file_thread_{options_.state_file.empty() ? nullptr : std::make_unique<async::Worker>()},
      connection_{environment_.connect(options_, *this)},
      timer_{executor},
      events_{options_.events ? std::make_unique<EventFeed>(executor, options_, topics_, [this] { pump(); })
                              : nullptr},
      commands_{options_, topics_, std::move(commands), [this] { pump(); }} {
  if (options_.tls && !options_.tls->verify) {
    spdlog::warn("{}: tls.verify is off: anyone can pose as the broker and read the password", options_.name);
  }
  put(Kind::availability, "", topics_.status(), "online");
  put(Kind::availability, "", topics_.version(), version);
}

MqttSink::~MqttSink() = default;

void MqttSink::describe(const DeviceDescription& device) {
  const bool known = announcer_.record(device.id).described();
  announcer_.describe(commands_.visible(device));
  commands_.describe(device, connected());
  // A retained "online" of an earlier run must not outlive it: the poller says when the device has answered.
  if (!known) put(Kind::availability, device.id, topics_.availability(device.id), "offline");
  collect();
}

void MqttSink::forget(std::string_view device) {
  announcer_.forget(device);
  filter_.forget(device);
  commands_.forget(device, connected());
  collect();
}

void MqttSink::publish(const Report& report) {
  DeviceRecord& device = announcer_.record(report.device);
  if (device.take(report)) announcer_.announce(device);
  const auto query = device.queries().find(report.query);
  if (events_) events_->put(report, query->second.latest);
  if (filter_.passes(report)) put_state(report, device, query->second);
  collect();
}

void MqttSink::put_state(const Report& report, DeviceRecord& device, const QueryRecord& query) {
  payload_.clear();
  append_timestamp(payload_, report.timestamp);
  const auto members = payload_.size();
  device.append_merged(payload_, report.received, options_.home_assistant.expire_factor);
  topics_.write_state(topic_, report.device);
  put(Kind::state, report.device, topic_, payload_ += '}');
  payload_.resize(members);
  payload_.append(query.latest).append(1, '}');
  topics_.write_state(topic_, report.device, report.query);
  put(Kind::state, report.device, topic_, payload_);
  if (!options_.per_reading_topics) return;
  for (const auto& reading : report.readings) {
    const std::string& key = reading.quantity->key;
    if (!Topics::has_reading_topic(key)) continue;
    payload_.clear();
    append_plain(payload_, *reading.quantity, reading.value);
    topics_.write_reading(topic_, report.device, key);
    put(Kind::state, report.device, topic_, payload_);
  }
}

void MqttSink::availability(std::string_view device, Availability state, std::string_view) {
  put(Kind::availability, device, topics_.availability(device),
      state == Availability::online ? "online" : "offline");
  pump();
}

void MqttSink::put(Kind kind, std::string_view device, std::string_view topic, std::string_view payload) {
  const bool retain = kind == Kind::availability || options_.retain;
  if (retain) announcer_.note(device, topic);
  outbox_.put(kind, topic, payload, retain);
}

/// Takes over what the announcer wants sent, and sends.
void MqttSink::collect() {
  for (const auto& message : announcer_.take_messages()) outbox_.put(message);
  if (announcer_.has_removals()) session_.removals_sent(environment_.now());
  if (announcer_.started() && !options_.state_file.empty() && !save_due_ && announcer_.revision() != saved_) {
    save_due_ = environment_.now() + save_delay;
    timer_.cancel();
  }
  pump();
}

/// Hands over as much as the connection takes at a time.
void MqttSink::pump() {
  if (!session_.is_connected()) return;
  bool sent = false;
  while (outbox_.in_flight() < Session::max_in_flight) {
    const auto sending = outbox_.next(session_.allowed());
    if (!sending) break;
    const Message& message = *sending->message;
    auto payload = message.payload ? *message.payload : announcer_.render(message.topic);
    const auto size = payload.size() + message.topic.size() + packet_overhead;
    if (session_.max_packet() != 0 && size > session_.max_packet()) {
      trouble("message dropped", message.topic + " needs " + std::to_string(size) +
                                     " bytes, the broker takes at most " +
                                     std::to_string(session_.max_packet()));
      outbox_.reject(sending->id);
      continue;
    }
    session_.sent(sending->id, environment_.now());
    connection_->publish({sending->id, message.topic, std::move(payload), options_.qos, message.retain});
    sent = true;
  }
  if (commands_.pump(session_, *connection_, environment_.now())) sent = true;
  // After the state: what is new is worth more than what was.
  if (events_ && events_->pump(session_, *connection_, environment_.now())) sent = true;
  if (sent) timer_.cancel();
}

void MqttSink::on_connected(int version, std::size_t max_packet) {
  spdlog::info("{}: connected to {} with MQTT {}", options_.name, options_.url, version == 5 ? "5" : "3.1.1");
  last_error_.clear();
  const bool first = !announcer_.started();
  session_.connected(environment_.now(), version, max_packet);
  if (health_ && options_.diagnostics.count() > 0) health_due_ = environment_.now() + first_diagnostics;
  outbox_.replay();
  announcer_.set_max_packet(max_packet);
  collect();
  commands_.connected(*connection_);
  std::vector<std::string> filters;
  if (options_.home_assistant.enabled) {
    filters.push_back(topics_.birth());
    if (first) {
      filters.push_back(topics_.discovery_filter());
      filters.push_back(topics_.split_discovery_filter());
    }
  }
  // Last: when our own status comes back, all that is retained under the others has come before it.
  filters.push_back(topics_.status());
  connection_->subscribe(std::move(filters));
  timer_.cancel();
}

void MqttSink::on_refused(Refusal refusal) {
  session_.refused(environment_.now(), refusal);
  trouble("cannot connect to " + options_.url, std::move(refusal.reason));
  timer_.cancel();
}

void MqttSink::on_lost(std::string reason) {
  if (!session_.is_connected()) return;  // the same loss is told in two ways
  session_.lost(environment_.now());
  health_due_ = refused_due_ = Steady::max();
  fail_all();
  trouble("connection to " + options_.url + " lost", std::move(reason));
  timer_.cancel();
}

void MqttSink::fail_all() {
  outbox_.fail_all();
  if (events_) events_->fail_all();
  commands_.lost();
}

void MqttSink::on_published(std::uint64_t id, bool delivered) {
  session_.answered(id, environment_.now());
  if ((id & EventFeed::mark) != 0) {
    events_->answered(id, delivered, environment_.now());
    pump();
    if (finishing_ && (!delivered || events_->settled())) timer_.cancel();
    return;
  }
  if ((id & Commands::mark) != 0) return commands_.answered(), pump();
  if (!delivered) {
    // The connection is about to be lost, or the broker refuses; either way not at once again.
    outbox_.refuse(id);
    if (refused_due_ == Steady::max()) refused_due_ = environment_.now() + refusal_pause;
    pump();
    timer_.cancel();
    return;
  }
  if (const auto cleared = outbox_.acknowledge(id)) announcer_.cleared(*cleared);
  collect();
  if (finishing_ && outbox_.empty()) timer_.cancel();
}

void MqttSink::on_message(std::string topic, std::string payload, bool retained, ReplyTo reply_to) {
  if (commands_.take(topic, payload, retained, std::move(reply_to))) return;
  if (topic == topics_.birth()) {
    if (!retained && payload == "online") session_.born(environment_.now());
  } else if (topic == topics_.status()) {
    session_.heard_all();
    // The last will of a connection that the broker buried late, or another daemon under our name: we are
    // here.
    if (payload == "offline" && !finishing_) put(Kind::availability, "", topics_.status(), "online");
    pump();
  } else if (!payload.empty()) {
    if (const auto warning = announcer_.recall(topic, payload); !warning.empty()) trouble("warning", warning);
  }
  timer_.cancel();
}

Steady MqttSink::next_due() const {
  return std::min({session_.next_due(), save_due_.value_or(Steady::max()), health_due_, refused_due_,
                   events_ ? events_->next_due() : Steady::max()});
}

void MqttSink::step() {
  const auto now = environment_.now();
  const auto action = session_.step(now);
  if (action.give_up) {
    connection_->abandon();
    fail_all();
    trouble("connection to " + options_.url + " given up", "the broker does not answer");
  }
  if (action.probe) connection_->probe();
  if (action.open) connection_->open(session_.version());
  if (action.recalled) {
    if (options_.home_assistant.enabled) {
      connection_->unsubscribe(
          {topics_.discovery_filter(), topics_.split_discovery_filter(), topics_.status()});
    }
    announcer_.start(session_.max_packet());
  }
  if (action.replay) outbox_.replay();
  if (action.finish_removals) announcer_.finish_removals();
  if (action.recalled || action.replay || action.finish_removals) collect();
  if (events_ && events_->next_due() <= now) pump();
  if (now >= health_due_) tell_health();
  if (now >= refused_due_) offer_refused();
}

void MqttSink::offer_refused() {
  refused_due_ = Steady::max();
  const auto topics = outbox_.refused();
  if (!session_.is_connected() || topics.empty()) return;
  const auto others = topics.size() - 1;
  trouble("messages refused", "the broker does not take " + topics.front() +
                                  (others > 0 ? " and " + std::to_string(others) + " others" : "") +
                                  "; its access rules or quota forbid it");
  outbox_.retry_refused();
  pump();
}

void MqttSink::tell_health() {
  health_due_ = environment_.now() + options_.diagnostics;
  const Health health = health_();
  put(Kind::state, "", topics_.diagnostics(), daemon_diagnostics(health, this_process(health.now)));
  for (const auto& device : health.devices)
    put(Kind::state, device.id, topics_.diagnostics(device.id), device_diagnostics(device));
  collect();
}

asio::awaitable<void> MqttSink::save() {
  save_due_.reset();
  if (options_.state_file.empty() || !announcer_.started() || announcer_.revision() == saved_) co_return;
  saved_ = announcer_.revision();
  const Published published = announcer_.published();
  std::string error;
  auto write = [&] { error = save_published(options_.state_file, published); };
  co_await file_thread_->perform(std::move(write));
  if (!error.empty()) trouble("state file not written", std::move(error));
}

/// Logged when it is news, counted always.
void MqttSink::trouble(std::string_view what, std::string reason) {
  ++errors_;
  auto text = std::string{what} + ": " + reason;
  if (text == last_error_) return;
  spdlog::warn("{}: {}", options_.name, text);
  last_error_ = std::move(text);
}

asio::awaitable<void> MqttSink::wait_until(Steady moment) {
  const auto now = std::chrono::steady_clock::now();
  timer_.expires_at(std::clamp(moment, now, now + std::chrono::hours{1}));
  co_await timer_.async_wait(use_result);
}

asio::awaitable<void> MqttSink::run() {
  std::vector<asio::awaitable<void>> tasks;
  tasks.push_back(serve());
  if (events_) tasks.push_back(events_->run());
  co_await async::gather(std::move(tasks));
}

asio::awaitable<void> MqttSink::serve() {
  while (!finishing_) {
    step();
    if (save_due_ && environment_.now() >= *save_due_) co_await save();
    co_await wait_until(next_due());
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
  }
}

SinkAccount MqttSink::account() const {
  auto account = outbox_.account();
  account.name = options_.name;
  account.healthy = session_.is_connected();
  account.errors = errors_ + commands_.stale();
  account.last_error = last_error_;
  if (events_) events_->add_to(account);
  return account;
}

}  // namespace busbar::sink::mqtt
