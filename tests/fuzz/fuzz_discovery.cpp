// Any bytes as a retained discovery message of an earlier run: what they make us publish is publishable, is
// JSON, and is remembered in a state file that reads back.
#include "sink/mqtt/announcer.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace busbar::sink;
  if (size > 64 * 1024) return 0;  // the connection does not pass on more than 1 MiB
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  const mqtt::Options options;
  mqtt::Announcer announcer{options, "1.2.3", {}};
  static_cast<void>(announcer.recall("homeassistant/device/busbar_shed/config", payload));
  DeviceDescription device;
  device.id = "shed";
  announcer.describe(device);
  announcer.start(0);
  for (const auto& message : announcer.take_messages()) {
    if (!mqtt::is_publishable(message.topic)) std::abort();
    if (!message.payload && !nlohmann::json::accept(announcer.render(message.topic))) std::abort();
  }
  const auto text = mqtt::to_text(announcer.published());
  if (mqtt::published_from(text) != announcer.published()) std::abort();
  return 0;
}
