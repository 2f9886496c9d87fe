// The daemon's own state as metrics: process, devices, channels, sinks.
#pragma once

#include "model/health.hpp"
#include "sink/process.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace busbar::sink::prometheus {

/// Some lines of a page, to be appended one part after the other.
using Part = std::function<void(std::string& out)>;
using Parts = std::vector<Part>;

/// `health` outlives the parts.
void add_own_metrics(Parts& parts, const Health& health, const Process& process);

}  // namespace busbar::sink::prometheus
