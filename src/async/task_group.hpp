// Every coroutine of the daemon is started here, has a name, is cancelled and awaited at the end, and cannot
// die unseen.
#pragma once

#include "async/asio.hpp"

#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace busbar::async {

class TaskGroup {
 public:
  /// Called once for a coroutine that ended with an exception other than cancellation; the daemon ends the
  /// service.
  using OnFailure = std::function<void(std::string_view name, std::exception_ptr error)>;

  TaskGroup(asio::any_io_executor executor, OnFailure on_failure);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();  ///< all tasks must have ended

  void spawn(std::string name, asio::awaitable<void> task);
  /// Asks every task to end; each sees operation_aborted at its next (or present) co_await.
  void cancel();
  /// Completes when no task is left.
  [[nodiscard]] asio::awaitable<void> join();
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] asio::any_io_executor executor() const;

 private:
  struct Task;
  asio::any_io_executor executor_;
  OnFailure on_failure_;
  // Shared because a request to end may still be on its way when the task has ended by itself.
  std::list<std::shared_ptr<Task>> tasks_;
  asio::steady_timer idle_;
};

}  // namespace busbar::async
