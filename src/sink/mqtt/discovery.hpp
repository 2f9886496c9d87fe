// Home Assistant's device-based discovery payloads, made of what is known about a device. Pure.
// Source: Home Assistant documentation, MQTT integration, "Device discovery payload"; core version 2024.12 or
// later.
#pragma once

#include "sink/mqtt/device_record.hpp"
#include "sink/mqtt/options.hpp"
#include "sink/mqtt/topics.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace busbar::sink::mqtt {

struct DiscoveryContext {
  const Options& options;
  const Topics& topics;
  std::string version;  ///< of the daemon
};

/// The daemon itself: whether it is connected, and its version. The devices refer to it.
[[nodiscard]] std::string bridge_discovery(const DiscoveryContext& context);
/// Takes the place of a query's name for the entities of diagnostics.hpp, when they go apart.
inline constexpr std::string_view diagnostics_part = "diagnostics";
/// The same for what can be set.
inline constexpr std::string_view settings_part = "set";

/// All announced readings of the device and its diagnostics, or those of one query. Retired readings are
/// withdrawn by a bare platform.
[[nodiscard]] std::string device_discovery(const DiscoveryContext& context, const DeviceRecord& device,
                                           std::optional<std::string_view> query = std::nullopt);

/// What a retained discovery message of ours says.
struct RecalledConfig {
  std::string device;                             ///< "" = the daemon
  std::map<std::string, std::string> components;  ///< key → platform
  std::set<std::string> state_topics;
  bool other_daemon = false;  ///< on one of our topics, but of a busbar with another topic prefix
};
/// nullopt when the message is not of a busbar, or not of this one (by topic prefix), or no usable JSON.
[[nodiscard]] std::optional<RecalledConfig> read_discovery(const Topics& topics, std::string_view payload);

}  // namespace busbar::sink::mqtt
