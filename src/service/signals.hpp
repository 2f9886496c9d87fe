// SIGTERM and SIGINT as one call on the loop.
#pragma once

#include "async/asio.hpp"

#include <functional>
#include <memory>

namespace busbar::service {

class Signals {
 public:
  /// `stop` is called on the loop at the first SIGTERM or SIGINT; a second one ends the process at once, with
  /// code 1. SIGHUP is logged, SIGPIPE ignored. Holds no work: a loop with nothing else to do ends.
  Signals(asio::any_io_executor executor, std::function<void()> stop);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the pending handlers
};

}  // namespace busbar::service
