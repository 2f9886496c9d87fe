// All reports of one query of one device within a period become one. Pure: whoever uses it ends the periods.
#pragma once

#include "sink/filter/options.hpp"

#include <busbar/model/report.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink::filter {

class Aggregator {
 public:
  explicit Aggregator(Function function) noexcept : function_{function} {}

  void add(const Report& report);
  /// Ends the period: one report per query that had any, with the time of its last one. Measurements become
  /// their mean, least or greatest value; a flag is true if it ever was (max), if it always was (min), or as
  /// it was last (mean); everything else is as it was last. A value that was not available leaves the others
  /// alone. The reports name quantities of this object: they are valid until the next call of add() or
  /// forget().
  [[nodiscard]] std::vector<Report> take();
  /// Drops what a device has in the open period. Returns how many reports that were.
  std::uint64_t forget(std::string_view device);

  /// Reports in the open period.
  [[nodiscard]] std::uint64_t pending() const noexcept { return pending_; }
  /// Reports that went into those of ended periods, less these.
  [[nodiscard]] std::uint64_t merged() const noexcept { return merged_; }

 private:
  struct Entry {
    Quantity quantity;  ///< a copy: the profile may go while the period lasts
    Value last;
    double sum = 0;
    double least = 0;
    double greatest = 0;
    std::uint64_t numbers = 0;
    bool seen = false;  ///< in this period

    void add(const Reading& reading);
    [[nodiscard]] Value value(Function function) const;
    void clear();
  };
  struct Window {
    std::vector<Entry> entries;
    std::uint64_t reports = 0;
    std::uint64_t sequence = 0;
    UtcMillis timestamp{};
    Steady received{};
  };

  Function function_;
  std::map<std::string, std::map<std::string, Window>, std::less<>> devices_;
  std::uint64_t pending_ = 0;
  std::uint64_t merged_ = 0;
};

}  // namespace busbar::sink::filter
