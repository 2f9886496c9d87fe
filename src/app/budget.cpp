// The bus-time budget: the sum over all polls of (bytes × 10 / baud + think time + spacing) / interval.
#include "app/budget.hpp"

#include "yaml/map_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr double bits_per_byte = 10;  // start, 8 data, stop
constexpr double think_time_ms = 20;  // from the last byte of a request to the first of its answer
constexpr double comfortable = 0.8;   // above, retries and writes have to wait

// Request, thinking, answer, spacing. With several devices every poll is taken to change the unit: the worst
// case.
double cost_ms(const profile::ProfileQuery& query, const channel::Options& options, bool shared) {
  const auto bytes = static_cast<double>(query.typical_request + query.typical_response);
  const milliseconds spacing =
      query.spacing.value_or(options.spacing) + (shared ? options.on_unit_change : 0ms);
  return bytes * bits_per_byte * 1000.0 / std::max(options.baud, 1U) + think_time_ms +
         static_cast<double>(spacing.count());
}

// Retries, probes and writes are not in it; that is what the comfortable load leaves room for.
ChannelBudget budget_of(const ChannelConfiguration& channel, const Configuration& configuration,
                        const profile::Library& profiles) {
  ChannelBudget budget{channel.id, channel.channel.baud, {}, 0};
  const auto devices = std::count_if(configuration.devices.begin(), configuration.devices.end(),
                                     [&](const DeviceConfiguration& d) { return d.channel == channel.id; });
  for (const DeviceConfiguration& device : configuration.devices) {
    const profile::Profile* const profile = profiles.find(device.profile);
    if (device.channel != channel.id || profile == nullptr) {
      continue;
    }
    for (const profile::ProfileQuery& query : profile->queries) {
      const auto interval = device.intervals.find(query.request.name);
      if (interval == device.intervals.end() || interval->second <= 0ms) {
        continue;
      }
      const double cost = cost_ms(query, channel.channel, devices > 1);
      const double share = cost / static_cast<double>(interval->second.count());
      budget.lines.push_back({device.id, query.request.name, interval->second, cost, share});
      budget.utilisation += share;
    }
  }
  return budget;
}

// The query that takes most of the wire, over all devices that ask it.
struct Heaviest {
  std::string query;
  std::size_t devices = 0;
  double share = 0;
  double cost_ms = 0;
};

Heaviest heaviest(const ChannelBudget& budget) {
  std::map<std::string, Heaviest> sums;
  for (const BudgetLine& line : budget.lines) {
    Heaviest& sum = sums[line.query];
    sum.query = line.query;
    sum.devices += 1;
    sum.share += line.share;
    sum.cost_ms += line.cost_ms;
  }
  const auto most = std::max_element(
      sums.begin(), sums.end(), [](const auto& a, const auto& b) { return a.second.share < b.second.share; });
  return most == sums.end() ? Heaviest{} : most->second;
}

// The shortest round interval of that query that brings the channel to a comfortable load; the longest if
// none does.
milliseconds advised_interval(const ChannelBudget& budget, const Heaviest& query) {
  constexpr std::array<milliseconds, 15> round{1s,   2s,   5s,    10s,   15s,   20s, 30s, 1min,
                                               2min, 5min, 10min, 15min, 30min, 1h,  2h};
  const double others = budget.utilisation - query.share;
  const auto fits = std::find_if(round.begin(), round.end(), [&](milliseconds interval) {
    const double share = query.cost_ms / static_cast<double>(interval.count());
    return share < query.share && others + share <= comfortable;
  });
  return fits == round.end() ? round.back() : *fits;
}

// "voltages of 8 devices to 5s"
std::string advice(const ChannelBudget& budget) {
  const Heaviest query = heaviest(budget);
  return query.query + " of " + std::to_string(query.devices) +
         (query.devices == 1 ? " device" : " devices") + " to " +
         yaml::format_duration(advised_interval(budget, query));
}

}  // namespace

std::vector<ChannelBudget> bus_budget(const Configuration& configuration, const profile::Library& profiles) {
  std::vector<ChannelBudget> list;
  for (const ChannelConfiguration& channel : configuration.channels) {
    list.push_back(budget_of(channel, configuration, profiles));
  }
  return list;
}

std::vector<std::string> budget_warnings(const Configuration& configuration,
                                         const profile::Library& profiles) {
  std::vector<std::string> warnings;
  for (const ChannelBudget& budget : bus_budget(configuration, profiles)) {
    const std::string needed = std::to_string(std::lround(std::ceil(budget.utilisation * 100)));
    if (budget.utilisation > 1) {
      warnings.push_back("channel " + budget.channel + ": the polls asked for need " + needed +
                         " % of the wire; lengthen intervals, e.g. " + advice(budget));
    } else if (budget.utilisation > comfortable) {
      warnings.push_back("channel " + budget.channel + ": the polls asked for need " + needed +
                         " % of the wire, which leaves little room for retries and writes; consider " +
                         advice(budget));
    }
  }
  return warnings;
}

}  // namespace busbar::app
