#include "app/daemon.hpp"

#include "app/exit_code.hpp"
#include "app/site.hpp"
#include "app/status_json.hpp"
#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "async/worker.hpp"
#include "service/bus.hpp"
#include "service/notify.hpp"
#include "service/signals.hpp"

#include <busbar/version.hpp>

#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
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

/// One loop, one site; runs a main coroutine to its end and takes everything down in order.
class Runner {
 public:
  Runner(Reload reload, std::vector<std::unique_ptr<sink::Sink>> extra)
      : reload_{std::move(reload)},
        tasks_{loop_.get_executor(), on_failure()},
        stop_{loop_.get_executor()},
        hang_up_{loop_.get_executor()},
        signals_{loop_.get_executor(), [this] { stop_.notify(); }, {}, [this] { hang_up_.notify(); }},
        site_{loop_.get_executor(), on_failure(), std::move(extra)} {}

  void record(std::optional<Recording> recording) {
    if (recording) site_.record(std::move(*recording));
  }
  [[nodiscard]] int daemon(SharedSetup setup) { return run(serve(std::move(setup))); }
  [[nodiscard]] int once(SharedSetup setup) { return run(poll_all(std::move(setup))); }
  [[nodiscard]] int set(SharedSetup setup, Command command) {
    return run(set_one(std::move(setup), std::move(command)));
  }
  [[nodiscard]] int capture(SharedSetup setup, Recording recording,
                            std::optional<std::chrono::milliseconds> duration, bool poll) {
    recording.on_end = [this] { stop_.notify(); };
    site_.record(std::move(recording));
    const Steady end = duration ? std::chrono::steady_clock::now() + *duration : Steady::max();
    return run(record_until(std::move(setup), end, poll));
  }

 private:
  int run(asio::awaitable<void> main) {
    asio::co_spawn(loop_, std::move(main), [this](std::exception_ptr error) {
      ended_well_ = !error;
      if (error) fail("main", std::move(error));
      loop_.stop();
    });
    loop_.run();
    // Only after a failure of the main coroutine itself: its tasks cannot be awaited any more.
    if (!ended_well_) ::_exit(exit_software);
    // Name resolution runs on a thread of Asio's that cannot be interrupted; it must not hold up the exit.
    std::signal(SIGALRM, [](int) { ::_exit(exit_ok); });
    if (code_ == exit_ok) ::alarm(1);
    return code_;
  }

  asio::awaitable<void> serve(SharedSetup setup) {
    if (setup->configuration.dbus) bus_.emplace(loop_.get_executor(), bus_methods());
    co_await site_.apply(std::move(setup), true);
    notifier_.ready(site_.status_line());
    spdlog::info("busbar {} started", version);
    tasks_.spawn("watchdog", notifier_.watchdog([this] { return site_.stalled(); }));
    tasks_.spawn("status", report_status());
    tasks_.spawn("reload", reload_when_told());
    if (bus_) tasks_.spawn("dbus", bus_->run());
    co_await stop_.wait();
    notifier_.stopping();
    // Before the site: a reload that is under way must not start anything any more.
    co_await take_down(std::chrono::steady_clock::now() + farewell, false);
    spdlog::info("stopped");
  }

  service::BusMethods bus_methods() {
    return {
        .status = [this] { return status_json(site_.health()); },
        .poll_now = [this](const std::string& device, auto done) { site_.poll_now(device, std::move(done)); },
        .reload = [this] { hang_up_.notify(); }};
  }

  asio::awaitable<void> record_until(SharedSetup setup, Steady end, bool poll) {
    co_await site_.apply(std::move(setup), poll);
    (void)co_await stop_.wait_until(end);
    const auto size = site_.recorded();
    co_await take_down(std::chrono::steady_clock::now() + farewell, true);
    std::cerr << size.exchanges << " exchange(s), " << size.bytes << " bytes recorded\n";
    if (size.bytes == 0) code_ = exit_temporary;
  }

  asio::awaitable<void> report_status() {
    for (;;) {
      notifier_.status(site_.status_line());
      co_await async::wait_until(std::chrono::steady_clock::now() + status_period);
    }
  }

  asio::awaitable<void> reload_when_told() {
    for (;;) {
      co_await hang_up_.wait();
      notifier_.reloading();
      spdlog::info("SIGHUP: reading the configuration again");
      std::function<SharedSetup()> accept;
      co_await reader_.perform([this, &accept] { accept = reload_(); });
      auto setup = accept();
      const bool valid = setup != nullptr;
      if (valid) co_await site_.apply(std::move(setup), true);
      if (valid) spdlog::info("configuration reloaded");
      notifier_.ready(valid ? site_.status_line()
                            : "reload failed, the old configuration is kept; the log says why");
    }
  }

