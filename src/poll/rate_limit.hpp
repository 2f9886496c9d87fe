// So many a minute, and as many at once: a bucket of tokens. Pure: the time is passed in.
#pragma once

#include <busbar/model/report.hpp>

#include <chrono>

namespace busbar::poll {

class RateLimit {
 public:
  explicit RateLimit(unsigned per_minute) : capacity_{static_cast<double>(per_minute)}, tokens_{capacity_} {}

  /// True, and one token less; false when there is none.
  [[nodiscard]] bool take(Steady now);
  /// Until the next take() succeeds; zero when it would now.
  [[nodiscard]] std::chrono::seconds wait(Steady now) const;

 private:
  [[nodiscard]] double tokens(Steady now) const;

  double capacity_;
  double tokens_;
  Steady counted_ = Steady::min();  ///< the moment of tokens_
};

}  // namespace busbar::poll
