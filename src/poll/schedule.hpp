// Fixed-rate schedule of one device on the steady clock. Pure: the time is passed in.
#pragma once

#include <busbar/model/report.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace busbar::poll {

struct Due {
  std::size_t query = 0;  ///< index as given to add()
  Steady at{};            ///< the tick; start no earlier
};

class Schedule {
 public:
  /// `first` is the first tick; later ticks are first + n × period, whatever happens in between.
  void add(std::chrono::milliseconds period, Steady first);
  /// The tick of the query that waits longest. Ticks that lie a whole period or more before `now` are
  /// skipped and counted, never burst; a query keeps its place for all that, so that overload thins all of
  /// them alike.
  [[nodiscard]] Due next(Steady now);
  /// The tick returned by next() is done; moves that query to its following tick.
  void done(std::size_t query);
  /// The same where the device does not do what is asked: each time in a row the distance to the following
  /// tick doubles, up to longest_rest, or the period if that is longer. done() ends it. Ticks that are left
  /// out are not counted as skipped.
  void refused(std::size_t query);
  static constexpr std::chrono::minutes longest_rest{60};
  [[nodiscard]] std::uint64_t skipped() const noexcept { return skipped_; }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

 private:
  struct Entry {
    std::chrono::milliseconds period{};
    Steady next{};
    Steady since{};                    ///< the tick it waits for, before any was skipped
    std::chrono::milliseconds rest{};  ///< while refused: from the last tick to this one
  };
  std::vector<Entry> entries_;
  std::uint64_t skipped_ = 0;
};

/// Start offset of device `index` of `count` within `period`, so that starts do not coincide.
[[nodiscard]] std::chrono::milliseconds stagger(std::size_t index, std::size_t count,
                                                std::chrono::milliseconds period);

}  // namespace busbar::poll
