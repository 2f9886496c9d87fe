// What devices say by themselves, kept until whoever listens comes for it: the newest of each kind.
#pragma once

#include "async/wakeup.hpp"
#include "channel/channel.hpp"

#include <map>
#include <optional>
#include <string>

namespace busbar::channel {

class Mailbox {
 public:
  explicit Mailbox(asio::any_io_executor executor) : executor_{executor} {}

  /// False when nobody listens for such a frame.
  bool put(const protocol::Codec& codec, const protocol::Frame& frame, Steady now, UtcMillis utc);
  /// The newest frame that answers the query, if it is younger than `request.timeout` and was not given
  /// before; else waits so long for the next one, if it is to wait. nullopt: none came, or the mailbox was
  /// closed.
  [[nodiscard]] asio::awaitable<std::optional<Reply>> take(Request request);
  /// Wakes everybody up; nothing comes any more.
  void close();

 private:
  struct Box {
    explicit Box(const asio::any_io_executor& executor) : news{executor} {}
    protocol::Query query{};
    std::optional<Reply> newest{};
    async::Wakeup news;
  };
  asio::any_io_executor executor_;
  std::map<std::string, Box> boxes_;  ///< by device and query: each has one listener
  bool closed_ = false;
};

}  // namespace busbar::channel
