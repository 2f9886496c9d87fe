// The whole way of a reading, with its I/O: a pack behind a TCP connection, asked by channel and poller as in
// the daemon, and an output behind the hub.
#pragma once

#include "async/task_group.hpp"
#include "channel/channel.hpp"
#include "poll/poller.hpp"
#include "sink/sink.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <optional>
#include <thread>
#include <vector>

namespace busbar::test {

using Output = std::function<void(const Report&)>;

/// Answers every request of 8 bytes with the next of its frames, on a thread of its own that allocates
/// nothing.
class Pack {
 public:
  explicit Pack(std::vector<Bytes> answers);
  ~Pack();  ///< the connection has been closed
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void serve();

  std::vector<Bytes> answers_;
  asio::io_context loop_{1};
  asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

class Polling {
 public:
  /// A pack of so many cells whose voltages are polled; every report goes to `output`.
  Polling(std::size_t cells, Output output);
  ~Polling();
  /// Back when the last of so many polls, one right after the other, has been published.
  void poll(std::size_t times);
  [[nodiscard]] DeviceHealth health() const { return poller_.health(); }

 private:
  asio::awaitable<void> repeat(std::size_t times);

  Pack pack_;
  asio::io_context loop_{1};
  sink::Sinks sinks_;
  channel::Channel channel_;
  poll::Poller poller_;
  async::TaskGroup tasks_;
};

}  // namespace busbar::test
