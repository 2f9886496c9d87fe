// The history beside the state: every report once, in order, not retained, kept until the broker has it.
// Topics, payload and promises: docs/history.md.
#pragma once

#include "sink/mqtt/connection.hpp"
#include "sink/mqtt/session.hpp"
#include "sink/mqtt/topics.hpp"
#include "store/spool.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace busbar::sink::mqtt {

class EventFeed {
 public:
  /// Publications of events have this bit in their id. The library carries ids through a pointer.
  static constexpr std::uint64_t mark = std::uint64_t{1} << (std::numeric_limits<std::uintptr_t>::digits - 1);
  /// Beside those of the state, which therefore never waits for them. With Session::max_in_flight less than
  /// what brokers allow (Mosquitto: 20).
  static constexpr std::size_t max_in_flight = 8;

  EventFeed(asio::any_io_executor executor, const Options& options, const Topics& topics,
            std::function<void()> on_ready);

  /// `members` as in QueryRecord::latest.
  void put(const Report& report, std::string_view members);
  /// Hands over what the connection takes now; true when that was anything.
  bool pump(Session& session, Connection& connection, Steady now);
  void answered(std::uint64_t id, bool delivered, Steady now);
  void fail_all() { spool_.fail_all(); }
  /// When pump() may have something that it held back before.
  [[nodiscard]] Steady next_due() const noexcept { return paused_until_.value_or(Steady::max()); }

  [[nodiscard]] asio::awaitable<void> run() { return spool_.run(); }
  /// What the broker has not taken goes to the disk.
  [[nodiscard]] asio::awaitable<void> close(Steady deadline);
  /// The broker has them all, or close() has seen to the rest.
  [[nodiscard]] bool settled() const noexcept { return closed_ || spool_.queue().empty(); }
  void add_to(SinkAccount& account) const;

 private:
  const Options* options_;
  const Topics* topics_;
  store::Spool spool_;
  std::optional<Steady> paused_until_;  ///< the broker refused one
  std::uint64_t refused_ = 0;
  bool closed_ = false;
};

}  // namespace busbar::sink::mqtt
