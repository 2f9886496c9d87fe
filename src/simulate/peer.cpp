// Reading from and writing to one peer, whatever kind of stream it is.
#include "simulate/peer.hpp"

#include <boost/asio/buffer.hpp>

#include <utility>

namespace busbar::simulate {

namespace {
using asio::ip::tcp;
using boost::system::error_code;
}  // namespace

Peer::Peer(Stream stream) : stream_{std::move(stream)} {
  error_code ignored;
  std::visit([&](auto& open) { open.non_blocking(true, ignored); }, stream_);
  // Slices of a paced response must not wait for the acknowledgement of the slice before.
  if (auto* socket = std::get_if<tcp::socket>(&stream_)) socket->set_option(tcp::no_delay{true}, ignored);
}

asio::awaitable<std::size_t> Peer::read_some(std::span<std::uint8_t> into) {
  const auto buffer = asio::buffer(into.data(), into.size());
  const auto [error, count] =
      co_await std::visit([&](auto& open) { return open.async_read_some(buffer, use_result); }, stream_);
  co_return error ? 0 : count;
}

void Peer::send(ByteView bytes) {
  error_code ignored;
  std::visit([&](auto& open) { open.write_some(asio::buffer(bytes.data(), bytes.size()), ignored); },
             stream_);
}

void Peer::close() {
  error_code ignored;
  if (auto* socket = std::get_if<tcp::socket>(&stream_))
    socket->shutdown(tcp::socket::shutdown_both, ignored);
  std::visit([&](auto& open) { open.close(ignored); }, stream_);
}

void Peer::reset() {
  error_code ignored;
  if (auto* socket = std::get_if<tcp::socket>(&stream_)) {
    socket->set_option(tcp::socket::linger{true, 0}, ignored);
    socket->close(ignored);  // no shutdown: that would send FIN first
  }
  close();
}

}  // namespace busbar::simulate
