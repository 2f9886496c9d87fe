// The loop of a test of the service: run until something has happened, or for ten seconds.
#pragma once

#include "async/asio.hpp"

#include <chrono>
#include <functional>

namespace busbar::service::test {

struct Loop {
  asio::io_context context{1};

  /// False when `condition` did not come true in time.
  bool until(const std::function<bool()>& condition) {
    using namespace std::chrono_literals;
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < end) {
      context.restart();
      context.run_one_for(10ms);
    }
    return condition();
  }
};

}  // namespace busbar::service::test
