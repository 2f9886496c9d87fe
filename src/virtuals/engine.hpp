// From reports to virtual readings: the graph of definitions, its values and its counters. Pure: the time
// comes with the reports.
#pragma once

#include "virtuals/definition.hpp"
#include "virtuals/formula.hpp"
#include "virtuals/integrator.hpp"

#include <busbar/model/report.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::virtuals {

/// Watt-hours by "device.key".
using Counters = std::map<std::string, double>;

class Engine {
 public:
  /// A gap that was not integrated: the counter's name and how long it was.
  using OnGap = std::function<void(const std::string& counter, std::chrono::milliseconds gap)>;

  /// Formulas that do not compile give no values; the configuration has refused them.
  explicit Engine(Options options, OnGap on_gap = {});

  /// What one measured report leads to: one report of all virtual readings of each device concerned. A
  /// reading that has no value now is in it as "not available".
  [[nodiscard]] std::vector<Report> take(const Report& report);
  /// The device does not answer: what it measured counts no more.
  [[nodiscard]] std::vector<Report> lose(std::string_view device, Steady now, UtcMillis time);
  /// Reports of virtual devices that were held back to keep their interval.
  [[nodiscard]] std::vector<Report> flush();

  [[nodiscard]] Counters counters() const;
  /// Counters of which nothing is known yet begin here.
  void restore(const Counters& counters);
  /// Goes on with what `before` knows: measured values, counters and open integrals of the same name.
  void inherit(const Engine& before);

  /// Results that were no number or outside their range, by device.
  [[nodiscard]] std::uint64_t dropped(std::string_view device) const;
  [[nodiscard]] std::uint64_t reports(std::string_view device) const;
  [[nodiscard]] const Options& options() const noexcept { return options_; }

 private:
  struct Slot {  ///< the newest value of one source
    std::optional<double> value;
    std::string query;  ///< that it came with; "" = virtual
    Steady expires{};
    Steady received{};
    bool touched = false;  ///< in this round
  };
  struct Node {
    std::size_t definition;
    std::vector<std::size_t> inputs;
    std::size_t output;
    std::optional<Formula> formula;
    std::optional<Integrator> integrator;
    double total = 0;      ///< watt-hours
    bool counted = false;  ///< the total is known
  };
  struct Home {  ///< a device with virtual readings
    std::vector<std::size_t> nodes;
    std::optional<std::chrono::milliseconds> interval;  ///< of a virtual device
    bool dirty = false;
    std::optional<Steady> reported;
    std::size_t present = 0;  ///< values in the last report
    std::uint64_t sequence = 0;
    std::uint64_t dropped = 0;
    Steady newest{};
    UtcMillis newest_time{};
  };

  std::size_t slot(const Source& source);
  void evaluate(Steady now, UtcMillis time);
  void compute(Node& node, Steady now);
  std::optional<double> plausible(const Quantity& quantity, double value, Home& home) const;
  std::vector<Report> collect(Steady now);
  Report report_of(const std::string& device, Home& home);

  Options options_;
  OnGap on_gap_;
  std::map<Source, std::size_t> names_;
  std::vector<Slot> slots_;
  std::vector<double> values_;  ///< of the node that is computed
  std::vector<Node> nodes_;
  std::map<std::string, Home, std::less<>> homes_;
};

}  // namespace busbar::virtuals
