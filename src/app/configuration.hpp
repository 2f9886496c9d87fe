// busbar.yaml as types: read, substituted and validated in one pass; every folder's Options filled here.
#pragma once

#include "channel/channel.hpp"
#include "link/link.hpp"
#include "profile/library.hpp"
#include "sink/filter/options.hpp"
#include "sink/influx/options.hpp"
#include "sink/mqtt/options.hpp"
#include "sink/prometheus/options.hpp"
#include "sink/screen/options.hpp"
#include "virtuals/definition.hpp"
#include "yaml/node.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace busbar::app {

struct ChannelConfiguration {
  std::string id;
  link::Options link;
  channel::Options channel;
  bool own_timeout = false;  ///< the file says it, rather than the default
  bool own_baud = false;
  bool operator==(const ChannelConfiguration&) const = default;
};

struct DeviceConfiguration {
  std::string id;
  std::string name;
  std::string channel;
  std::string profile;
  std::uint32_t address = 0;
  /// Every read query of the profile, defaults resolved; 0 = not polled.
  std::map<std::string, std::chrono::milliseconds> intervals;
  std::vector<std::string> allow_writes;  ///< exact names of settings; patterns are resolved
  unsigned writes_per_minute = 6;
  unsigned offline_after = 3;  ///< failed polls in a row before the device is called offline
  Bytes prefix{};              ///< of an address that is more than a number: protocol::Target
  unsigned polls_per_day = 0;  ///< 0: no limit
  /// Of its polls, where the protocol and the wire say how long they may take; else the profile's.
  std::optional<std::chrono::milliseconds> timeout{};
  bool operator==(const DeviceConfiguration&) const = default;
};

/// A device that is not polled: all its readings are made from those of others.
struct VirtualDeviceConfiguration {
  std::string id;
  std::string name;
  bool operator==(const VirtualDeviceConfiguration&) const = default;
};

using SinkConfiguration =
    std::variant<sink::mqtt::Options, sink::prometheus::TextfileOptions, sink::prometheus::HttpOptions,
                 sink::prometheus::PushOptions, sink::influx::Options, sink::screen::Options>;

struct Configuration {
  std::string file;
  std::string profiles_directory;
  std::string state_directory;  ///< "" = $STATE_DIRECTORY, or nothing is kept
  std::string log_level = "info";
  bool dbus = false;  ///< serve the system bus
  std::vector<ChannelConfiguration> channels;
  std::vector<DeviceConfiguration> devices;
  std::vector<VirtualDeviceConfiguration> virtual_devices;
  virtuals::Options virtuals;  ///< the virtual readings of all devices
  std::vector<SinkConfiguration> sinks;
  std::map<std::string, sink::filter::Options>
      filters;  ///< by the name of the sink; absent: everything passes

  [[nodiscard]] sink::filter::Options filter_of(const std::string& sink) const {
    const auto found = filters.find(sink);
    return found == filters.end() ? sink::filter::Options{} : found->second;
  }
  std::vector<std::string> secrets;  ///< every substituted secret value, to be masked wherever text is shown
};

/// Where ${VAR}, ${file:PATH} and ${credential:NAME} get their values; a test gives its own.
struct Environment {
  std::map<std::string, std::string, std::less<>> variables;
  [[nodiscard]] static Environment of_process();
};

struct Loaded {
  std::optional<Configuration> configuration;  ///< empty when there are findings
  profile::Library profiles;
  yaml::Findings findings;
  std::vector<std::string> warnings;
};

[[nodiscard]] Loaded load_configuration(const std::string& path, const Environment& environment);
[[nodiscard]] Loaded parse_configuration(std::string_view text, std::string file,
                                         const Environment& environment);

/// The resolved configuration, the schedule and the bus-time budget of each channel, for --dry-run. No
/// secrets.
[[nodiscard]] std::string describe(const Configuration& configuration, const profile::Library& profiles);
/// "channel rs485: polls need 112 % of the wire …" for every channel whose polls do not fit.
[[nodiscard]] std::vector<std::string> budget_warnings(const Configuration& configuration,
                                                       const profile::Library& profiles);

}  // namespace busbar::app
