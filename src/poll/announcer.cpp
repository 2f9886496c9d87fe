// What changed is said once; the rest is counted.
#include "poll/announcer.hpp"

#include "poll/advice.hpp"

#include <spdlog/spdlog.h>

#include <bit>

namespace busbar::poll {

void Announcer::decoded(const std::string& query, const profile::Decoded& decoded) {
  auto total =
      standing_.count_values(decoded.readings.size(), decoded.drops.size(), decoded.anomalies.size());
  total -= decoded.drops.size();
  for (const profile::Drop& drop : decoded.drops) {
    // The 1st, 2nd, 4th, 8th …: a field that never fits must not fill the journal.
    if (!std::has_single_bit(++total)) continue;
    spdlog::warn("{} {}: dropped {}: {} ({} so far)", device_, query, drop.quantity->key, drop.reason, total);
  }
  for (const auto& anomaly : decoded.anomalies) spdlog::debug("{} {}: {}", device_, query, anomaly);
}

void Announcer::succeeded(const Report& report, const channel::Reply& reply,
                          std::chrono::milliseconds timeout) {
  if (refused_.erase(report.query) > 0) spdlog::info("{} {}: is answered now", device_, report.query);
  if (standing_.in_a_row() > 0) {
    spdlog::info("{} {}: answers again after {} failed polls", device_, report.query, standing_.in_a_row());
  }
  announce(standing_.succeeded(report.timestamp, report.received, reply.received - reply.sent));
  if (standing_.became_slow(timeout)) {
    spdlog::warn(
        "{} {}: answers take up to {:.0f} ms (p99), the timeout is {} ms: raise it before polls fail",
        device_, report.query, standing_.latency().p99, timeout.count());
  }
}

Error Announcer::failed(const std::string& query, const Error& error) {
  announce(standing_.failed(error));
  if (outcome_of(error.code) == Outcome::refused && refused_.insert(query).second) {
    spdlog::warn("{} {}: {}; it is asked ever more rarely, at last once an hour", device_, query,
                 error.detail);
  }
  if (outcome_of(error.code) == Outcome::failed && std::has_single_bit(standing_.repeats())) {
    spdlog::warn("{} {}: {}", device_, query, explain(error, standing_.repeats()));
  }
  return error;
}

void Announcer::announce(const std::optional<Standing::Change>& change) {
  if (!change) return;
  spdlog::info("{} is {}: {}", device_, to_string(change->availability), change->reason);
  sinks_.availability(device_, change->availability, change->reason);
}

}  // namespace busbar::poll
