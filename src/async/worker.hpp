// One thread beside the loop for what may block: files, standard output. Jobs run in order, never two at
// once.
#pragma once

#include "async/asio.hpp"

#include <functional>
#include <memory>

namespace boost::asio {
class thread_pool;
}

namespace busbar::async {

class Worker {
 public:
  Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();  ///< waits for the job under way; those behind it are dropped

  /// Runs `job` on the thread and comes back to the caller's executor when it is done; rethrows what it
  /// throws. Cancellation does not interrupt a job: its effect on the world has to be known.
  [[nodiscard]] asio::awaitable<void> perform(std::function<void()> job);

 private:
  std::unique_ptr<asio::thread_pool> thread_;
};

}  // namespace busbar::async
