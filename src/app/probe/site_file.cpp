#include "app/probe/site_file.hpp"

#include "app/yaml_writer.hpp"

#include <algorithm>
#include <utility>

namespace busbar::app::probe {

std::string site_file_of(const std::vector<Hit>& hits, std::string_view profiles) {
  // A channel speaks one protocol.
  std::vector<std::pair<std::string, std::string>> channels;
  std::string devices;
  for (const Hit& hit : hits) {
    const std::pair wanted{hit.protocol, hit.endpoint};
    const auto known = std::find(channels.begin(), channels.end(), wanted);
    const auto number = static_cast<std::size_t>(known - channels.begin()) + 1;
    if (known == channels.end()) channels.push_back(wanted);
    devices += "  " + hit.profile->name + "_" + std::to_string(hit.address) +
               (number == 1 ? "" : "_" + std::to_string(number)) + ": {channel: bus" +
               std::to_string(number) + ", profile: " + hit.profile->name +
               ", address: " + std::to_string(hit.address) + "}";
    for (std::size_t n = 0; n < hit.alternatives.size(); ++n)
      devices += (n == 0 ? "   # fits as well: " : ", ") + hit.alternatives[n];
    devices += "\n";
  }
  std::string text = "version: 1\n";
  if (!profiles.empty()) text += "profiles: " + yaml_scalar(profiles) + "\n";
  text += "channels:\n";
  for (std::size_t n = 0; n < channels.size(); ++n)
    text += "  bus" + std::to_string(n + 1) + ": {link: " + yaml_scalar(channels[n].second) + "}\n";
  return text + "devices:\n" + devices;
}

}  // namespace busbar::app::probe
