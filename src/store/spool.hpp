// A queue that outlasts an outage of the output, and the end of the process: records stay in memory while the
// output takes them promptly, and go to a file when it does not. SpoolQueue decides, SpoolFile performs, on a
// thread of its own; this joins the two. What is promised when: docs/history.md.
#pragma once

#include "async/wakeup.hpp"
#include "async/worker.hpp"
#include "store/spool_file.hpp"
#include "store/spool_queue.hpp"

#include <functional>
#include <string>

namespace busbar::store {

class Spool {
 public:
  using Sending = SpoolQueue::Sending;

  /// `name` begins every line of the log. `on_ready` is called on the loop when there may be more to send.
  Spool(asio::any_io_executor executor, std::string name, const SpoolOptions& options,
        std::function<void()> on_ready);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void put(Record record);
  [[nodiscard]] std::optional<Sending> next();
  void acknowledge(std::uint64_t id);
  void fail(std::uint64_t id);
  void reject(std::uint64_t id);
  void fail_all();

  /// Serves the file until close() has come to its end; else until cancelled.
  [[nodiscard]] asio::awaitable<void> run();
  /// Writes what is in memory, as far as that is possible before `deadline`. Nothing is handed out after it.
  [[nodiscard]] asio::awaitable<void> close(Steady deadline);

  [[nodiscard]] const SpoolQueue& queue() const noexcept { return queue_; }
  [[nodiscard]] const std::string& last_error() const noexcept { return last_error_; }

 private:
  void nudge();
  [[nodiscard]] asio::awaitable<void> carry_out(Order order);
  void report_failure(const Error& error);

  std::string name_;
  SpoolQueue queue_;
  SpoolFile file_;
  std::function<void()> on_ready_;
  async::Wakeup work_;
  async::Wakeup progress_;
  Steady awaited_ = Steady::max();  ///< run() sleeps until then
  bool serving_ = false;
  bool closed_ = false;
  std::string last_error_;
  async::Worker thread_;  // last: its thread uses the file
};

}  // namespace busbar::store
