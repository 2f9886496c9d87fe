// What TCP and serial streams share: writing under a deadline, and the sense of error codes.
#pragma once

#include "async/asio.hpp"
#include "async/with_deadline.hpp"

#include <busbar/model/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace busbar::link {

/// connection_closed for everything that means that the far side or the device is gone, io_error for the
/// rest: "read from tcp://host:26: closed by the far side".
[[nodiscard]] Error stream_error(const boost::system::error_code& code, std::string_view action,
                                 std::string_view endpoint);

namespace detail {
template <class Stream>
asio::awaitable<boost::system::error_code> write_all(Stream& stream, ByteView bytes) {
  const auto [error, count] =
      co_await asio::async_write(stream, asio::buffer(bytes.data(), bytes.size()), use_result);
  (void)count;
  co_return error;
}
}  // namespace detail

/// All of `bytes`, or an error; stream, bytes and name outlive the call.
template <class Stream>
[[nodiscard]] asio::awaitable<Result<void>> write_within(Stream& stream, ByteView bytes,
                                                         std::chrono::milliseconds limit,
                                                         const std::string& endpoint) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const auto error = co_await async::with_deadline(detail::write_all(stream, bytes), deadline);
  if (!error) {
    co_return Error{Errc::io_error, "write to " + endpoint + ": not accepted within " +
                                        std::to_string(limit.count()) + " ms"};
  }
  if (*error) co_return stream_error(*error, "write to", endpoint);
  co_return Result<void>{};
}

/// As ByteStream::read_some; stream and name outlive the call.
template <class Stream>
[[nodiscard]] asio::awaitable<Result<std::size_t>> read_available(Stream& stream,
                                                                  std::span<std::uint8_t> into,
                                                                  const std::string& endpoint) {
  const auto [error, count] =
      co_await stream.async_read_some(asio::buffer(into.data(), into.size()), use_result);
  if (error) co_return stream_error(error, "read from", endpoint);
  co_return count;
}

}  // namespace busbar::link
