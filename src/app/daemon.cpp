#include "app/daemon.hpp"

#include "app/exit_code.hpp"
#include "app/site.hpp"
#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "service/notify.hpp"
#include "service/signals.hpp"

#include <busbar/version.hpp>

#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <exception>
#include <unistd.h>
#include <utility>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;

/// SIGTERM to exit is promised within two seconds; what sinks cannot deliver by then stays queued and is
/// counted.
constexpr auto farewell = 1500ms;
/// A one-shot run gives a slow broker more.
constexpr auto delivery = 10s;
constexpr auto status_period = 5s;

std::string describe(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "unknown exception";
  }
}

/// One loop, one task group, one site; runs a main coroutine to its end and takes everything down in order.
class Runner {
 public:
  Runner(const Configuration& configuration, const profile::Library& profiles,
         std::vector<std::unique_ptr<sink::Sink>> extra)
      : tasks_{loop_.get_executor(),
               [this](std::string_view name, std::exception_ptr error) { fail(name, std::move(error)); }},
        stop_{loop_.get_executor()},
        site_{configuration, profiles, tasks_, std::move(extra)},
        signals_{loop_.get_executor(), [this] { stop_.notify(); }} {}

  [[nodiscard]] int daemon() { return run(serve()); }
  [[nodiscard]] int once() { return run(poll_all()); }

 private:
  int run(asio::awaitable<void> main) {
    asio::co_spawn(loop_, std::move(main), [this](std::exception_ptr error) {
      if (error) fail("main", std::move(error));
      loop_.stop();
    });
    loop_.run();
    // Name resolution runs on a thread of Asio's that cannot be interrupted; it must not hold up the exit.
    std::signal(SIGALRM, [](int) { ::_exit(exit_ok); });
    if (code_ == exit_ok) ::alarm(1);
    // Only after a failure of the main coroutine itself: its tasks cannot be awaited any more.
    if (tasks_.size() > 0) ::_exit(exit_software);
    return code_;
  }

  asio::awaitable<void> serve() {
    site_.start(true);
    notifier_.ready(site_.status_line());
    spdlog::info("busbar {} started", version);
    tasks_.spawn("watchdog", notifier_.watchdog([this] { return site_.stalled(); }));
    tasks_.spawn("status", report_status());
    co_await stop_.wait();
    notifier_.stopping();
    spdlog::info("stopping");
    co_await take_down(std::chrono::steady_clock::now() + farewell, false);
    spdlog::info("stopped");
  }

  asio::awaitable<void> report_status() {
    for (;;) {
      notifier_.status(site_.status_line());
      co_await async::wait_until(std::chrono::steady_clock::now() + status_period);
    }
  }

  asio::awaitable<void> poll_all() {
    site_.start(false);
    co_await async::race(ask_all(), stop_.wait());
    if (!asked_all_) {
      spdlog::error("interrupted");
      code_ = exit_temporary;
    }
    co_await take_down(std::chrono::steady_clock::now() + delivery, true);
    for (const auto& account : site_.sinks().accounts()) {
      if (account.queued + account.dropped == 0) continue;
      spdlog::error("sink {}: {} message(s) not delivered: {}", account.name,
                    account.queued + account.dropped,
                    account.last_error.empty() ? "no answer in time" : account.last_error);
      code_ = exit_temporary;
    }
  }

  asio::awaitable<void> ask_all() {
    const auto unanswered = co_await site_.poll_once();
    for (const auto& device : unanswered) spdlog::error("device {} did not answer every query", device);
    if (!unanswered.empty()) code_ = exit_temporary;
    asked_all_ = true;
  }

  asio::awaitable<void> take_down(Steady deadline, bool keep_state) {
    co_await site_.stop(deadline, keep_state);
    tasks_.cancel();
    co_await tasks_.join();
  }

  void fail(std::string_view name, std::exception_ptr error) {
    spdlog::critical("{} died: {}", name, describe(std::move(error)));
    code_ = exit_software;
    stop_.notify();
  }

  int code_ = exit_ok;
  bool asked_all_ = false;
  asio::io_context loop_{1};
  async::TaskGroup tasks_;
  async::Wakeup stop_;
  service::Notifier notifier_;
  Site site_;
  service::Signals signals_;
};

}  // namespace

int run_daemon(const Configuration& configuration, const profile::Library& profiles) {
  Runner runner{configuration, profiles, {}};
  return runner.daemon();
}

int run_once(const Configuration& configuration, const profile::Library& profiles,
             std::vector<std::unique_ptr<sink::Sink>> extra) {
  auto one_shot = configuration;
  for (auto& options : one_shot.sinks) {
    if (auto* screen = std::get_if<sink::screen::Options>(&options)) screen->once = true;
  }
  Runner runner{one_shot, profiles, std::move(extra)};
  return runner.once();
}

}  // namespace busbar::app
