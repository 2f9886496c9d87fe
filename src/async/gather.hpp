// Runs coroutines side by side and waits for all of them.
#pragma once

#include "async/asio.hpp"

#include <vector>

namespace busbar::async {

/// Completes when every task has; rethrows the first exception. Cancelling the caller cancels all tasks.
[[nodiscard]] asio::awaitable<void> gather(std::vector<asio::awaitable<void>> tasks);

}  // namespace busbar::async
