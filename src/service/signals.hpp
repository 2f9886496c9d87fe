// What signals mean to the daemon.
#pragma once

#include "async/asio.hpp"

#include <functional>
#include <memory>

namespace busbar::service {

/// SIGTERM, SIGINT: `stop` is called on the loop; a second one ends the process at once. SIGHUP: `reload` is
/// called. SIGPIPE: ignored in the whole process, a closed peer is an error code. Lives until destroyed; one
/// per process.
class Signals {
 public:
  /// `exit_now` is called with 128 + signal number on the second stop signal; the default is _exit.
  Signals(asio::any_io_executor executor, std::function<void()> stop,
          std::function<void(int code)> exit_now = {}, std::function<void()> reload = {});
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace busbar::service
