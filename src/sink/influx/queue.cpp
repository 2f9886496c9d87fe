#include "sink/influx/queue.hpp"

#include <algorithm>
#include <utility>

namespace busbar::sink::influx {

void Queue::put(std::string line) {
  ++accepted_;
  bytes_ += line.size();
  lines_.push_back(std::move(line));
  while ((lines_.size() > max_points_ || bytes_ > max_bytes_) && lines_.size() > in_flight_) drop_oldest();
}

void Queue::drop_oldest() {
  const auto oldest = lines_.begin() + static_cast<std::ptrdiff_t>(in_flight_);
  bytes_ -= oldest->size();
  lines_.erase(oldest);
  ++dropped_;
}

std::string Queue::take(std::size_t points) {
  constexpr std::size_t largest = 1024 * 1024;
  std::string text;
  in_flight_ = 0;
  for (const std::string& line : lines_) {
    if (in_flight_ == points || (in_flight_ > 0 && text.size() + line.size() > largest)) break;
    text += line;
    ++in_flight_;
  }
  return text;
}

void Queue::settle(std::uint64_t refused) {
  refused = std::min<std::uint64_t>(refused, in_flight_);
  dropped_ += refused;
  written_ += in_flight_ - refused;
  for (; in_flight_ > 0; --in_flight_) {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
  }
}

SinkAccount Queue::account() const {
  SinkAccount account;
  account.accepted = accepted_;
  account.acknowledged = written_;
  account.dropped = dropped_;
  account.queued = lines_.size();
  return account;
}

}  // namespace busbar::sink::influx
