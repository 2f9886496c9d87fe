// One HTTP connection: requests in turn, each under one deadline, with size limits.
#pragma once

#include "async/asio.hpp"
#include "sink/prometheus/http_routes.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>

namespace busbar::sink::prometheus {

inline constexpr std::size_t max_header = 8 * 1024;  ///< bytes of request line and fields; beyond: 431
inline constexpr std::size_t max_body = 4 * 1024;    ///< bytes of a body nobody needs; beyond: 413

struct SessionOptions {
  std::chrono::milliseconds
      timeout{};  ///< for waiting for and reading one request, and for writing its answer
  std::function<Pages()> pages;
  std::function<asio::awaitable<std::string>()> metrics;
};

/// Serves `socket` until the peer closes, an error, the deadline or cancellation. Never throws for what a
/// peer does.
[[nodiscard]] asio::awaitable<void> serve_session(asio::ip::tcp::socket socket, SessionOptions options);

}  // namespace busbar::sink::prometheus
