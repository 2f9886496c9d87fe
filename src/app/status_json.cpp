// Joins the texts of the diagnostics.
#include "app/status_json.hpp"

#include "sink/mqtt/diagnostics.hpp"
#include "sink/process.hpp"

namespace busbar::app {

std::string status_json(const Health& health) {
  std::string text = "{\"daemon\":" + sink::mqtt::daemon_diagnostics(health, sink::this_process(health.now)) +
                     ",\"devices\":{";
  // Ids are [a-z0-9_-]+: nothing to escape.
  const char* separator = "";
  for (const auto& device : health.devices) {
    text.append(separator).append("\"").append(device.id).append("\":");
    text += sink::mqtt::device_diagnostics(device);
    separator = ",";
  }
  return text + "}}";
}

}  // namespace busbar::app
