// A link whose far side is a recording. Order is what it keeps: a read gives what was recorded next, and
// waits where a request was recorded, until that request is written. Time is the recording's: see
// ByteStream::moment().
#pragma once

#include "async/wakeup.hpp"
#include "link/capture.hpp"
#include "link/link.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace busbar::link {

/// Where a replay stands in the recording: shared by the link and by whoever asks the questions again.
class Tape {
 public:
  /// `speed`: 1 = as recorded, 2 = twice as fast, 0 = without waiting.
  Tape(asio::any_io_executor executor, const std::vector<capture::Event>& events, double speed = 0);

  /// The link does not open before: who listens must be known first.
  void start();
  /// For the asker. Completes when all that was recorded before the next request has been read and looked at,
  /// and the request's moment has come; false: the recording has no further request.
  [[nodiscard]] asio::awaitable<bool> next_request();
  /// The exchange of that request has its outcome: reading goes on. Until then a read stops where the
  /// recorded wait for the answer ended.
  void concluded();
  /// For who listens. Completes when all that was recorded before the next outcome of listening has been read
  /// and looked at; false: the recording has none. Reading goes on with passed().
  [[nodiscard]] asio::awaitable<bool> next_heard();
  void passed() { advance(); }
  /// What was written was not what is recorded: both in hex; empty while all is as it was.
  [[nodiscard]] const std::string& deviation() const noexcept { return deviation_; }

 private:
  friend class ReplayLink;
  friend class ReplayStream;

  [[nodiscard]] const capture::Event* current() const noexcept;
  [[nodiscard]] bool at(capture::Kind kind) const noexcept;
  void advance();
  /// Waits on `wakeup` until the current event's moment has come; true at once when it has.
  [[nodiscard]] bool is_due();
  [[nodiscard]] asio::awaitable<void> wait(async::Wakeup& wakeup);

  std::vector<const capture::Event*> events_;  ///< of the link only
  std::size_t place_ = 0;
  double speed_;
  Steady begin_ = std::chrono::steady_clock::now();
  std::string deviation_;
  bool asked_ = false;    ///< a request was written whose outcome is not known yet
  bool expired_ = false;  ///< and the channel was told that the wait is over
  bool reading_ = false;  ///< all that could be read was looked at
  bool started_ = false;
  bool open_ = false;
  async::Wakeup opener_;
  async::Wakeup reader_;
  async::Wakeup asker_;
};

class ReplayLink final : public Link {
 public:
  explicit ReplayLink(Tape& tape) : tape_{&tape} {}
  /// The next recorded opening; its error when it was refused. Never completes after the end of the
  /// recording.
  [[nodiscard]] asio::awaitable<Result<std::unique_ptr<ByteStream>>> open() override;
  [[nodiscard]] std::string endpoint() const override { return "replay"; }

 private:
  Tape* tape_;
};

}  // namespace busbar::link
