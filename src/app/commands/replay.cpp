// busbar replay: a capture through the whole pipeline again.
#include "app/replay.hpp"

#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/logging.hpp"

#include <busbar/version.hpp>

#include <charconv>
#include <iostream>

namespace busbar::app {
namespace {

constexpr const char* description =
    "Runs recorded traffic through link, channel, codec, profile and sinks again, without the devices. The\n"
    "readings carry the recorded timestamps, and what comes out is what came out then, byte for byte.\n"
    "Without --config the readings go to standard output; with it, to the sinks of that site file, and\n"
    "its devices give their names. A site directory of profiles comes from there or from --profiles.\n"
    "Several captures of one run (a --record directory) are played side by side.\n"
    "\n"
    "Exit codes: 0 all as recorded; 65 a capture is malformed, or an exchange ended in another way than it\n"
    "did then (the profile or the codec is another one); 75 a sink could not deliver.";

bool read_format(const Arguments& options, sink::screen::Options& screen) {
  const auto format = options.text("format");
  if (format == "table") screen.format = sink::screen::Format::table;
  if (format == "json") screen.format = sink::screen::Format::json;
  if (format == "jsonl") screen.format = sink::screen::Format::jsonl;
  return format == "table" || format == "json" || format == "jsonl";
}

}  // namespace

int replay_command(const CommandArguments& arguments) {
  Arguments options{"busbar replay FILE… [--format FORMAT | --config FILE] [--speed FACTOR]", description};
  options.value("config,c", "FILE", "a site file: its sinks, and the names of its devices")
      .value("profiles", "DIRECTORY", "site profiles beside those built in")
      .value("format,f", "FORMAT", "without --config: jsonl, json or table", "jsonl")
      .value("speed,s", "FACTOR", "1: at the recorded pace; 10: ten times as fast; 0: without waiting", "0")
      .value("log-level,l", "LEVEL", "trace shows every byte", "warning")
      .positional("FILE", -1, "captures, made by 'busbar capture' or 'busbar run --record'");
  if (const auto code = options.parse(arguments)) return *code;
  const auto files = options.list("FILE");
  if (files.empty()) return usage_error("replay: which file? See --help");
  ReplayOptions replayed;
  const auto speed = options.text("speed");
  const auto [rest, bad] = std::from_chars(speed.data(), speed.data() + speed.size(), replayed.speed);
  if (bad != std::errc{} || rest != speed.data() + speed.size() ||
      !(replayed.speed >= 0 && replayed.speed <= 1e6))
    return usage_error("--speed is '" + speed + "', expected a number from 0 to 1000000");

  yaml::Findings findings;
  profile::Library profiles;
  std::vector<std::string> secrets;
  if (options.has("config")) {
    auto loaded = load_configuration(options.text("config"), Environment::of_process());
    if (!loaded.configuration) {
      std::cerr << loaded.findings.text();
      return exit_configuration;
    }
    profiles = std::move(loaded.profiles);
    replayed.site = std::move(*loaded.configuration);
    secrets = replayed.site.secrets;
  } else {
    sink::screen::Options screen;
    if (!read_format(options, screen))
      return usage_error("--format is '" + options.text("format") + "', expected jsonl, json or table");
    replayed.site.sinks.emplace_back(screen);
    profiles = profile::Library::load(options.text("profiles"), findings);
    std::cerr << findings.text();
  }
  for (auto& sink : replayed.site.sinks) {
    if (auto* const screen = std::get_if<sink::screen::Options>(&sink)) screen->once = true;
  }
  if (!set_up_logging(options.text("log-level"), std::move(secrets)))
    return usage_error("--log-level: expected trace, debug, info, warning, error or off");

  std::vector<link::capture::Capture> captures;
  for (const auto& file : files) {
    auto loaded = link::capture::load(file);
    if (!loaded) return fail(exit_data, loaded.error().detail);
    if (loaded->header.version != version)
      std::cerr << file << ": recorded by busbar " << loaded->header.version << ", this is " << version
                << "\n";
    if (loaded->cut_off) std::cerr << file << ": the last line is cut off and left out\n";
    captures.push_back(std::move(*loaded));
  }
  return replay(captures, profiles, std::move(replayed));
}

}  // namespace busbar::app
