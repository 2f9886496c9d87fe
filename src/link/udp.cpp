// Datagrams to and from one address.
#include "link/udp.hpp"

#include "link/resolve.hpp"
#include "link/stream_io.hpp"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace busbar::link {
namespace {

using asio::ip::udp;

asio::awaitable<boost::system::error_code> send(udp::socket& socket, ByteView bytes) {
  const auto [error, count] =
      co_await socket.async_send(asio::buffer(bytes.data(), bytes.size()), use_result);
  (void)count;
  co_return error;
}

class UdpStream final : public ByteStream {
 public:
  UdpStream(udp::socket socket, std::chrono::milliseconds write_timeout, std::string endpoint)
      : socket_{std::move(socket)}, write_timeout_{write_timeout}, endpoint_{std::move(endpoint)} {}
  ~UdpStream() override { UdpStream::close(); }

  asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
    while (left_.empty()) {
      // Whole, whatever the reader has room for: the rest of a datagram would be lost.
      const auto [error, count] =
          co_await socket_.async_receive(asio::buffer(datagram_.data(), datagram_.size()), use_result);
      if (error) co_return failure(error, "read from");
      left_ = ByteView{datagram_}.first(count);
    }
    const std::size_t count = std::min(left_.size(), into.size());
    std::copy_n(left_.begin(), count, into.begin());
    left_ = left_.subspan(count);
    co_return count;
  }

  asio::awaitable<Result<void>> write(ByteView bytes) override {
    const auto deadline = std::chrono::steady_clock::now() + write_timeout_;
    const auto error = co_await async::with_deadline(send(socket_, bytes), deadline);
    if (!error) co_return Error{Errc::io_error, "write to " + endpoint_ + ": not accepted in time"};
    if (*error) co_return failure(*error, "write to");
    co_return Result<void>{};
  }

  void close() override {
    boost::system::error_code ignored;
    if (socket_.is_open()) socket_.close(ignored);
  }

 private:
  Error failure(const boost::system::error_code& code, std::string_view action) const {
    if (code == asio::error::connection_refused)
      return {Errc::connection_closed, std::string{action} + " " + endpoint_ + ": nobody listens there"};
    return stream_error(code, action, endpoint_);
  }

  udp::socket socket_;
  std::chrono::milliseconds write_timeout_;
  std::string endpoint_;
  Bytes datagram_ = Bytes(65536);
  ByteView left_{};
};

}  // namespace

std::string UdpLink::endpoint() const {
  const bool v6 = options_.host.find(':') != std::string::npos;
  return "udp://" + (v6 ? "[" + options_.host + "]" : options_.host) + ":" + std::to_string(options_.port);
}

asio::awaitable<Result<std::unique_ptr<ByteStream>>> UdpLink::open() {
  const auto executor = co_await asio::this_coro::executor;
  const auto deadline = std::chrono::steady_clock::now() + options_.connect_timeout;
  auto addresses = co_await resolve(options_.host, options_.port, deadline);
  if (!addresses) co_return std::move(addresses).error();
  boost::system::error_code error;
  for (const auto& address : *addresses) {
    const udp::endpoint peer{address.address(), address.port()};
    udp::socket socket{executor};
    socket.open(peer.protocol(), error);
    // Connected: the kernel then drops what others send, and says when nobody listens.
    if (!error) socket.connect(peer, error);
    if (!error) co_return std::make_unique<UdpStream>(std::move(socket), options_.write_timeout, endpoint());
  }
  co_return Error{Errc::connect_failed, "cannot reach " + endpoint() + ": " + error.message()};
}

}  // namespace busbar::link
