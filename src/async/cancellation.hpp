// What cancellation looks like in this project: operation_aborted, thrown by the co_await that was
// interrupted.
#pragma once

#include "async/asio.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace busbar::async {

/// True for what a cancelled coroutine ends with, also when a parallel group wrapped it.
[[nodiscard]] bool is_cancellation(const std::exception_ptr& error) noexcept;

/// Throws operation_aborted when the coroutine with this state, `co_await
/// asio::this_coro::cancellation_state`, has been asked to end. Needed after an operation that reports errors
/// as values: its operation_aborted may also mean that somebody else cancelled the operation.
void throw_if_cancelled(const asio::cancellation_state& state);

}  // namespace busbar::async
