// What the operating system says about this process.
#pragma once

#include "model/health.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace busbar::sink {

/// Facts about the process that Health does not carry.
struct Process {
  std::optional<std::uint64_t> resident_bytes{};
  std::optional<double> cpu_seconds{};
  std::chrono::nanoseconds uptime{};
};

/// From /proc/self/statm and getrusage; what cannot be read is left empty. `started` is a steady moment.
[[nodiscard]] Process this_process(Steady started);

}  // namespace busbar::sink
