// busbar set: one value for one setting of one device, if the site file allows it.
#include "app/command.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/target.hpp"
#include "sink/sink.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <unistd.h>

namespace busbar::app {
namespace {

/// The present value of each setting, by its key.
using Present = std::map<std::string, std::string>;

/// What can be set on the device, what of it is allowed, which values there are, and which one is set.
int list_settings(const profile::Profile& profile, const std::vector<std::string>& allowed,
                  const Present& present = {}) {
  for (const auto& setter : profile.setters) {
    const Setting& setting = setter.setting;
    const bool may = std::find(allowed.begin(), allowed.end(), setting.key) != allowed.end();
    const auto value = present.find(setting.key);
    std::cout << (may ? "allowed  " : "         ") << setting.key
              << (value == present.end() ? "" : " = " + value->second) << ": " << to_string(setting.kind)
              << " (" << expected_values(setting) << ") " << setting.description << "\n";
  }
  return exit_ok;
}

/// Keeps what the readings say of the settings, and lists them at the end.
class SettingsSink final : public sink::Sink {
 public:
  SettingsSink(const profile::Profile& profile, std::vector<std::string> allowed)
      : profile_{profile}, allowed_{std::move(allowed)} {}

  [[nodiscard]] std::string_view name() const override { return "settings"; }
  void describe(const sink::DeviceDescription&) override {}
  void forget(std::string_view) override {}
  void availability(std::string_view, Availability, std::string_view) override {}
  void publish(const Report& report) override {
    ++account_.accepted;
    ++account_.acknowledged;
    for (const Reading& reading : report.readings)
      for (const auto& setter : profile_.setters)
        if (setter.setting.read_back == reading.quantity->key)
          present_[setter.setting.key] = profile::as_set(setter.setting, reading);
  }
  asio::awaitable<void> run() override { co_return; }
  asio::awaitable<void> finish(Steady, bool) override {
    (void)list_settings(profile_, allowed_, present_);
    std::cout.flush();
    co_return;
  }
  [[nodiscard]] SinkAccount account() const override { return account_; }

 private:
  const profile::Profile& profile_;
  std::vector<std::string> allowed_;
  Present present_;
  SinkAccount account_{.name = "settings"};
};

/// Asks only what shows settings, and lists them with their present values.
int read_settings(Setup target, const profile::Profile& profile) {
  DeviceConfiguration& device = target.configuration.devices.front();
  device.intervals.clear();
  for (const auto& setter : profile.setters)
    if (!setter.setting.read_query.empty())
      device.intervals[setter.setting.read_query] = std::chrono::hours{1};
  std::vector<std::unique_ptr<sink::Sink>> sinks;
  sinks.push_back(std::make_unique<SettingsSink>(profile, device.allow_writes));
  return run_once(std::move(target), std::move(sinks));
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
      "busbar set DEVICE [SETTING VALUE] [--config FILE] [--read]",
      "Sets the value, waits for the device to confirm it, and reads it back. Only what the site file "
      "allows\n"
      "(devices: DEVICE: allow_writes); everything else is refused with exit code 77. Without SETTING: what\n"
      "can be set. Talks to the device itself: a gateway that accepts a single connection must not be in "
      "use\n"
      "by the daemon at that moment. A value below zero stands behind --: busbar set DEVICE SETTING -- -5"};
  options.flag("read,r", "without SETTING: ask the device which values are set now")
      .value("config,c", "FILE", "the site file", "/etc/busbar/busbar.yaml")
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
  if (words.size() == 1 && options.has("read")) return read_settings(std::move(*target), profile);
  if (words.size() == 1) return list_settings(profile, device.allow_writes);
  if (profile.find_setter(words[1]) == nullptr) return unknown_setting(profile, words[1]);
  Command command{words[0], words[1], words[2], "busbar set, user " + std::to_string(::getuid())};
  return run_set(std::move(*target), std::move(command));
}

}  // namespace busbar::app
