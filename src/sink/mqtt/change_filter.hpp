// Decides which reports are worth publishing when the site asks for changes only. Pure: the time comes with
// the report.
#pragma once

#include "sink/mqtt/options.hpp"

#include <busbar/model/report.hpp>

#include <map>
#include <string>
#include <string_view>

namespace busbar::sink::mqtt {

class ChangeFilter {
 public:
  explicit ChangeFilter(const Options& options) : options_{&options} {}

  /// True when the report has to be published: always in mode `every`; in `on_change` when a reading
  /// appeared, vanished, or moved by at least its deadband from what was *published* last, or when the
  /// heartbeat is due.
  [[nodiscard]] bool passes(const Report& report);
  void forget(std::string_view device);

 private:
  struct Sent {
    std::map<std::string, Value, std::less<>> values;
    Steady at{};
  };
  static void note(Sent& sent, const Report& report);
  [[nodiscard]] bool changed(const Sent& sent, const Report& report) const;
  [[nodiscard]] bool differs(const Quantity& quantity, const Value& before, const Value& now) const;

  const Options* options_;
  using Queries = std::map<std::string, Sent, std::less<>>;

  std::map<std::string, Queries, std::less<>> sent_;  ///< by device and query
};

}  // namespace busbar::sink::mqtt
