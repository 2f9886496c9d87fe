// Transmitting in order of time, in slices as a device server forwards them.
#include "simulate/wire.hpp"

#include <algorithm>
#include <utility>

namespace busbar::simulate {

Wire::Wire(asio::any_io_executor executor, unsigned baud) : baud_{baud}, changed_{std::move(executor)} {}

std::chrono::nanoseconds Wire::duration(std::size_t bytes) const {
  constexpr std::uint64_t bits_per_byte = 10;  // 8N1 with start and stop bit
  return std::chrono::nanoseconds{baud_ == 0 ? 0 : bytes * bits_per_byte * 1'000'000'000 / baud_};
}

void Wire::schedule(Clock::time_point due, std::shared_ptr<Peer> peer, Transmission transmission) {
  if (stopped_) return;
  if (transmission.prompt) ++prompt_;
  const auto when = due + transmission.delay;
  jobs_.emplace(when, Job{std::move(peer), std::move(transmission)});
  changed_.notify();
}

asio::awaitable<void> Wire::run(std::shared_ptr<Wire> self) {
  while (!self->stopped_) {
    if (self->jobs_.empty()) {
      co_await self->changed_.wait();
      continue;
    }
    if (co_await self->changed_.wait_until(self->jobs_.begin()->first)) continue;
    if (self->jobs_.empty()) continue;  // stop() in the same moment
    auto next = self->jobs_.extract(self->jobs_.begin());
    co_await self->transmit(next.key(), std::move(next.mapped()));
  }
}

asio::awaitable<void> Wire::transmit(Clock::time_point at, Job job) {
  free_ = std::max(at, free_);
  for (const Piece& piece : job.transmission.pieces) co_await transmit(*job.peer, piece);
  if (job.transmission.reset && !stopped_) job.peer->reset();
  if (job.transmission.prompt) --prompt_;
  ++completed_;
}

asio::awaitable<void> Wire::transmit(Peer& peer, const Piece& piece) {
  free_ += piece.pause;
  // Slices of about 10 ms. Times are reckoned from the start, so that late timers do not slow the line down.
  const std::size_t slice = baud_ == 0 ? piece.bytes.size() : std::max(1U, baud_ / 1000);
  for (std::size_t from = 0; from < piece.bytes.size() && !stopped_; from += slice) {
    const ByteView bytes = ByteView{piece.bytes}.subspan(from, std::min(slice, piece.bytes.size() - from));
    free_ += duration(bytes.size());
    if (free_ > Clock::now()) co_await async::wait_until(free_);
    if (!stopped_) peer.send(bytes);
  }
}

void Wire::stop() {
  stopped_ = true;
  jobs_.clear();
  changed_.notify();
}

}  // namespace busbar::simulate
