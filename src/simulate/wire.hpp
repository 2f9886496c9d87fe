// The simulated wire: one transmission at a time, each byte taking its time at the baud rate.
#pragma once

#include "async/asio.hpp"
#include "async/wakeup.hpp"
#include "simulate/faults.hpp"
#include "simulate/peer.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

namespace busbar::simulate {

class Wire {
 public:
  using Clock = std::chrono::steady_clock;

  Wire(asio::any_io_executor executor, unsigned baud);

  /// `transmission` goes to `peer` at `due` plus its own delay, or when the wire is free if that is later.
  void schedule(Clock::time_point due, std::shared_ptr<Peer> peer, Transmission transmission);
  /// Time that so many bytes take.
  [[nodiscard]] std::chrono::nanoseconds duration(std::size_t bytes) const;
  /// A response that no fault slows down is due or under way.
  [[nodiscard]] bool answering() const noexcept { return prompt_ > 0; }
  [[nodiscard]] std::uint64_t completed() const noexcept { return completed_; }

  /// Transmits until stop(); holds the wire alive.
  static asio::awaitable<void> run(std::shared_ptr<Wire> self);
  void stop();

 private:
  struct Job {
    std::shared_ptr<Peer> peer;
    Transmission transmission;
  };
  [[nodiscard]] asio::awaitable<void> transmit(Clock::time_point at, Job job);
  [[nodiscard]] asio::awaitable<void> transmit(Peer& peer, const Piece& piece);

  unsigned baud_;
  async::Wakeup changed_;
  std::multimap<Clock::time_point, Job> jobs_;
  Clock::time_point free_{};  ///< end of the last byte sent
  std::size_t prompt_ = 0;
  std::uint64_t completed_ = 0;
  bool stopped_ = false;
};

}  // namespace busbar::simulate
