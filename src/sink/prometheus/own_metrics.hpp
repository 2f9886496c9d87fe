// The daemon's own state as metrics: process, devices, channels, sinks.
#pragma once

#include "model/health.hpp"
#include "sink/process.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace busbar::sink::prometheus {

void append_own_metrics(std::string& out, const Health& health, const Process& process);

}  // namespace busbar::sink::prometheus
