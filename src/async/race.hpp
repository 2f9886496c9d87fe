// Runs two coroutines side by side until one of them ends.
#pragma once

#include "async/asio.hpp"

namespace busbar::async {

/// When one ends, the other is cancelled; completes when both have ended. Rethrows what the first to end
/// threw, if anything. Cancelling the caller cancels both.
[[nodiscard]] asio::awaitable<void> race(asio::awaitable<void> one, asio::awaitable<void> other);

}  // namespace busbar::async
