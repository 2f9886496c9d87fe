// The daemon's own state as metrics: process, devices, channels, sinks.
#pragma once

#include "model/health.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace busbar::sink::prometheus {

/// Facts about the process that Health does not carry.
struct Process {
  std::optional<std::uint64_t> resident_bytes{};
  std::optional<double> cpu_seconds{};
  std::chrono::nanoseconds uptime{};
};

/// From /proc/self/statm and getrusage; what cannot be read is left empty. `started` is a steady moment.
[[nodiscard]] Process this_process(Steady started);

void append_own_metrics(std::string& out, const Health& health, const Process& process);

}  // namespace busbar::sink::prometheus
