// busbar cells: the cell voltages of the chosen devices as bars, lowest and highest marked.
#include "app/command.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/target.hpp"
#include "sink/sink.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>

namespace busbar::app {
namespace {

constexpr std::string_view cell_family = "cell_voltage";
constexpr int bar_width = 40;

/// Keeps the cells of every report and draws them at the end.
class CellsSink final : public sink::Sink {
 public:
  [[nodiscard]] std::string_view name() const override { return "cells"; }
  void describe(const sink::DeviceDescription& device) override { names_[device.id] = device.name; }
  void forget(std::string_view) override {}
  void availability(std::string_view, Availability, std::string_view) override {}

  void publish(const Report& report) override {
    ++account_.accepted;
    ++account_.acknowledged;
    for (const auto& reading : report.readings) {
      const auto* volts = std::get_if<double>(&reading.value);
      if (reading.quantity->family == cell_family && volts != nullptr) {
        cells_[report.device][reading.quantity->index] = *volts;
      }
    }
  }

  asio::awaitable<void> run() override { co_return; }

  asio::awaitable<void> finish(Steady, bool) override {
    for (const auto& [device, cells] : cells_) draw(names_[device], cells);
    std::cout.flush();
    co_return;
  }

  [[nodiscard]] SinkAccount account() const override {
    auto account = account_;
    account.name = "cells";
    return account;
  }

 private:
  static void draw(const std::string& device, const std::map<int, double>& cells) {
    const auto by_volts = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [low, high] = std::minmax_element(cells.begin(), cells.end(), by_volts);
    const double span = high->second - low->second;
    std::cout << device << "  " << cells.size() << " cells, spread " << std::lround(span * 1000) << " mV\n";
    for (const auto& [index, volts] : cells) {
      const double share = span > 0 ? (volts - low->second) / span : 1.0;
      const int length = 1 + static_cast<int>(std::lround(share * (bar_width - 1)));
      std::cout << std::setw(4) << index << "  " << std::fixed << std::setprecision(3) << volts << " V  "
                << std::string(static_cast<std::size_t>(length), '#');
      if (span > 0 && volts == low->second) std::cout << "  lowest";
      if (span > 0 && volts == high->second) std::cout << "  highest";
      std::cout << "\n";
    }
  }

  SinkAccount account_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::map<int, double>> cells_;
};

/// Leaves only the queries that carry cells, so that the answer comes at once.
void ask_for_cells_only(Setup& target) {
  for (auto& device : target.configuration.devices) {
    for (const auto& query : target.profiles.find(device.profile)->queries) {
      const auto& quantities = query.decoder.quantities();
      const bool has_cells = std::any_of(quantities.begin(), quantities.end(), [](const auto* quantity) {
        return quantity->family == cell_family;
      });
      if (!has_cells) {
        device.intervals.erase(query.request.name);
      } else if (device.intervals[query.request.name].count() == 0) {
        device.intervals[query.request.name] = query.interval;
      }
    }
  }
}

}  // namespace

int cells_command(const CommandArguments& arguments) {
  Arguments options{"busbar cells [DEVICE…] [--config FILE | --link URL --profile NAME --address N]",
                    "Asks each device for its cell voltages and draws them."};
  declare_target(options);
  if (const auto code = options.parse(arguments)) return *code;
  int code = exit_ok;
  auto target = choose_target(options, code);
  if (!target) return code;
  ask_for_cells_only(*target);
  std::vector<std::unique_ptr<sink::Sink>> sinks;
  sinks.push_back(std::make_unique<CellsSink>());
  return run_once(std::move(*target), std::move(sinks));
}

}  // namespace busbar::app
