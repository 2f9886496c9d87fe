// Three parties take turns at one tape: the channel's opener, its reader, and the asker.
#include "link/replay.hpp"

#include <algorithm>
#include <utility>

namespace busbar::link {

using capture::Kind;

Tape::Tape(asio::any_io_executor executor, const std::vector<capture::Event>& events, double speed)
    : speed_{speed}, opener_{executor}, reader_{executor}, asker_{executor} {
  for (const auto& event : events) {
    const bool of_link = event.kind != Kind::device && event.kind != Kind::done && event.kind != Kind::end;
    if (of_link) events_.push_back(&event);
  }
}

const capture::Event* Tape::current() const noexcept {
  return place_ < events_.size() ? events_[place_] : nullptr;
}

bool Tape::at(Kind kind) const noexcept { return current() != nullptr && current()->kind == kind; }

/// To the next event. Whose turn that is, each finds out for itself.
void Tape::advance() {
  ++place_;
  opener_.notify();
  reader_.notify();
  asker_.notify();
}

/// At speed 0 everything is due at once; else when as much time has passed as then, divided by the speed.
bool Tape::is_due() {
  if (speed_ <= 0 || current() == nullptr) return true;
  const std::chrono::duration<double> since_begin = current()->offset - events_.front()->offset;
  return std::chrono::steady_clock::now() - begin_ >= since_begin / speed_;
}

asio::awaitable<void> Tape::wait(async::Wakeup& wakeup) {
  Steady until = Steady::max();
  if (speed_ > 0 && current() != nullptr) {
    const std::chrono::duration<double> since_begin = current()->offset - events_.front()->offset;
    const Steady due = begin_ + std::chrono::ceil<Steady::duration>(since_begin / speed_);
    // Past its moment the event waits for another party.
    if (due > std::chrono::steady_clock::now()) until = due;
  }
  (void)co_await wakeup.wait_until(until);
}

void Tape::start() {
  if (!std::exchange(started_, true)) opener_.notify();
}

/// True when the recording asks next, and the reader has taken all that came before. False: the tape has
/// ended.
asio::awaitable<bool> Tape::next_request() {
  while (current() != nullptr && !(at(Kind::sent) && reading_ && is_due())) co_await wait(asker_);
  co_return current() != nullptr;
}

asio::awaitable<bool> Tape::next_heard() {
  while (current() != nullptr && !(at(Kind::heard) && (reading_ || !open_) && is_due()))
    co_await wait(asker_);
  co_return current() != nullptr;
}

/// The exchange has ended here, too: a wait that expired is over.
void Tape::concluded() {
  asked_ = expired_ = false;
  reader_.notify();
}

class ReplayStream final : public ByteStream {
 public:
  explicit ReplayStream(Tape& tape) : tape_{&tape} {}

  asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
    for (;;) {
      if (closed_) co_return Error{Errc::connection_closed, "closed"};
      if (rest_.empty() && !tape_->expired_ && tape_->is_due()) {
        if (auto outcome = next()) co_return std::move(*outcome);
      }
      if (!rest_.empty()) co_return take(into);
      tape_->reading_ = true;
      tape_->asker_.notify();
      co_await tape_->wait(tape_->reader_);
      tape_->reading_ = false;
    }
  }

  asio::awaitable<Result<void>> write(ByteView bytes) override {
    if (!tape_->at(Kind::sent)) co_return Error{Errc::io_error, "the recording has no request here"};
    const Bytes& recorded = tape_->current()->bytes;
    if (!std::ranges::equal(recorded, bytes)) {
      tape_->deviation_ = "asked " + to_hex(bytes, ' ') + ", recorded is " + to_hex(recorded, ' ');
      co_return Error{Errc::io_error, tape_->deviation_};
    }
    tape_->asked_ = true;
    tape_->advance();
    co_return Result<void>{};
  }

  void close() override {
    closed_ = true;
    tape_->reader_.notify();
  }

  UtcMillis moment() const override { return moment_; }

 private:
  /// What the current event means to a reader; nullopt: nothing yet, or bytes are in rest_.
  std::optional<Result<std::size_t>> next() {
    const auto* const event = tape_->current();
    // The next request, or the end, while an answer is still waited for: this replay hears less than the
    // recording did. The wait has to end.
    const bool overdue = tape_->asked_ && (event == nullptr || event->kind == Kind::sent);
    if (overdue || (event != nullptr && event->kind == Kind::expired)) {
      if (!overdue) tape_->advance();
      if (!tape_->asked_) return std::nullopt;
      tape_->expired_ = true;
      return Error{Errc::timeout, "the recorded wait ended here"};
    }
    if (event != nullptr && event->kind == Kind::received) {
      rest_ = event->bytes;
      moment_ = event->utc;
      tape_->advance();
    } else if (event != nullptr && event->kind == Kind::closed) {
      tape_->open_ = false;
      tape_->advance();
      return Error{Errc::connection_closed, "closed, as recorded"};
    }
    return std::nullopt;
  }

  std::size_t take(std::span<std::uint8_t> into) {
    const std::size_t count = std::min(into.size(), rest_.size());
    std::copy_n(rest_.begin(), count, into.begin());
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
  }

  Tape* tape_;
  Bytes rest_;  ///< of a chunk that was larger than the reader's buffer
  UtcMillis moment_{};
  bool closed_ = false;
};

asio::awaitable<Result<std::unique_ptr<ByteStream>>> ReplayLink::open() {
  while (!tape_->started_ || !((tape_->at(Kind::open) || tape_->at(Kind::refused)) && tape_->is_due())) {
    co_await tape_->wait(tape_->opener_);
  }
  const auto& event = *tape_->current();
  tape_->open_ = event.kind == Kind::open;
  tape_->advance();
  if (event.kind == Kind::refused)
    co_return Error{event.error.value_or(Errc::connect_failed), "refused, as recorded"};
  co_return std::make_unique<ReplayStream>(*tape_);
}

}  // namespace busbar::link
