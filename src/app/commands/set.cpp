// busbar set: one value for one setting of one device, if the site file allows it.
#include "app/command.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/target.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace busbar::app {
namespace {

/// What can be set on the device, what of it is allowed, and which values there are.
int list_settings(const profile::Profile& profile, const DeviceConfiguration& device) {
  for (const auto& setter : profile.setters) {
    const auto& allowed = device.allow_writes;
    const bool may = std::find(allowed.begin(), allowed.end(), setter.setting.key) != allowed.end();
    std::cout << (may ? "allowed  " : "         ") << setter.setting.key << ": "
              << to_string(setter.setting.kind) << " (" << expected_values(setter.setting) << ") "
              << setter.setting.description << "\n";
  }
  return exit_ok;
}

int unknown_setting(const profile::Profile& profile, const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& setter : profile.setters) names.push_back(setter.setting.key);
  const auto hint = yaml::nearest(name, names);
  return usage_error("profile " + profile.name + " has no setting " + for_log(name) +
                     (hint.empty() ? "" : " (did you mean '" + hint + "'?)") +
                     "; 'busbar set DEVICE' lists them");
}

}  // namespace

int set_command(const CommandArguments& arguments) {
  Arguments options{
      "busbar set DEVICE [SETTING VALUE] [--config FILE]",
      "Sets the value, waits for the device to confirm it, and reads it back. Only what the site file "
      "allows\n"
      "(devices: DEVICE: allow_writes); everything else is refused with exit code 77. Without SETTING: what\n"
      "can be set. Talks to the device itself: a gateway that accepts a single connection must not be in "
      "use\n"
      "by the daemon at that moment. A value below zero stands behind --: busbar set DEVICE SETTING -- -5"};
  options.value("config,c", "FILE", "the site file", "/etc/busbar/busbar.yaml")
      .value("log-level,l", "LEVEL", "trace shows every byte", "warning")
      .positional("WORD", 3, "device, setting and value");
  if (const auto code = options.parse(arguments)) return *code;
  const auto words = options.list("WORD");
  if (words.size() != 1 && words.size() != 3)
    return usage_error("set: expected DEVICE, or DEVICE SETTING VALUE");
  int code = exit_ok;
  auto target = choose_devices(options, {words[0]}, code);
  if (!target) return code;
  const auto& device = target->configuration.devices.front();
  const auto& profile = *target->profiles.find(device.profile);
  if (words.size() == 1) return list_settings(profile, device);
  if (profile.find_setter(words[1]) == nullptr) return unknown_setting(profile, words[1]);
  Command command{words[0], words[1], words[2], "busbar set, user " + std::to_string(::getuid())};
  return run_set(std::move(*target), std::move(command));
}

}  // namespace busbar::app
