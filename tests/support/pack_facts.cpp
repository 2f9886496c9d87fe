// The model behind these bounds is src/simulate/orion_pack.cpp; each query has its own set of keys.
#include "support/pack_facts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace busbar::test {
namespace {

using Json = nlohmann::json;

class Facts {
 public:
  Facts(const Json& readings, unsigned address, unsigned cells)
      : readings_{readings}, address_{address}, cells_{cells} {
    for (const auto& [key, value] : readings.items()) keys_.insert(key);
  }

  std::string voltages() {
    std::vector<long> millivolts;
    for (unsigned cell = 1; cell <= cells_; ++cell) {
      const std::string number = (cell < 10 ? "0" : "") + std::to_string(cell);
      millivolts.push_back(std::lround(take("cell_" + number + "_voltage", 2.87, 3.49) * 1000));
    }
    // Every pack has its own pattern of differences between its cells: another pack's cells do not fit it.
    for (unsigned cell = 0; cell < cells_; ++cell) {
      if (millivolts[cell] - spread(cell) != millivolts[0] - spread(0)) {
        complain("cell " + std::to_string(cell + 1) + " is not of pack " + std::to_string(address_));
      }
    }
    const auto [low, high] = std::ranges::minmax(millivolts);
    const auto volts = [](long value) { return static_cast<double>(value) / 1000; };
    take("cell_count", cells_, cells_);
    take("system_cell_count", cells_, cells_);
    take("probe_count", 6, 6);
    take("cell_voltage_min", volts(low) - 1e-6, volts(low) + 1e-6);
    take("cell_voltage_max", volts(high) - 1e-6, volts(high) + 1e-6);
    take("cell_voltage_mean", volts(low), volts(high));
    take("cell_voltage_delta", volts(high - low) - 1e-6, volts(high - low) + 1e-6);
    return verdict();
  }

  std::string status() {
    const double current = take("current", -49, 31);
    const bool charge = current > 29, discharge = current < -47;
    if (current != 0 && !charge && !discharge)
      complain("no pack has a current of " + std::to_string(current));
    take("charging", charge);
    take("discharging", discharge);
    for (int probe = 1; probe <= 4; ++probe) take("cell_temperature_" + std::to_string(probe), 17, 32);
    take("mos_temperature", 21, 34);
    take("ambient_temperature", 17, 25);
    take("software_version", 23, 23);
    for (const auto* free :
         {"full_charge_protection", "discharge_overcurrent", "discharge_mos", "charge_mos"}) {
      keys_.erase(free);
    }
    // Everything else is an alarm that no simulated pack raises.
    for (const auto& key : std::set<std::string>{keys_}) take(key, false);
    return verdict();
  }

  std::string capacity() {
    const double remaining = take("remaining_capacity", 0, 100);
    take("soc", std::floor(remaining) - 1, std::ceil(remaining) + 1);
    take("design_capacity", 100, 100);
    take("full_capacity", 100, 100);
    take("cycles", 12, 13);
    take("charge_interval", 0, 0);
    take("longest_charge_interval", 24, 24);
    take("hardware_version", 11, 11);
    const double low = take("min_cell_voltage", 2.87, 3.49);
    const double high = take("max_cell_voltage", low, low + 0.0061);
    take("pack_voltage", low * cells_ - 0.011, high * cells_ + 0.011);
    keys_.erase("time_to_empty");
    keys_.erase("time_to_full");
    keys_.erase("scheme");
    return verdict();
  }

  std::string serial_number() {
    if (readings_.value("serial_number", "") != "BUSBAR-SIMULATOR") complain("another serial number");
    keys_.erase("serial_number");
    return verdict();
  }

 private:
  [[nodiscard]] long spread(unsigned cell) const { return static_cast<long>((cell * 5 + address_ * 3) % 7); }

  double take(const std::string& key, double least, double most) {
    keys_.erase(key);
    const auto found = readings_.find(key);
    if (found == readings_.end() || !found->is_number()) {
      complain(key + " is missing");
      return least;
    }
    const auto value = found->get<double>();
    if (!(value >= least && value <= most)) complain(key + " is " + std::to_string(value));
    return value;
  }

  void take(const std::string& key, bool expected) {
    keys_.erase(key);
    const auto found = readings_.find(key);
    if (found == readings_.end() || *found != expected)
      complain(key + " is not " + (expected ? "true" : "false"));
  }

  void complain(const std::string& what) { complaint_ += (complaint_.empty() ? "" : "; ") + what; }

  std::string verdict() {
    for (const auto& key : keys_) complain("it has no '" + key + "'");
    return complaint_;
  }

  const Json& readings_;
  unsigned address_;
  unsigned cells_;
  std::set<std::string> keys_;
  std::string complaint_;
};

}  // namespace

std::string impossible(std::string_view report, unsigned address, unsigned cells) {
  const auto document = Json::parse(report, nullptr, false);
  if (!document.is_object() || !document.contains("readings")) return "no report: " + std::string{report};
  const Json& readings = document["readings"];
  const auto query = document.value("query", "");
  Facts facts{readings, address, cells};
  const std::string complaint = query == "voltages"        ? facts.voltages()
                                : query == "status"        ? facts.status()
                                : query == "capacity"      ? facts.capacity()
                                : query == "serial_number" ? facts.serial_number()
                                                           : "a query that nobody made";
  return complaint.empty() ? "" : complaint + " in " + std::string{report};
}

}  // namespace busbar::test
