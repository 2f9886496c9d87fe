// The latest readings of every device as samples, in copies of their own, and the account of the reports they
// came in.
#pragma once

#include "sink/prometheus/metric_name.hpp"
#include "sink/prometheus/pieces.hpp"
#include "sink/prometheus/units.hpp"
#include "sink/sink.hpp"

#include <busbar/model/report.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink::prometheus {

/// How long a reading counts as fresh after it came, and is exported: 3 × the interval of its query, at least
/// 30 s; 5 min for a query that is asked on demand only. A device that falls silent thus has no values,
/// rather than old ones.
[[nodiscard]] std::chrono::milliseconds fresh_for(std::chrono::milliseconds interval);

class Readings {
 public:
  void describe(const DeviceDescription& device);
  void forget(std::string_view device);
  /// Replaces everything the same query of the same device gave before: what the new report lacks is gone.
  /// A reading that was there before costs no allocation: its series is known, only the value is new.
  void store(const Report& report);
  /// The same where what is stored is delivered: acknowledged at once.
  void serve(const Report& report);

  /// The text of a page in the making, family by family.
  struct Page {
    std::string last_device;       ///< of those that are done, in order of their ids
    Pieces devices;                ///< their descriptions
    std::vector<Pieces> families;  ///< their samples, in the order in which the families became known
  };
  /// Adds the next devices, with what is fresh at `now`. False: there were no more. Devices may come and go
  /// between two calls: each is on the page once, or not at all.
  bool collect(Page& page, Steady now) const;
  /// All of it, families sorted by name.
  void append(Pieces& out, Page&& page) const;

  /// What has been stored up to here: taken with the text, given back once the text has been delivered.
  [[nodiscard]] std::uint64_t mark() const noexcept { return accepted_; }
  /// The text made at `mark` reached its destination.
  void acknowledge(std::uint64_t mark, Steady made);
  /// Counts of reports: accepted, acknowledged, queued, dropped, coalesced (replaced before they were
  /// delivered).
  [[nodiscard]] SinkAccount account() const;

 private:
  struct Metric {
    Family family;
    std::size_t index = 0;  ///< in order of becoming known
  };
  struct Sample {
    const Quantity* quantity;  ///< not looked into: it may be gone
    const Metric* metric;
    const UnitRule* rule;
    std::string labels;   ///< beside the device's
    std::uint32_t fixed;  ///< characters of them that do not depend on the value
    double value;
  };
  struct Slot {  ///< the latest report of one query
    std::chrono::milliseconds interval{};
    Steady received{};
    std::uint64_t number = 0;  ///< of the report among all accepted ones
    bool pending = false;
    std::vector<Sample> samples;
    std::size_t used = 0;  ///< while a report is stored: samples it has given so far
  };
  struct Device {
    std::string label;
    std::string info;  ///< labels of busbar_device_info
    std::map<std::string, Slot, std::less<>> slots;
  };

  Device& device(std::string_view id);
  Slot& take(const Report& report);
  Sample& sample(Slot& slot, const Quantity& quantity, const std::string* state = nullptr);
  const Metric& metric(const Quantity& quantity);
  void add_samples(Slot& slot, const Reading& reading);
  static void collect(Page& page, const Device& device, Steady now);

  std::map<std::string, Metric, std::less<>> metrics_;
  std::map<std::string, Device, std::less<>> devices_;
  std::uint64_t accepted_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t coalesced_ = 0;
};

}  // namespace busbar::sink::prometheus
