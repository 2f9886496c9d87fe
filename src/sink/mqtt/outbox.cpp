// The bookkeeping of the outbox. Every message accepted is in exactly one of four places: acknowledged,
// queued (waiting or in flight), dropped or coalesced; each transition below moves it from one to another.
#include "sink/mqtt/outbox.hpp"

#include <iterator>
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

void Outbox::put(Message message) {
  ++account_.accepted;
  const auto [found, inserted] = entries_.try_emplace(message.topic);
  Entry& entry = found->second;
  if (!inserted) bytes_ -= cost(entry.message);
  if (entry.counted) {
    ++account_.coalesced;
  } else {
    ++account_.queued;
  }
  const bool same_queue = entry.waiting && entry.message.kind == message.kind;
  if (!same_queue) unlist(entry);
  bytes_ += cost(message);
  entry.message = std::move(message);
  entry.counted = true;
  if (!same_queue) enqueue(entry);
  make_room(found->first);
}

std::optional<Outbox::Sending> Outbox::next(Kind last) {
  for (std::size_t kind = 0; kind <= index(last); ++kind) {
    for (const auto& topic : waiting_[kind]) {
      Entry& entry = entries_.at(topic);
      if (entry.flight != 0) continue;
      unlist(entry);
      entry.waiting = false;
      entry.flight_counted = std::exchange(entry.counted, false);
      entry.flight = ++last_id_;
      flights_.emplace(entry.flight, entry.message.topic);
      return Sending{entry.flight, &entry.message};
    }
  }
  return std::nullopt;
}

Outbox::Entry* Outbox::land(std::uint64_t id) {
  const auto flight = flights_.find(id);
  if (flight == flights_.end()) return nullptr;  // a late answer of an earlier connection
  Entry& entry = entries_.at(flight->second);
  entry.flight = 0;
  flights_.erase(flight);
  return &entry;
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

void Outbox::fail(std::uint64_t id) {
  Entry* entry = land(id);
  if (entry == nullptr) return;
  const bool counted = std::exchange(entry->flight_counted, false);
  if (!entry->waiting) {
    entry->counted = counted;
    enqueue(*entry, true);
  } else if (counted && entry->counted) {
    --account_.queued;
    ++account_.coalesced;
  } else if (counted) {
    entry->counted = true;  // what waits is a mere repetition of what failed
  }
}

void Outbox::fail_all() {
  // Newest first, each to the front: the oldest ends up first again.
  while (!flights_.empty()) fail(std::prev(flights_.end())->first);
}

void Outbox::replay() {
  for (auto& topics : idle_) {
    while (!topics.empty()) {
      Entry& entry = entries_.at(topics.front());
      unlist(entry);
      enqueue(entry);
    }
  }
  for (const auto& [id, topic] : flights_) {
    Entry& entry = entries_.at(topic);
    if (!entry.waiting) enqueue(entry);
  }
}

std::size_t Outbox::pending() const noexcept {
  return waiting_[0].size() + waiting_[1].size() + waiting_[2].size();
}

SinkAccount Outbox::account() const { return account_; }

void Outbox::enqueue(Entry& entry, bool front) {
  auto& queue = waiting_[index(entry.message.kind)];
  entry.place = queue.insert(front ? queue.begin() : queue.end(), entry.message.topic);
  entry.listed = true;
  entry.waiting = true;
}

void Outbox::unlist(Entry& entry) {
  if (!entry.listed) return;
  auto& lists = entry.waiting ? waiting_ : idle_;
  lists[index(entry.message.kind)].erase(entry.place);
  entry.listed = false;
  entry.waiting = false;
}

/// What was in flight has landed for good: remember it for a replay, or forget a topic that was cleared.
std::optional<std::string> Outbox::settle(Entry& entry) {
  if (entry.waiting) return std::nullopt;
  if (entry.message.payload && entry.message.payload->empty()) {
    auto topic = entry.message.topic;
    erase(entry);
    return topic;
  }
  auto& idle = idle_[index(entry.message.kind)];
  entry.place = idle.insert(idle.end(), entry.message.topic);
  entry.listed = true;
  return std::nullopt;
}

void Outbox::erase(Entry& entry) {
  if (entry.counted) {
    --account_.queued;
    ++account_.dropped;
  }
  unlist(entry);
  bytes_ -= cost(entry.message);
  const std::string topic = entry.message.topic;
  entries_.erase(topic);
}

/// What can best be done without: what is only remembered before what was never sent, the oldest first.
Outbox::Entry* Outbox::victim(Kind kind, const std::string& newest) {
  for (auto* lists : {&idle_, &waiting_}) {
    for (const auto& topic : (*lists)[index(kind)]) {
      Entry& entry = entries_.at(topic);
      if (entry.flight == 0 && topic != newest) return &entry;
    }
  }
  return nullptr;
}

void Outbox::make_room(const std::string& newest) {
  while (entries_.size() > limits_.count || bytes_ > limits_.bytes) {
    Entry* entry = nullptr;
    for (const auto kind : {Kind::state, Kind::discovery, Kind::availability}) {
      entry = victim(kind, newest);
      if (entry != nullptr) break;
    }
    if (entry == nullptr) {
      // Nothing else to give up: the newest itself is larger than everything allowed.
      Entry& own = entries_.at(newest);
      if (own.flight == 0) erase(own);
      return;
    }
    erase(*entry);
  }
}

}  // namespace busbar::sink::mqtt
