// Sets what a site allows on one device: checked, limited, one after the other, acknowledged, read back, and
// written to the log. The only caller of Poller::write().
#pragma once

#include "async/asio.hpp"
#include "async/wakeup.hpp"
#include "model/command.hpp"
#include "poll/poller.hpp"
#include "poll/rate_limit.hpp"

#include <busbar/model/error.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace busbar::poll {

/// What an error of the exchange says about a write: whether it can have reached the device.
[[nodiscard]] Verdict verdict_of(Errc error) noexcept;

class Writer {
 public:
  /// Writes that may wait. Who sends more than that at once does not wait for answers.
  static constexpr std::size_t max_queue = 8;

  /// `poller` outlives the writer.
  Writer(asio::any_io_executor executor, Poller& poller);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();  ///< what waits is refused

  /// `done` hears the result once, also when the writer ends. Refused at once: what the site does not allow,
  /// values there are not, and what is too much.
  void submit(Command command, CommandDone done);
  /// Carries the writes out until cancelled.
  [[nodiscard]] asio::awaitable<void> run();

 private:
  class Pending;

  [[nodiscard]] std::optional<CommandResult> refusal(const Command& command, const profile::Setter* setter);
  /// Why the device at hand does not take the value, where it must be asked for that.
  [[nodiscard]] asio::awaitable<std::optional<CommandResult>> out_of_bounds(const profile::Setter& setter,
                                                                            double number);
  [[nodiscard]] asio::awaitable<CommandResult> carry_out(const profile::Setter& setter, profile::Write write);
  [[nodiscard]] asio::awaitable<void> read_back(const profile::Setter& setter, Value expected,
                                                CommandResult& result);
  [[nodiscard]] asio::awaitable<void> refresh();
  void audit(const Command& command, const CommandResult& result);

  Poller& poller_;
  RateLimit limit_;
  RateLimit log_limit_;  ///< of refusals: a flood of them must not become a flood of lines
  std::uint64_t unlogged_ = 0;
  std::deque<Pending> queue_;
  async::Wakeup wakeup_;
};

}  // namespace busbar::poll
