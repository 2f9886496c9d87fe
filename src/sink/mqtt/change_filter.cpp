// on_change: deadband per key, heartbeat per query.
#include "sink/mqtt/change_filter.hpp"

#include <cmath>

namespace busbar::sink::mqtt {

bool ChangeFilter::passes(const Report& report) {
  if (options_->mode == PublishMode::every) return true;
  const auto [found, first] = sent_[report.device].try_emplace(report.query);
  Sent& sent = found->second;
  const bool heartbeat = options_->heartbeat.count() > 0 && report.received - sent.at >= options_->heartbeat;
  if (!first && !heartbeat && !changed(sent, report)) return false;
  note(sent, report);
  return true;
}

/// Over the values of the report before, which mostly had the same keys.
void ChangeFilter::note(Sent& sent, const Report& report) {
  for (const auto& reading : report.readings) sent.values[reading.quantity->key] = reading.value;
  if (sent.values.size() > report.readings.size()) {
    sent.values.clear();
    for (const auto& reading : report.readings) sent.values.emplace(reading.quantity->key, reading.value);
  }
  sent.at = report.received;
}

void ChangeFilter::forget(std::string_view device) {
  const auto found = sent_.find(device);
  if (found != sent_.end()) sent_.erase(found);
}

bool ChangeFilter::changed(const Sent& sent, const Report& report) const {
  if (sent.values.size() != report.readings.size()) return true;
  for (const auto& reading : report.readings) {
    const auto before = sent.values.find(reading.quantity->key);
    if (before == sent.values.end() || differs(*reading.quantity, before->second, reading.value)) return true;
  }
  return false;
}

bool ChangeFilter::differs(const Quantity& quantity, const Value& before, const Value& now) const {
  const auto* old_number = std::get_if<double>(&before);
  const auto* new_number = std::get_if<double>(&now);
  if (old_number == nullptr || new_number == nullptr) return before != now;
  if (*old_number == *new_number) return false;
  // Not a number is published as null; no distance says how far that is from a value.
  if (!std::isfinite(*old_number) || !std::isfinite(*new_number))
    return std::isfinite(*old_number) != std::isfinite(*new_number);
  auto deadband = options_->deadband.find(quantity.key);
  if (deadband == options_->deadband.end()) deadband = options_->deadband.find(quantity.family);
  if (deadband == options_->deadband.end() || !(deadband->second > 0)) {
    return format_value(quantity, before) != format_value(quantity, now);
  }
  // Half a step of rounding, so that a change of exactly the deadband counts whatever the binary fractions
  // are.
  return std::abs(*new_number - *old_number) >= deadband->second * (1 - 1e-9);
}

}  // namespace busbar::sink::mqtt