  asio::awaitable<void> poll_all(SharedSetup setup) {
    co_await site_.apply(std::move(setup), false);
    co_await async::race(ask_all(), stop_.wait());
    if (!asked_all_) {
      spdlog::error("interrupted");
      code_ = exit_temporary;
    }
    co_await take_down(std::chrono::steady_clock::now() + delivery, true);
    for (const auto& account : site_.accounts()) {
      if (account.queued + account.dropped == 0) continue;
      spdlog::error("sink {}: {} message(s) not delivered: {}", account.name,
                    account.queued + account.dropped,
                    account.last_error.empty() ? "no answer in time" : account.last_error);
      code_ = exit_temporary;
    }
  }

  asio::awaitable<void> set_one(SharedSetup setup, Command command) {
    co_await site_.apply(std::move(setup), false);
    std::optional<CommandResult> result;
    site_.set(command, [&](const CommandResult& outcome) {
      if (result) return;
      result = outcome;
      stop_.notify();
    });
    co_await stop_.wait();  // also when somebody interrupts
    // What is interrupted under way hears of it while the site ends.
    co_await take_down(std::chrono::steady_clock::now() + farewell, true);
    code_ = report(command, result.value_or(CommandResult{.detail = "interrupted"}));
  }

  static int report(const Command& command, const CommandResult& result) {
    std::cout << command.device << " " << command.setting << " = " << command.value << ": "
              << to_string(result.verdict)
              << (result.read_back.empty() ? "" : ", reads back " + result.read_back)
              << (result.detail.empty() ? "" : ": " + result.detail) << "\n";
    if (result.forbidden) return exit_no_permission;
    if (result.invalid) return exit_data;
    if (result.verdict == Verdict::accepted) return exit_ok;
    const bool known = result.verdict == Verdict::rejected || result.verdict == Verdict::mismatch;
    return known ? exit_protocol : exit_temporary;
  }

  asio::awaitable<void> ask_all() {
    const auto unanswered = co_await site_.poll_once();
    for (const auto& device : unanswered) spdlog::error("device {} did not answer every query", device);
    if (!unanswered.empty()) code_ = exit_temporary;
    asked_all_ = true;
  }

  asio::awaitable<void> take_down(Steady deadline, bool keep_state) {
    tasks_.cancel();
    co_await tasks_.join();
    co_await site_.stop(deadline, keep_state);
  }

  async::TaskGroup::OnFailure on_failure() {
    return [this](std::string_view name, std::exception_ptr error) { fail(name, std::move(error)); };
  }

  void fail(std::string_view name, std::exception_ptr error) {
    spdlog::critical("{} died: {}", name, describe(std::move(error)));
    code_ = exit_software;
    stop_.notify();
  }

  Reload reload_;
  int code_ = exit_ok;
  bool asked_all_ = false;
  bool ended_well_ = false;
  async::Worker reader_;
  asio::io_context loop_{1};
  async::TaskGroup tasks_;
  async::Wakeup stop_;
  async::Wakeup hang_up_;
  service::Notifier notifier_;
  service::Signals
      signals_;  // before the site: without descriptors it fails while there is nothing to take down
  Site site_;
  std::optional<service::Bus> bus_;
};

}  // namespace

int run_daemon(SharedSetup setup, Reload reload, std::optional<Recording> recording) {
  Runner runner{std::move(reload), {}};
  runner.record(std::move(recording));
  return runner.daemon(std::move(setup));
}

int run_once(Setup setup, std::vector<std::unique_ptr<sink::Sink>> extra,
             std::optional<Recording> recording) {
  for (auto& options : setup.configuration.sinks) {
    if (auto* screen = std::get_if<sink::screen::Options>(&options)) screen->once = true;
    // A process that ends at once has nothing to tell about itself.
    if (auto* mqtt = std::get_if<sink::mqtt::Options>(&options)) mqtt->diagnostics = {};
  }
  Runner runner{{}, std::move(extra)};
  runner.record(std::move(recording));
  return runner.once(std::make_shared<const Setup>(std::move(setup)));
}

int run_set(Setup setup, Command command) {
  Runner runner{{}, {}};
  return runner.set(std::make_shared<const Setup>(std::move(setup)), std::move(command));
}

int run_capture(Setup setup, Recording recording, std::optional<std::chrono::milliseconds> duration,
                bool poll) {
  Runner runner{{}, {}};
  return runner.capture(std::make_shared<const Setup>(std::move(setup)), std::move(recording), duration,
                        poll);
}

}  // namespace busbar::app
