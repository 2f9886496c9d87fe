// Starting, cancelling and awaiting named coroutines.
#include "async/task_group.hpp"

#include "async/cancellation.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>
#include <vector>

namespace busbar::async {

struct TaskGroup::Task {
  explicit Task(std::string name_) : name{std::move(name_)} {}
  std::string name;
  asio::cancellation_signal stop{};
};

TaskGroup::TaskGroup(asio::any_io_executor executor, OnFailure on_failure)
    : executor_{std::move(executor)}, on_failure_{std::move(on_failure)}, idle_{executor_} {}

TaskGroup::~TaskGroup() { assert(tasks_.empty() && "join() before the group goes"); }

void TaskGroup::spawn(std::string name, asio::awaitable<void> task) {
  tasks_.push_back(std::make_unique<Task>(std::move(name)));
  const auto place = std::prev(tasks_.end());
  auto ended = [this, place](const std::exception_ptr& error) {
    const std::unique_ptr<Task> gone = std::move(*place);
    tasks_.erase(place);
    if (tasks_.empty()) idle_.cancel();
    if (error && !is_cancellation(error) && on_failure_) on_failure_(gone->name, error);
  };
  asio::co_spawn(executor_, std::move(task),
                 asio::bind_cancellation_slot((*place)->stop.slot(), std::move(ended)));
}

void TaskGroup::cancel() {
  // A task may end, or start another one, while the signals go out.
  std::vector<Task*> present;
  present.reserve(tasks_.size());
  for (const auto& task : tasks_) present.push_back(task.get());
  for (Task* task : present) {
    const bool alive =
        std::any_of(tasks_.begin(), tasks_.end(), [task](const auto& t) { return t.get() == task; });
    if (alive) task->stop.emit(asio::cancellation_type::terminal);
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
