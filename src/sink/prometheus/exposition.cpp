// Readings and health as one page of text. Pure: no clock, no I/O.
#include "sink/prometheus/exposition.hpp"

namespace busbar::sink::prometheus {

std::string exposition(const Readings& readings, const Health& health, const Process& process) {
  std::string page;
  append_own_metrics(page, health, process);
  readings.append(page, health.now);
  return page;
}

}  // namespace busbar::sink::prometheus
