// Starting, cancelling and awaiting named coroutines.
#include "async/task_group.hpp"

#include "async/cancellation.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>

#include <cassert>
#include <iterator>
#include <utility>

namespace busbar::async {

struct TaskGroup::Task {
  explicit Task(std::string name_) : name{std::move(name_)} {}
  std::string name;
  asio::cancellation_signal stop{};
  bool ended = false;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, OnFailure on_failure)
    : executor_{std::move(executor)}, on_failure_{std::move(on_failure)}, idle_{executor_} {}

TaskGroup::~TaskGroup() { assert(tasks_.empty() && "join() before the group goes"); }

void TaskGroup::spawn(std::string name, asio::awaitable<void> task) {
  tasks_.push_back(std::make_shared<Task>(std::move(name)));
  const auto place = std::prev(tasks_.end());
  auto ended = [this, place](const std::exception_ptr& error) {
    const std::shared_ptr<Task> gone = std::move(*place);
    gone->ended = true;
    tasks_.erase(place);
    if (tasks_.empty()) idle_.cancel();
    if (error && !is_cancellation(error) && on_failure_) on_failure_(gone->name, error);
  };
  asio::co_spawn(executor_, std::move(task),
                 asio::bind_cancellation_slot((*place)->stop.slot(), std::move(ended)));
}

void TaskGroup::cancel() {
  // On the loop: from elsewhere co_spawn's handler would post a bare pointer to the signal, and the task may
  // end first.
  const auto present = tasks_;  // a task may start others while it ends
  for (const auto& task : present) {
    asio::dispatch(executor_, [task] {
      if (!task->ended) task->stop.emit(asio::cancellation_type::terminal);
    });
  }
}

asio::awaitable<void> TaskGroup::join() {
  while (!tasks_.empty()) {
    idle_.expires_at(std::chrono::steady_clock::time_point::max());
    co_await idle_.async_wait(use_result);
  }
}

std::size_t TaskGroup::size() const noexcept { return tasks_.size(); }
asio::any_io_executor TaskGroup::executor() const { return executor_; }

}  // namespace busbar::async
