// What is still to be published: the newest payload of every topic, bounded by count and bytes. Pure: no
// clock, no I/O.
//
// The outbox also remembers what was acknowledged, because a broker that lost its retained messages has to be
// told everything again (replay()). Order of sending: availability before discovery before state, oldest
// topic first. A topic that has been published before costs no allocation: its texts are written over, and
// its place moves from list to list.
#pragma once

#include "model/health.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace busbar::sink::mqtt {

/// In the order in which they go out.
enum class Kind { availability, discovery, state };

struct Message {
  Kind kind = Kind::state;
  std::string topic;
  /// Empty text clears a retained topic. nullopt: large and cheap to make, so rendered when it is sent.
  std::optional<std::string> payload;
  bool retain = true;
};

class Outbox {
 public:
  struct Limits {
    std::size_t count = 10000;
    std::size_t bytes = 16 * 1024 * 1024;
  };
  /// A message handed to the connection; `id` is given back with acknowledge(), fail() or reject().
  struct Sending {
    std::uint64_t id = 0;
    const Message* message = nullptr;  ///< valid until the next call of a non-const member
  };

  explicit Outbox(Limits limits) : limits_{limits} {}

  /// Accepts a message; an unsent one of the same topic is replaced (coalesced).
  void put(Kind kind, std::string_view topic, std::optional<std::string_view> payload, bool retain);
  void put(const Message& message) { put(message.kind, message.topic, message.payload, message.retain); }
  /// The next message to send, if any of a kind up to `last` waits. One per topic is in flight at a time.
  [[nodiscard]] std::optional<Sending> next(Kind last = Kind::state);

  /// Returns the topic when what was delivered cleared it.
  std::optional<std::string> acknowledge(std::uint64_t id);
  /// Not delivered: back to the queue, unless something newer waits there already.
  void fail(std::uint64_t id);
  /// The broker does not take it for now: set aside until retry_refused(), unless something newer waits there
  /// already, so that what is refused again and again does not stand in front of everything else.
  void refuse(std::uint64_t id);
  /// What was refused is due again, before everything else of its kind.
  void retry_refused();
  /// Topics set aside, the most urgent first.
  [[nodiscard]] std::vector<std::string> refused() const;
  /// Can never be delivered (too large for the broker): dropped.
  void reject(std::uint64_t id);
  /// The connection is gone: everything in flight goes back.
  void fail_all();
  /// Everything remembered is due again, whether it was acknowledged or not.
  void replay();

  [[nodiscard]] std::size_t pending() const noexcept;
  [[nodiscard]] std::size_t in_flight() const noexcept { return flights_.size(); }
  [[nodiscard]] bool empty() const noexcept { return pending() == 0 && flights_.empty(); }
  [[nodiscard]] std::size_t topics() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// accepted, acknowledged, queued, dropped, coalesced; messages repeated by replay() are not counted again.
  [[nodiscard]] SinkAccount account() const;

 private:
  struct Entry;
  using Places = std::list<Entry*>;
  struct Entry {
    Message message;
    bool waiting = false;  ///< in the queue of its kind
    bool counted = false;  ///< what waits was accepted and is neither acknowledged, dropped nor coalesced
    bool flight_counted = false;  ///< the same for what is in flight
    std::uint64_t flight = 0;     ///< id in flight, 0 = none
    Places* list = nullptr;       ///< one of waiting_, idle_ or refused_, or apart_
    Places::iterator place{};     ///< in it
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Entries = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;

  Entry& entry_of(std::string_view topic);
  void move(Entry& entry, Places& list, bool front = false);
  void enqueue(Entry& entry, bool front = false);
  bool take_back(Entry& entry);
  Entry* land(std::uint64_t id);
  std::optional<std::string> settle(Entry& entry);
  void make_room(Entry& newest);
  [[nodiscard]] Entry* victim(Kind kind, const Entry& newest);
  void erase(Entry& entry);
  [[nodiscard]] static std::size_t cost(const Message& message) noexcept;

  Limits limits_;
  Entries entries_;
  std::array<Places, 3> waiting_;  ///< topics with something to send, by kind, oldest first
  std::array<Places, 3> idle_;     ///< topics that are up to date at the broker, likewise
  std::array<Places, 3> refused_;  ///< topics whose newest message the broker did not take, likewise
  Places apart_;                   ///< in flight, with nothing newer to send
  std::vector<std::pair<std::uint64_t, Entry*>> flights_;  ///< few; oldest first
  std::uint64_t last_id_ = 0;
  std::size_t bytes_ = 0;
  SinkAccount account_;
};

}  // namespace busbar::sink::mqtt
