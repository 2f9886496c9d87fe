// A site file for tests: packs with the addresses 1 to N on one quick channel, ids "pack1" to "packN".
#pragma once

#include <string>

namespace busbar::test {

struct SiteFile {
  std::string link{};
  unsigned packs = 1;
  unsigned first = 1;  ///< address and number of the first pack
  /// Short times, so that a test sees failures and recoveries soon.
  std::string channel =
      "spacing: 5ms, after_connect: 0, timeout: 400ms, settle: 50ms, retries: 1, retry_backoff: 10ms,\n"
      "        reconnect: {min: 50ms, max: 200ms}, breaker: {failures: 3, probe_min: 200ms, probe_max: "
      "400ms}";
  std::string intervals = "voltages: 200ms, status: 200ms, capacity: 400ms, serial_number: off";
  unsigned offline_after = 3;
  std::string device{};  ///< further keys of each pack: ", allow_writes: [discharge_mos]"
  std::string sinks{};   ///< lines under "sinks:", indented by two
};

[[nodiscard]] inline std::string to_yaml(const SiteFile& site) {
  std::string text =
      "version: 1\nchannels:\n  bus: {link: \"" + site.link + "\",\n        " + site.channel +
      "}\ndefaults:\n  device: {profile: orion1000, offline_after: " + std::to_string(site.offline_after) +
      ", intervals: {" + site.intervals + "}}\ndevices:\n";
  for (unsigned pack = site.first; pack < site.first + site.packs; ++pack) {
    const std::string number = std::to_string(pack);
    text.append("  pack")
        .append(number)
        .append(": {address: ")
        .append(number)
        .append(site.device)
        .append("}\n");
  }
  if (!site.sinks.empty()) text += "sinks:\n" + site.sinks;
  return text;
}

}  // namespace busbar::test
