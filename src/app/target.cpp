#include "app/target.hpp"

#include "app/exit_code.hpp"
#include "app/logging.hpp"
#include "yaml/map_reader.hpp"

#include <busbar/protocol/target.hpp>

#include <algorithm>
#include <iostream>
#include <string_view>

namespace busbar::app {
namespace {

constexpr const char* default_config = "/etc/busbar/busbar.yaml";

std::optional<Setup> from_link(const Arguments& options, int& code) {
  Setup target;
  yaml::Findings findings;
  target.profiles = profile::Library::load("", findings);
  const auto name = options.text("profile");
  const auto* profile = target.profiles.find(name);
  if (profile == nullptr) {
    const auto names = target.profiles.names();
    const auto hint = yaml::nearest(name, names);
    code = usage_error("unknown profile '" + name + "'" +
                       (hint.empty() ? "" : " (did you mean '" + hint + "'?)") +
                       "; 'busbar profile list' shows them");
    return std::nullopt;
  }
  auto link = link::parse_endpoint(options.text("link"));
  if (!link) {
    code = usage_error("--link: " + link.error().detail);
    return std::nullopt;
  }
  DeviceConfiguration device;
  device.id = name;
  device.channel = "link";
  device.profile = name;
  device.address = profile->default_address;
  if (options.has("address") && protocol::has_targets(profile->protocol)) {
    auto target_address = protocol::parse_target(profile->protocol, options.text("address"));
    if (!target_address) {
      code = usage_error("--address: " + target_address.error().detail);
      return std::nullopt;
    }
    device.address = target_address->address;
    device.prefix = std::move(target_address->prefix);
  } else if (options.has("address")) {
    const auto address = options.integer("address", 0, profile->max_address);
    if (!address) {
      code = exit_usage;
      return std::nullopt;
    }
    device.address = static_cast<std::uint32_t>(*address);
  }
  for (const auto& query : profile->queries) {
    if (!query.request.write) device.intervals[query.request.name] = query.interval;
  }
  ChannelConfiguration channel;
  channel.id = channel.channel.id = "link";
  channel.link = std::move(link).value();
  target.configuration.channels.push_back(std::move(channel));
  target.configuration.devices.push_back(std::move(device));
  return target;
}

bool keep_chosen(Configuration& configuration, const std::vector<std::string>& chosen, int& code) {
  std::vector<std::string_view> known;
  for (const auto& device : configuration.devices) known.emplace_back(device.id);
  for (const auto& id : chosen) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    const auto hint = yaml::nearest(id, known);
    code = usage_error("no device '" + id + "' in " + configuration.file +
                       (hint.empty() ? "" : " (did you mean '" + hint + "'?)"));
    return false;
  }
  if (!chosen.empty()) {
    std::erase_if(configuration.devices, [&](const auto& device) {
      return std::find(chosen.begin(), chosen.end(), device.id) == chosen.end();
    });
  }
  std::erase_if(configuration.channels, [&](const auto& channel) {
    return std::none_of(configuration.devices.begin(), configuration.devices.end(),
                        [&](const auto& device) { return device.channel == channel.id; });
  });
  return true;
}

}  // namespace

void declare_target(Arguments& options) {
  options.value("config,c", "FILE", "the site file", default_config)
      .value("link", "URL",
             "talk to this link instead of a site file: tcp://host:port, serial:/dev/tty…?baud=9600")
      .value("profile,p", "NAME", "with --link: the device's profile", "orion1000")
      .value("address,a", "N", "with --link: the device's address; default: the profile's")
      .value("log-level,l", "LEVEL", "trace shows every byte", "warning")
      .positional("DEVICE", -1, "ids of devices of the site file; all when none is given");
}

std::optional<Setup> choose_target(const Arguments& options, int& code) {
  return choose_devices(options, options.list("DEVICE"), code);
}

std::optional<Setup> choose_devices(const Arguments& options, const std::vector<std::string>& devices,
                                    int& code) {
  std::optional<Setup> target;
  // Else a device would be asked that was not meant.
  for (const char* const name : {"profile", "address"}) {
    if (options.has("link") || !options.given(name)) continue;
    code =
        usage_error(std::string{"--"} + name + " goes with --link; devices of the site file are named by id");
    return std::nullopt;
  }
  if (options.has("link") && !devices.empty()) {
    code = usage_error("--link and '" + devices.front() + "', a device of the site file, exclude each other");
    return std::nullopt;
  }
  if (options.has("link")) {
    target = from_link(options, code);
  } else {
    auto loaded = load_configuration(options.text("config"), Environment::of_process());
    if (!loaded.configuration) {
      std::cerr << loaded.findings.text();
      code = exit_configuration;
      return std::nullopt;
    }
    loaded.configuration->sinks.clear();
    if (!keep_chosen(*loaded.configuration, devices, code)) return std::nullopt;
    target = Setup{std::move(*loaded.configuration), std::move(loaded.profiles)};
  }
  if (target && !set_up_logging(options.text("log-level"), target->configuration.secrets)) {
    code = usage_error("--log-level is '" + options.text("log-level") +
                       "', expected trace, debug, info, warning, "
                       "error or off");
    return std::nullopt;
  }
  return target;
}

}  // namespace busbar::app
