// Readings and health as one page of text. Pure: no clock, no I/O.
#pragma once

#include "sink/prometheus/own_metrics.hpp"
#include "sink/prometheus/readings.hpp"

#include <string>

namespace busbar::sink::prometheus {

/// The whole page, ending in a newline; freshness is judged at `health.now`.
[[nodiscard]] std::string exposition(const Readings& readings, const Health& health, const Process& process);

}  // namespace busbar::sink::prometheus
