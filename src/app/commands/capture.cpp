// busbar capture: polls for a while and records what goes over one channel.
#include "app/command.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/target.hpp"
#include "yaml/map_reader.hpp"

#include <busbar/model/report.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace busbar::app {
namespace {

constexpr const char* description =
    "Polls the devices of one channel as the daemon does, publishes nothing, and writes every byte that\n"
    "goes over the wire to a file: with times, with what was asked, and with what came of it. Ends after\n"
    "--duration, at --limit, or with Ctrl-C. The file names devices, profiles and addresses as the site\n"
    "file does, but no hosts, users or passwords; what devices send (a serial number, say) is in it.\n"
    "\n"
    "  busbar decode FILE   explains it, frame by frame\n"
    "  busbar replay FILE   runs it again, without the devices\n"
    "\n"
    "A gateway that takes one connection only must not be in use by the daemon at that moment: stop it\n"
    "first, or start the daemon itself with --record.";

std::string default_output(const std::string& channel) {
  using namespace std::chrono;
  std::string time = format_utc(floor<milliseconds>(system_clock::now())).substr(0, 19);
  std::erase(time, ':');
  return channel + "-" + time + "Z.capture";
}

/// One channel: the one named, or the only one.
bool keep_channel(Configuration& configuration, const std::string& wanted, int& code) {
  std::vector<std::string_view> known;
  for (const auto& channel : configuration.channels) known.emplace_back(channel.id);
  if (wanted.empty() && known.size() == 1) return true;
  std::string list;
  for (const auto name : known) list.append(list.empty() ? "" : ", ").append(name);
  if (std::find(known.begin(), known.end(), wanted) == known.end()) {
    code = usage_error(wanted.empty() ? "which channel? Say --channel; there are: " + list
                                      : "no channel '" + wanted + "' with these devices; there are: " + list);
    return false;
  }
  std::erase_if(configuration.channels, [&](const auto& channel) { return channel.id != wanted; });
  std::erase_if(configuration.devices, [&](const auto& device) { return device.channel != wanted; });
  return true;
}

}  // namespace

int capture_command(const CommandArguments& arguments) {
  Arguments options{
      "busbar capture [--channel ID] [--duration TIME] [--output FILE] [DEVICE…]\n"
      "                      [--config FILE | --link URL --profile NAME --address N]",
      description};
  declare_target(options);
  options.value("channel", "ID", "the channel; not needed when there is one only")
      .value("duration,d", "TIME", "such as 30s, 5min or 1h; default: until Ctrl-C or the limit")
      .value("output,o", "FILE", "must not exist; default: CHANNEL-TIME.capture here")
      .value("limit", "SIZE", "the file ends at this size", "16M")
      .flag("listen", "ask nothing, record what comes by itself");
  if (const auto code = options.parse(arguments)) return *code;
  std::optional<std::chrono::milliseconds> duration;
  if (options.has("duration")) {
    duration = yaml::parse_duration(options.text("duration"));
    if (!duration || duration->count() <= 0)
      return usage_error("--duration is '" + options.text("duration") + "', expected 30s, 5min or the like");
  }
  const auto limit = parse_size(options.text("limit"));
  if (!limit)
    return usage_error("--limit is '" + options.text("limit") +
                       "', expected 500k, 64M or the like, at least 64k");
  int code = exit_ok;
  auto target = choose_target(options, code);
  if (!target || !keep_channel(target->configuration, options.text("channel"), code)) return code;

  Recording recording{.path = options.text("output"), .limit = *limit};
  if (recording.path.empty()) recording.path = default_output(target->configuration.channels.front().id);
  if (std::filesystem::exists(recording.path))
    return usage_error("--output: " + recording.path + " exists already; remove it or choose another name");
  if (const auto problem = check_recording(recording, 1); !problem.empty())
    return usage_error("--output: " + problem);
  std::cerr << "recording channel " << target->configuration.channels.front().id << " to " << recording.path
            << (duration ? "" : "; Ctrl-C ends it") << "\n";
  return run_capture(std::move(*target), std::move(recording), duration, !options.has("listen"));
}

}  // namespace busbar::app
