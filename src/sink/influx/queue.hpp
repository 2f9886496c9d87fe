// Points that wait for the server, oldest first, bounded by number and bytes. Pure.
#pragma once

#include "model/health.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace busbar::sink::influx {

class Queue {
 public:
  Queue(std::size_t max_points, std::size_t max_bytes) : max_points_{max_points}, max_bytes_{max_bytes} {}

  /// Takes a line. When there is no room, the oldest ones that are not under way are dropped and counted.
  void put(std::string line);
  /// The text of up to `points` of the oldest lines, 1 MiB at most but at least one line. They stay here
  /// until settle().
  [[nodiscard]] std::string take(std::size_t points);
  /// How the batch ended: of its points `refused` were dropped by the server, the others written.
  void settle(std::uint64_t refused);
  /// The batch did not arrive: it is the oldest again.
  void give_back() noexcept { in_flight_ = 0; }

  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  /// The counts only.
  [[nodiscard]] SinkAccount account() const;

 private:
  void drop_oldest();

  std::size_t max_points_;
  std::size_t max_bytes_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  std::size_t in_flight_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace busbar::sink::influx
