// Report → record of the spool → publication.
#include "sink/mqtt/event_feed.hpp"

#include "model/value_text.hpp"
#include "sink/mqtt/json_text.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace busbar::sink::mqtt {

namespace {

/// Fixed header, topic length, packet id and properties.
constexpr std::size_t packet_overhead = 32;
/// Braces, timestamp and sequence of an event.
constexpr std::size_t sequence_room = 80;
/// A broker that refuses an event (rights, quota) is not asked again at once.
constexpr std::chrono::seconds refusal_pause{5};

store::SpoolOptions spool_options(const EventOptions& events) {
  return {.path = events.spool_file,
          .spill_after = events.spill_after,
          .memory_bytes = events.max_memory,
          .bounds = {events.max_count, events.max_bytes, events.max_age}};
}

}  // namespace

EventFeed::EventFeed(asio::any_io_executor executor, const Options& options, const Topics& topics,
                     std::function<void()> on_ready)
    : options_{&options},
      topics_{&topics},
      spool_{std::move(executor), options.name, spool_options(*options.events), std::move(on_ready)} {}

void EventFeed::put(const Report& report, std::string_view members) {
  std::string payload;  // the spool keeps it
  payload.reserve(members.size() + sequence_room);
  append_timestamp(payload, report.timestamp);
  append_number(payload += ",\"sequence\":", report.sequence);
  payload.append(members).append(1, '}');
  spool_.put({report.timestamp, report.device, report.query, std::move(payload)});
}

bool EventFeed::pump(Session& session, Connection& connection, Steady now) {
  if (session.phase() != Session::Phase::serving) return false;
  if (paused_until_ && now < *paused_until_) return false;
  paused_until_.reset();
  bool sent = false;
  while (spool_.queue().in_flight() < max_in_flight) {
    const auto sending = spool_.next();
    if (!sending) break;
    const auto& record = *sending->record;
    auto topic = topics_->event(record.device, record.query);
    const auto size = record.payload.size() + topic.size() + packet_overhead;
    if (session.max_packet() != 0 && size > session.max_packet()) {
      ++refused_;
      spdlog::warn("{}: event dropped: {} needs {} bytes, the broker takes at most {}", options_->name, topic,
                   size, session.max_packet());
      spool_.reject(sending->id);
      continue;
    }
    const auto id = sending->id | mark;
    session.sent(id, now);
    connection.publish({id, std::move(topic), record.payload, 1, false});
    sent = true;
  }
  return sent;
}

void EventFeed::answered(std::uint64_t id, bool delivered, Steady now) {
  if (delivered) {
    spool_.acknowledge(id & ~mark);
    return;
  }
  ++refused_;
  spool_.fail(id & ~mark);
  paused_until_ = now + refusal_pause;
}

asio::awaitable<void> EventFeed::close(Steady deadline) {
  co_await spool_.close(deadline);
  closed_ = true;
  const auto& queue = spool_.queue();
  if (queue.empty()) co_return;
  const auto waiting = queue.account().queued;
  if (queue.saved() && !options_->events->spool_file.empty()) {
    spdlog::info("{}: {} events wait in {} for the next start", options_->name, waiting,
                 options_->events->spool_file);
  } else {
    spdlog::error("{}: {} of {} events that were not delivered are lost", options_->name,
                  queue.health().memory_records, waiting);
  }
}

void EventFeed::add_to(SinkAccount& account) const {
  const auto events = spool_.queue().account();
  account.accepted += events.accepted;
  account.acknowledged += events.acknowledged;
  account.queued += events.queued;
  account.dropped += events.dropped;
  account.spool = spool_.queue().health();
  account.errors += refused_ + account.spool->errors;
  if (!spool_.last_error().empty()) account.last_error = spool_.last_error();
}

}  // namespace busbar::sink::mqtt
