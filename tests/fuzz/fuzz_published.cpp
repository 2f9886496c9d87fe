// Any bytes as the state file of the MQTT sink: refused, or a list of topics that can be published to and
// that reads back the same.
#include "sink/mqtt/published.hpp"
#include "sink/mqtt/topics.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace busbar::sink::mqtt;
  if (size > 64 * 1024) return 0;  // a file may have 16 MiB
  const auto published = published_from({reinterpret_cast<const char*>(data), size});
  if (!published) return 0;
  for (const auto& [id, device] : published->devices) {
    for (const auto& topic : device.topics) {
      if (!is_publishable(topic)) std::abort();
    }
  }
  if (published_from(to_text(*published)) != published) std::abort();
  return 0;
}
