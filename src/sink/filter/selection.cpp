#include "sink/filter/selection.hpp"

#include "model/glob.hpp"

#include <algorithm>

namespace busbar::sink::filter {

bool fits(std::string_view pattern, std::string_view device, std::string_view key) noexcept {
  const std::size_t dot = pattern.find('.');
  if (dot == std::string_view::npos) return glob_match(pattern, key);
  return glob_match(pattern.substr(0, dot), device) && glob_match(pattern.substr(dot + 1), key);
}

bool passes(const Options& options, std::string_view device, std::string_view key) noexcept {
  const auto fitting = [&](const std::string& pattern) { return fits(pattern, device, key); };
  if (std::ranges::any_of(options.exclude, fitting)) return false;
  return options.include.empty() || std::ranges::any_of(options.include, fitting);
}

std::optional<DeviceDescription> selected(const Options& options, const DeviceDescription& device) {
  DeviceDescription left = device;
  const auto refused = [&](const Quantity* quantity) { return !passes(options, device.id, quantity->key); };
  for (QueryDescription& query : left.queries) {
    std::erase_if(query.quantities, refused);
    std::erase_if(query.guaranteed, refused);
    // What is published every minute must not expire after three times ten seconds.
    if (options.aggregate && query.interval.count() > 0)
      query.interval = std::max(query.interval, options.aggregate->every);
  }
  std::erase_if(left.queries,
                [](const QueryDescription& query) { return query.quantities.empty() && !query.open; });
  // Who may not see a reading may not set it either.
  std::erase_if(left.settings, [&](const Setting& setting) {
    return !passes(options, device.id, setting.read_back.empty() ? setting.key : setting.read_back);
  });
  if (left.queries.empty()) return std::nullopt;
  return left;
}

bool select(const Options& options, const Report& report, Report& left) {
  left.device = report.device;
  left.query = report.query;
  left.timestamp = report.timestamp;
  left.received = report.received;
  left.sequence = report.sequence;
  // In place: a text is mostly written over one that is as long.
  std::size_t count = 0;
  for (const Reading& reading : report.readings) {
    if (!passes(options, report.device, reading.quantity->key)) continue;
    if (count == left.readings.size()) left.readings.emplace_back();
    left.readings[count++] = reading;
  }
  left.readings.resize(count);
  return count > 0;
}

}  // namespace busbar::sink::filter
