// Opening and closing a stream socket in the file system.
#include "link/unix_socket.hpp"

#include "link/stream_io.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace busbar::link {
namespace {

using asio::local::stream_protocol;

class UnixStream final : public ByteStream {
 public:
  UnixStream(stream_protocol::socket socket, std::chrono::milliseconds write_timeout, std::string endpoint)
      : socket_{std::move(socket)}, write_timeout_{write_timeout}, endpoint_{std::move(endpoint)} {}
  ~UnixStream() override { UnixStream::close(); }

  asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
    return read_available(socket_, into, endpoint_);
  }
  asio::awaitable<Result<void>> write(ByteView bytes) override {
    return write_within(socket_, bytes, write_timeout_, endpoint_);
  }
  void close() override {
    boost::system::error_code ignored;
    if (socket_.is_open()) socket_.close(ignored);
  }

 private:
  stream_protocol::socket socket_;
  std::chrono::milliseconds write_timeout_;
  std::string endpoint_;
};

asio::awaitable<boost::system::error_code> connect(stream_protocol::socket& socket, std::string path) {
  const stream_protocol::endpoint address{path};
  const auto [error] = co_await socket.async_connect(address, use_result);
  co_return error;
}

Error open_error(const std::string& endpoint, const boost::system::error_code& code) {
  switch (code.value()) {
    case EACCES:
    case EPERM:
      return {Errc::permission_denied,
              "may not connect to " + endpoint + ": run busbar as a user who may write it"};
    case ENOENT:
      return {Errc::connect_failed, "cannot connect to " + endpoint + ": there is no such socket"};
    default:
      return {Errc::connect_failed, "cannot connect to " + endpoint + ": " + code.message()};
  }
}

}  // namespace

std::string UnixLink::endpoint() const { return "unix:" + options_.path; }

asio::awaitable<Result<std::unique_ptr<ByteStream>>> UnixLink::open() {
  stream_protocol::socket socket{co_await asio::this_coro::executor};
  const auto deadline = std::chrono::steady_clock::now() + options_.connect_timeout;
  const auto error = co_await async::with_deadline(connect(socket, options_.path), deadline);
  if (!error)
    co_return Error{Errc::connect_failed, "cannot connect to " + endpoint() + ": it does not accept"};
  if (*error) co_return open_error(endpoint(), *error);
  co_return std::make_unique<UnixStream>(std::move(socket), options_.write_timeout, endpoint());
}

}  // namespace busbar::link
