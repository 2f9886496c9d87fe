// Readings and health as one page of text, made in small steps: that of ten thousand devices has hundreds of
// thousands of lines, and polls do not wait for it.
#pragma once

#include "async/asio.hpp"
#include "sink/prometheus/own_metrics.hpp"
#include "sink/prometheus/readings.hpp"

#include <string>

namespace busbar::sink::prometheus {

/// A page in the making. Pure: no clock, no I/O.
class Exposition {
 public:
  /// Freshness is judged at `health.now`. `readings` outlives the page; it may change between two steps, and
  /// each device then stands there as it is when its turn comes.
  Exposition(const Readings& readings, Health health, Process process);
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  /// Some more of it: less than a millisecond's work. False: it was whole already.
  bool step();
  /// The whole page, ending in a newline.
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const Readings& readings_;
  const Health health_;
  Parts own_;
  std::size_t own_done_ = 0;
  Readings::Page page_;
  bool collected_ = false;
  Pieces pieces_;  // all of them, when it is
  std::string text_;
};

/// The whole page, with the loop free for others in between.
[[nodiscard]] asio::awaitable<std::string> exposition(const Readings& readings, Health health,
                                                      Process process);

}  // namespace busbar::sink::prometheus
