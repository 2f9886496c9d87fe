// The bookkeeping of the outbox. Every message accepted is in exactly one of four places: acknowledged,
// queued (waiting or in flight), dropped or coalesced; each transition below moves it from one to another.
#include "sink/mqtt/outbox.hpp"

#include <algorithm>
#include <utility>

namespace busbar::sink::mqtt {

namespace {

/// Node, list item and entry beside the text itself; rounded, so that a million tiny topics do not cost
/// nothing.
constexpr std::size_t overhead = 256;

constexpr std::size_t index(Kind kind) noexcept { return static_cast<std::size_t>(kind); }

}  // namespace

std::size_t Outbox::cost(const Message& message) noexcept {
  return overhead + 2 * message.topic.size() + (message.payload ? message.payload->size() : 0);
}

Outbox::Entry& Outbox::entry_of(std::string_view topic) {
  const auto found = entries_.find(topic);
  if (found != entries_.end()) return found->second;
  Entry& entry = entries_.emplace(topic, Entry{}).first->second;
  entry.message.topic = topic;
  bytes_ += cost(entry.message);
  entry.list = &apart_;
  entry.place = apart_.insert(apart_.end(), &entry);
  return entry;
}

void Outbox::put(Kind kind, std::string_view topic, std::optional<std::string_view> payload, bool retain) {
  ++account_.accepted;
  Entry& entry = entry_of(topic);
  Message& message = entry.message;
  if (entry.counted) {
    ++account_.coalesced;
  } else {
    ++account_.queued;
  }
  const bool stays = entry.waiting && message.kind == kind;
  bytes_ -= cost(message);
  message.kind = kind;
  message.retain = retain;
  if (!payload)
    message.payload.reset();
  else if (message.payload)
    message.payload->assign(*payload);
  else
    message.payload.emplace(*payload);
  bytes_ += cost(message);
  entry.counted = true;
  if (!stays) enqueue(entry);
  make_room(entry);
}

std::optional<Outbox::Sending> Outbox::next(Kind last) {
  for (std::size_t kind = 0; kind <= index(last); ++kind) {
    for (Entry* const entry : waiting_[kind]) {
      if (entry->flight != 0) continue;
      move(*entry, apart_);
      entry->waiting = false;
      entry->flight_counted = std::exchange(entry->counted, false);
      entry->flight = ++last_id_;
      flights_.emplace_back(entry->flight, entry);
      return Sending{entry->flight, &entry->message};
    }
  }
  return std::nullopt;
}

Outbox::Entry* Outbox::land(std::uint64_t id) {
  const auto flight = std::ranges::find(flights_, id, &std::pair<std::uint64_t, Entry*>::first);
  if (flight == flights_.end()) return nullptr;  // a late answer of an earlier connection
  Entry* const entry = flight->second;
  entry->flight = 0;
  flights_.erase(flight);
  return entry;
}

std::optional<std::string> Outbox::acknowledge(std::uint64_t id) {
  Entry* entry = land(id);
  if (entry == nullptr) return std::nullopt;
  if (std::exchange(entry->flight_counted, false)) {
    --account_.queued;
    ++account_.acknowledged;
  }
  return settle(*entry);
}

void Outbox::reject(std::uint64_t id) {
  Entry* entry = land(id);
  if (entry == nullptr) return;
  if (std::exchange(entry->flight_counted, false)) {
    --account_.queued;
    ++account_.dropped;
  }
  settle(*entry);
}

/// Whether nothing newer waits, so that what was in flight is still the newest; the account is put right.
bool Outbox::take_back(Entry& entry) {
  const bool counted = std::exchange(entry.flight_counted, false);
  if (!entry.waiting) {
    entry.counted = counted;
    return true;
  }
  if (counted && entry.counted) {
    --account_.queued;
    ++account_.coalesced;
  } else if (counted) {
    entry.counted = true;  // what waits is a mere repetition of what failed
  }
  return false;
}

void Outbox::fail(std::uint64_t id) {
  Entry* entry = land(id);
  if (entry != nullptr && take_back(*entry)) enqueue(*entry, true);
}

void Outbox::refuse(std::uint64_t id) {
  Entry* entry = land(id);
  if (entry != nullptr && take_back(*entry)) move(*entry, refused_[index(entry->message.kind)]);
}

void Outbox::retry_refused() {
  for (auto& entries : refused_) {
    while (!entries.empty()) enqueue(*entries.back(), true);
  }
}

std::vector<std::string> Outbox::refused() const {
  std::vector<std::string> topics;
  for (const auto& entries : refused_) {
    for (const Entry* const entry : entries) topics.push_back(entry->message.topic);
  }
  return topics;
}

void Outbox::fail_all() {
  // Newest first, each to the front: the oldest ends up first again.
  while (!flights_.empty()) fail(flights_.back().first);
}

void Outbox::replay() {
  retry_refused();
  for (auto& entries : idle_) {
    while (!entries.empty()) enqueue(*entries.front());
  }
  for (const auto& [id, entry] : flights_) {
    if (!entry->waiting) enqueue(*entry);
  }
}

std::size_t Outbox::pending() const noexcept {
  return waiting_[0].size() + waiting_[1].size() + waiting_[2].size();
}

SinkAccount Outbox::account() const { return account_; }

void Outbox::move(Entry& entry, Places& list, bool front) {
  list.splice(front ? list.begin() : list.end(), *entry.list, entry.place);
  entry.list = &list;
}

void Outbox::enqueue(Entry& entry, bool front) {
  move(entry, waiting_[index(entry.message.kind)], front);
  entry.waiting = true;
}

/// What was in flight has landed for good: remember it for a replay, or forget a topic that was cleared.
std::optional<std::string> Outbox::settle(Entry& entry) {
  if (entry.waiting) return std::nullopt;
  if (entry.message.payload && entry.message.payload->empty()) {
    auto topic = entry.message.topic;
    erase(entry);
    return topic;
  }
  move(entry, idle_[index(entry.message.kind)]);
  return std::nullopt;
}

void Outbox::erase(Entry& entry) {
  if (entry.counted) {
    --account_.queued;
    ++account_.dropped;
  }
  entry.list->erase(entry.place);
  bytes_ -= cost(entry.message);
  entries_.erase(entries_.find(entry.message.topic));
}

/// What can best be done without: what is only remembered before what is refused, before what was never sent;
/// the oldest first.
Outbox::Entry* Outbox::victim(Kind kind, const Entry& newest) {
  for (auto* lists : {&idle_, &refused_, &waiting_}) {
    for (Entry* const entry : (*lists)[index(kind)]) {
      if (entry->flight == 0 && entry != &newest) return entry;
    }
  }
  return nullptr;
}

void Outbox::make_room(Entry& newest) {
  while (entries_.size() > limits_.count || bytes_ > limits_.bytes) {
    Entry* entry = nullptr;
    for (const auto kind : {Kind::state, Kind::discovery, Kind::availability}) {
      entry = victim(kind, newest);
      if (entry != nullptr) break;
    }
    if (entry == nullptr) {
      // Nothing else to give up: the newest itself is larger than everything allowed.
      if (newest.flight == 0) erase(newest);
      return;
    }
    erase(*entry);
  }
}

}  // namespace busbar::sink::mqtt
