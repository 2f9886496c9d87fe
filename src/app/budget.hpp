// How much of each channel's wire the configured polls need, from the sizes of requests and typical answers.
#pragma once

#include "app/configuration.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace busbar::app {

/// What one query of one device asks of the bus.
struct BudgetLine {
  std::string device;
  std::string query;
  std::chrono::milliseconds interval{};
  double cost_ms = 0;  ///< request, think time, answer, spacing
  double share = 0;    ///< of the wire: cost / interval
};

struct ChannelBudget {
  std::string channel;
  unsigned baud = 0;
  std::vector<BudgetLine> lines;  ///< in the order of the configuration; queries on demand are left out
  double utilisation = 0;         ///< 1.0 = the wire is always busy
};

/// One per channel, in the order of the configuration. 10 bits a byte; 20 ms are assumed for a device to
/// think.
[[nodiscard]] std::vector<ChannelBudget> bus_budget(const Configuration& configuration,
                                                    const profile::Library& profiles);

}  // namespace busbar::app
