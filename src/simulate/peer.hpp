// Whoever is connected to the simulated device server: a TCP connection or an open descriptor such as a pty.
#pragma once

#include "async/asio.hpp"

#include <busbar/model/bytes.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <span>
#include <variant>

namespace busbar::simulate {

class Peer {
 public:
  using Stream = std::variant<asio::ip::tcp::socket, asio::posix::stream_descriptor>;

  explicit Peer(Stream stream);

  /// 0: the peer is gone, or close() was called.
  [[nodiscard]] asio::awaitable<std::size_t> read_some(std::span<std::uint8_t> into);
  /// Never waits: what a peer that does not read leaves no room for is lost, as in a device server.
  void send(ByteView bytes);
  void close();
  /// TCP: the other side sees a connection reset.
  void reset();
  [[nodiscard]] bool is_tcp() const noexcept { return stream_.index() == 0; }

 private:
  Stream stream_;
};

}  // namespace busbar::simulate
