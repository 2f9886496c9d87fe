// The text of --dry-run: the resolved configuration, then, as YAML comments, the schedule and the bus-time
// budget.
#include "app/budget.hpp"
#include "app/describe_settings.hpp"
#include "app/substitution.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace busbar::app {
namespace {

using Row = std::vector<std::string>;

// The first `left` columns are flush left, the others flush right.
std::string table(const std::vector<Row>& rows, std::size_t left) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = "# ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string fill(widths[i] - row[i].size(), ' ');
      line += "  " + (i < left ? row[i] + fill : fill + row[i]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

std::string fixed(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string schedule(const Configuration& configuration) {
  std::vector<Row> rows{{"device", "query", "every"}};
  for (const DeviceConfiguration& device : configuration.devices) {
    for (const auto& [query, interval] : device.intervals) {
      rows.push_back(
          {device.id, query, interval.count() == 0 ? "on demand" : yaml::format_duration(interval)});
    }
  }
  return "\n# Schedule\n" + table(rows, 2);
}

std::string budget_table(const ChannelBudget& budget) {
  std::vector<Row> rows{{"device", "query", "every", "bus time", "share"}};
  for (const BudgetLine& line : budget.lines) {
    rows.push_back({line.device, line.query, yaml::format_duration(line.interval),
                    fixed(line.cost_ms, 1) + " ms", fixed(line.share * 100, 1) + " %"});
  }
  rows.push_back({"all", "", "", "", fixed(budget.utilisation * 100, 1) + " %"});
  return "\n# Bus time of channel " + budget.channel + " at " + std::to_string(budget.baud) + " baud\n" +
         table(rows, 2);
}

}  // namespace

std::string describe(const Configuration& configuration, const profile::Library& profiles) {
  std::string text = "# " + configuration.file + ", with all defaults\n" + settings_as_yaml(configuration);
  text += schedule(configuration);
  for (const ChannelBudget& budget : bus_budget(configuration, profiles)) {
    text += budget_table(budget);
  }
  for (const std::string& warning : budget_warnings(configuration, profiles)) {
    text += "\n# Warning: " + warning + '\n';
  }
  return mask_secrets(std::move(text), configuration.secrets);
}

}  // namespace busbar::app
