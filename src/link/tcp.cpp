// Opening, tuning and closing a TCP connection.
#include "link/tcp.hpp"

#include "link/resolve.hpp"
#include "link/stream_io.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace busbar::link {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

std::string name(const TcpOptions& options) {
  const bool v6 = options.host.find(':') != std::string::npos;
  return "tcp://" + (v6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

void set_option(int socket, int level, int option, int value) {
  // What a kernel does not support leaves its default in force.
  (void)::setsockopt(socket, level, option, &value, sizeof value);
}

/// A device server that lost power sends nothing: keepalive finds out when idle, the user timeout when data
/// is under way. Both give up after about twice the idle time.
void tune(tcp::socket& socket, const TcpOptions& options) {
  constexpr int probes = 3;
  const int fd = socket.native_handle();
  const int idle = static_cast<int>(std::max<std::chrono::seconds::rep>(1, options.keepalive.count()));
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, idle / probes));
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, probes);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 2 * idle * 1000);
}

class TcpStream final : public ByteStream {
 public:
  TcpStream(tcp::socket socket, std::chrono::milliseconds write_timeout, std::string endpoint)
      : socket_{std::move(socket)}, write_timeout_{write_timeout}, endpoint_{std::move(endpoint)} {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
  }
  ~TcpStream() override { TcpStream::close(); }

  asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
    return read_available(socket_, into, endpoint_);
  }
  asio::awaitable<Result<void>> write(ByteView bytes) override {
    // The kernel has room for all of a request nearly always: no deadline is needed then.
    boost::system::error_code error;
    const std::size_t taken = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    if (taken == bytes.size()) co_return Result<void>{};
    if (error && error != asio::error::would_block) co_return stream_error(error, "write to", endpoint_);
    co_return co_await write_within(socket_, bytes.subspan(taken), write_timeout_, endpoint_);
  }

  /// A clean end: many device servers count a connection that was reset as still open, and take no other.
  void close() override {
    if (!socket_.is_open()) return;
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    // Closing with unread bytes would send a reset instead of FIN.
    std::array<std::uint8_t, 4096> unread{};
    boost::system::error_code empty;
    for (int piece = 0; piece < 64 && !empty; ++piece) socket_.read_some(asio::buffer(unread), empty);
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
  std::chrono::milliseconds write_timeout_;
  std::string endpoint_;
};

asio::awaitable<boost::system::error_code> connect(tcp::socket& socket, tcp::endpoint address) {
  const auto [error] = co_await socket.async_connect(address, use_result);
  co_return error;
}

}  // namespace

TcpLink::TcpLink(TcpOptions options) : options_{std::move(options)} {}

std::string TcpLink::endpoint() const { return name(options_); }

asio::awaitable<Result<std::unique_ptr<ByteStream>>> TcpLink::open() {
  const auto executor = co_await asio::this_coro::executor;
  const auto deadline = Clock::now() + options_.connect_timeout;
  const std::string timed_out =
      "no connection within " + std::to_string(options_.connect_timeout.count()) + " ms";

  auto addresses = co_await resolve(options_.host, options_.port, deadline);
  if (!addresses) co_return std::move(addresses).error();

  std::string reasons;
  std::size_t left = addresses->size();
  for (const tcp::endpoint& address : *addresses) {
    // An address that swallows the SYN must leave time for those after it.
    const auto share = (deadline - Clock::now()) / static_cast<std::ptrdiff_t>(left--);
    tcp::socket socket{executor};
    const auto error = co_await async::with_deadline(connect(socket, address), Clock::now() + share);
    if (error && !*error) {
      tune(socket, options_);
      co_return std::make_unique<TcpStream>(std::move(socket), options_.write_timeout, endpoint());
    }
    if (!reasons.empty()) reasons += "; ";
    if (addresses->size() > 1) reasons += address.address().to_string() + ": ";
    reasons += error ? error->message() : timed_out;
  }
  co_return Error{Errc::connect_failed, "cannot connect to " + endpoint() + ": " + reasons};
}

}  // namespace busbar::link
