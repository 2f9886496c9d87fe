// Text to a descriptor that may be slow or closed: a terminal, a pipe, a file. Blocking; used on a worker
// thread.
#pragma once

#include "async/asio.hpp"

#include <atomic>
#include <chrono>
#include <string_view>

namespace busbar::sink::screen {

class Output {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Output(int descriptor) : descriptor_{descriptor} {}

  /// Writes all of `text`; 0 or an errno value. EPIPE: nobody reads any more. ETIMEDOUT: the reader does not,
  /// and the time given by give_up_at() has come. Raises no signal.
  [[nodiscard]] int write(std::string_view text) const;
  /// From any thread: how long a reader that has stalled is waited for.
  void give_up_at(Time when) noexcept { give_up_at_ = when; }
  [[nodiscard]] bool is_terminal() const noexcept;
  /// A terminal that knows colours, and nobody has asked for none: NO_COLOR, TERM=dumb.
  [[nodiscard]] bool wants_colour() const noexcept;

 private:
  int descriptor_;
  std::atomic<Time> give_up_at_{Time::max()};
};

}  // namespace busbar::sink::screen
