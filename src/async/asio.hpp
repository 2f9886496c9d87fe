// The one spelling of Asio in this project.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace busbar {
namespace asio = boost::asio;
/// I/O never throws here: co_await op(..., use_result) gives [error_code, value].
inline constexpr auto use_result = asio::as_tuple(asio::use_awaitable);
}  // namespace busbar
