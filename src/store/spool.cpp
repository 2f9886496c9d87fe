// The coroutine between the queue and the file.
#include "store/spool.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

namespace busbar::store {

namespace {

Steady now() { return std::chrono::steady_clock::now(); }

UtcMillis wall_clock() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

Spool::Spool(asio::any_io_executor executor, std::string name, const SpoolOptions& options,
             std::function<void()> on_ready)
    : name_{std::move(name)},
      queue_{options},
      file_{options.path, options.bounds},
      on_ready_{std::move(on_ready)},
      work_{executor},
      progress_{executor} {}

/// Wakes run() when something is due before it would wake by itself.
void Spool::nudge() {
  if (queue_.order_due() < awaited_) work_.notify();
}

void Spool::put(Record record) {
  queue_.put(std::move(record), now());
  nudge();
}

std::optional<Spool::Sending> Spool::next() {
  auto sending = queue_.next();
  nudge();
  return sending;
}

void Spool::acknowledge(std::uint64_t id) {
  queue_.acknowledge(id, now());
  nudge();
}

void Spool::fail(std::uint64_t id) { queue_.fail(id); }

void Spool::reject(std::uint64_t id) {
  queue_.reject(id, now());
  nudge();
}

void Spool::fail_all() {
  queue_.fail_all();
  nudge();
}

asio::awaitable<void> Spool::run() {
  struct Serving {
    explicit Serving(bool& flag_) : flag{flag_} { flag = true; }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving() { flag = false; }
    bool& flag;
  } serving{serving_};
  while (!closed_) {
    while (auto order = queue_.order(now())) co_await carry_out(std::move(*order));
    awaited_ = queue_.order_due();
    (void)co_await work_.wait_until(awaited_);
    awaited_ = Steady::max();
  }
}

asio::awaitable<void> Spool::carry_out(Order order) {
  std::optional<Outcome> outcome;
  std::optional<Error> error;
  auto job = [&] {
    try {
      outcome = file_.perform(order, wall_clock());
    } catch (const Error& failure) {
      error = failure;
    }
  };
  co_await thread_.perform(std::move(job));
  if (outcome) {
    const bool recovered = queue_.failing();
    if (!order.append.empty()) {
      const auto& last = order.append.back();
      spdlog::debug("{}: {} reports are on the disk, the last is {} {} of {}", name_, order.append.size(),
                    last.device, last.query, format_utc(last.timestamp));
    }
    queue_.done(std::move(*outcome), now());
    if (recovered) spdlog::info("{}: {} can be written again", name_, file_.path());
    last_error_.clear();
  } else {
    queue_.failed(error->kind(), now());
    report_failure(*error);
    // A file that another process holds is none of ours to move.
    const bool unreadable = error->kind() == Error::Kind::other && queue_.hopeless();
    if (error->kind() == Error::Kind::corrupt || unreadable) {
      std::string aside;
      co_await thread_.perform([&] { aside = file_.set_aside(); });
      const auto before = queue_.account().dropped;
      queue_.begin_anew(now());
      spdlog::error("{}: {} is set aside as {} and a new one is begun; {} waiting reports are lost with it",
                    name_, file_.path(), aside, queue_.account().dropped - before);
    }
  }
  progress_.notify();
  if (on_ready_) on_ready_();
}

/// Logged when it is news.
void Spool::report_failure(const Error& error) {
  if (last_error_ == error.what()) return;
  last_error_ = error.what();
  spdlog::error(
      "{}: reports cannot be kept on disk: {}; they wait in memory, as many as fit, and it is tried again",
      name_, last_error_);
}

asio::awaitable<void> Spool::close(Steady deadline) {
  queue_.close();
  const auto errors = queue_.health().errors;
  while (!queue_.saved() && now() < deadline) {
    if (serving_) {
      nudge();
      (void)co_await progress_.wait_until(deadline);
    } else if (auto order = queue_.order(now())) {
      co_await carry_out(std::move(*order));
    }
    // It would be tried again later, but there is no later.
    if (queue_.health().errors > errors) break;
  }
  closed_ = true;
  work_.notify();
  co_await thread_.perform([this] { file_.close(); });
}

}  // namespace busbar::store
