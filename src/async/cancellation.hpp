// What cancellation looks like in this project: operation_aborted, thrown by the co_await that was
// interrupted.
#pragma once

#include "async/asio.hpp"

#include <exception>

namespace busbar::async {

/// True for what a cancelled coroutine ends with, also when a parallel group wrapped it.
[[nodiscard]] bool is_cancellation(const std::exception_ptr& error) noexcept;

/// Throws operation_aborted when the calling coroutine has been asked to end. Needed after an operation that
/// reports errors as values: its operation_aborted may also mean that somebody else cancelled the operation.
[[nodiscard]] asio::awaitable<void> throw_if_cancelled();

}  // namespace busbar::async
