#include "sink/filter/aggregator.hpp"

#include <algorithm>
#include <cmath>

namespace busbar::sink::filter {

void Aggregator::Entry::add(const Reading& reading) {
  seen = true;
  // A profile that was loaded again has quantities of its own.
  if (!(quantity == *reading.quantity)) quantity = *reading.quantity;
  if (std::holds_alternative<std::monostate>(reading.value)) return;
  last = reading.value;
  double number = 0;
  if (const auto* measured = std::get_if<double>(&reading.value)) {
    number = *measured;
  } else if (const auto* flag = std::get_if<bool>(&reading.value)) {
    number = *flag ? 1 : 0;
  } else {
    return;
  }
  if (!std::isfinite(number)) return;
  sum += number;
  least = numbers == 0 ? number : std::min(least, number);
  greatest = numbers == 0 ? number : std::max(greatest, number);
  ++numbers;
}

Value Aggregator::Entry::value(Function function) const {
  const bool flag = quantity.kind == Kind::flag && function != Function::mean;
  if (numbers == 0 || (quantity.kind != Kind::measurement && !flag)) return last;
  const double number = function == Function::mean  ? sum / static_cast<double>(numbers)
                        : function == Function::min ? least
                                                    : greatest;
  if (flag) return number != 0;
  return number;
}

void Aggregator::Entry::clear() {
  last = {};
  sum = 0;
  numbers = 0;
  seen = false;
}

void Aggregator::add(const Report& report) {
  Window& window = devices_[report.device][report.query];
  ++window.reports;
  ++pending_;
  window.timestamp = report.timestamp;
  window.received = report.received;
  for (const Reading& reading : report.readings) {
    auto entry = std::ranges::find_if(
        window.entries, [&](const Entry& each) { return each.quantity.key == reading.quantity->key; });
    if (entry == window.entries.end()) {
      Entry fresh;
      fresh.quantity = *reading.quantity;
      entry = window.entries.insert(window.entries.end(), std::move(fresh));
    }
    entry->add(reading);
  }
}

std::vector<Report> Aggregator::take() {
  std::vector<Report> reports;
  for (auto& [device, windows] : devices_) {
    for (auto& [query, window] : windows) {
      if (window.reports == 0) continue;
      Report report;
      report.device = device;
      report.query = query;
      report.timestamp = window.timestamp;
      report.received = window.received;
      report.sequence = ++window.sequence;
      for (Entry& entry : window.entries) {
        if (entry.seen) report.readings.push_back({&entry.quantity, entry.value(function_)});
        entry.clear();
      }
      merged_ += window.reports - 1;
      pending_ -= window.reports;
      window.reports = 0;
      reports.push_back(std::move(report));
    }
  }
  return reports;
}

std::uint64_t Aggregator::forget(std::string_view device) {
  const auto found = devices_.find(device);
  if (found == devices_.end()) return 0;
  std::uint64_t reports = 0;
  for (const auto& [query, window] : found->second) reports += window.reports;
  pending_ -= reports;
  devices_.erase(found);
  return reports;
}

}  // namespace busbar::sink::filter
