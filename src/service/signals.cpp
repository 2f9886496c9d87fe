// What signals mean to the daemon.
#include "service/signals.hpp"

#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace busbar::service {

struct Signals::State {
  State(asio::any_io_executor executor, std::function<void()> on_stop, std::function<void(int)> on_second,
        std::function<void()> on_reload)
      : stop{std::move(on_stop)},
        exit_now{std::move(on_second)},
        reload{std::move(on_reload)},
        set{std::move(executor), SIGTERM, SIGINT, SIGHUP} {}

  void wait() {
    // Destruction of the set completes the wait with operation_aborted; `this` is gone then.
    set.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      wait();
      handle(number);
    });
  }

  void handle(int number) {
    if (number == SIGHUP) {
      if (reload)
        reload();
      else
        spdlog::warn("SIGHUP: there is nothing to reload here");
    } else if (std::exchange(stopping, true)) {
      spdlog::warn("{} again: ending at once", ::strsignal(number));
      exit_now(128 + number);
    } else {
      spdlog::info("{}: stopping", ::strsignal(number));
      stop();
    }
  }

  std::function<void()> stop;
  std::function<void(int)> exit_now;
  std::function<void()> reload;
  bool stopping = false;
  asio::signal_set set;
};

Signals::Signals(asio::any_io_executor executor, std::function<void()> stop,
                 std::function<void(int)> exit_now, std::function<void()> reload) {
  std::signal(SIGPIPE, SIG_IGN);
  if (!exit_now) exit_now = [](int code) { ::_exit(code); };
  state_ =
      std::make_unique<State>(std::move(executor), std::move(stop), std::move(exit_now), std::move(reload));
  state_->wait();
}

Signals::~Signals() = default;

}  // namespace busbar::service
