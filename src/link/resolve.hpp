// Names to addresses, without ever waiting longer than the deadline.
#pragma once

#include "async/asio.hpp"

#include <busbar/model/error.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace busbar::link {

/// IP literals need no resolver. For a name, Asio runs getaddrinfo on a hidden thread of its own that cannot
/// be interrupted: at the deadline, or when cancelled, its answer is abandoned. Error: resolve_failed.
[[nodiscard]] asio::awaitable<Result<std::vector<asio::ip::tcp::endpoint>>> resolve(
    std::string host, std::uint16_t port, std::chrono::steady_clock::time_point deadline);

}  // namespace busbar::link
