// busbar [run]: the daemon, one round (--once), or only a look at the configuration (--check-config,
// --dry-run).
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/configuration.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/logging.hpp"

#include <spdlog/spdlog.h>

#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

namespace busbar::app {
namespace {

constexpr const char* description =
    "Polls the devices of the site file and publishes their readings until SIGTERM or SIGINT.\n"
    "As a systemd service it reports readiness, status and a watchdog heartbeat.\n\n"
    "  --once          polls every device once, delivers everything and exits: 0 when all went well,\n"
    "                  75 when a device did not answer or an output could not be delivered.\n"
    "                  Standard output carries results only (add a 'screen' sink to see them).\n"
    "  --check-config  reports everything wrong with the file, with line and column, and exits: 0 or 78.\n"
    "  SIGHUP          reads the file again; what did not change goes on undisturbed, an invalid file is\n"
    "                  refused and the old configuration kept.\n"
    "  --record PATH   writes every byte of every channel to a file, for 'busbar decode' and 'busbar "
    "replay'\n"
    "                  and for bug reports: no host names, no passwords. See docs/capture.md.\n"
    "  --dry-run       prints the resolved configuration, the schedule and how much of each channel's\n"
    "                  time the polls take; opens nothing. Secrets are masked.";

struct Checked : Setup {
  std::vector<std::string> warnings;
};

/// Reads the site file; everything wrong with it goes to `report`.
std::optional<Checked> load(const Arguments& options, const std::function<void(const std::string&)>& report) {
  auto loaded = load_configuration(options.text("config"), Environment::of_process());
  if (!loaded.configuration) {
    report(loaded.findings.text());
    return std::nullopt;
  }
  Checked checked;
  checked.configuration = std::move(*loaded.configuration);
  checked.profiles = std::move(loaded.profiles);
  checked.warnings = std::move(loaded.warnings);
  for (auto& warning : budget_warnings(checked.configuration, checked.profiles)) {
    checked.warnings.push_back(std::move(warning));
  }
  return checked;
}

std::string log_level(const Arguments& options, const Configuration& configuration) {
  return options.has("log-level") ? options.text("log-level") : configuration.log_level;
}

void log_why_kept(const std::string& findings) {
  spdlog::error("the configuration is invalid, the old one is kept:");
  std::istringstream lines{findings};
  for (std::string line; std::getline(lines, line);) spdlog::error("{}", line);
}

/// For SIGHUP, see Reload.
std::function<SharedSetup()> load_again(const Arguments& options) {
  std::string findings;
  auto checked = std::make_shared<std::optional<Checked>>(
      load(options, [&](const std::string& text) { findings = text; }));
  return [&options, checked, findings]() -> SharedSetup {
    if (!*checked) {
      log_why_kept(findings);
      return nullptr;
    }
    const auto& configuration = (*checked)->configuration;
    (void)set_up_logging(log_level(options, configuration), configuration.secrets);
    for (const auto& warning : (*checked)->warnings) spdlog::warn("{}", warning);
    return std::make_shared<const Setup>(std::move(**checked));
  };
}

std::optional<Recording> read_recording(const Arguments& options, const Configuration& configuration,
                                        int& code) {
  if (!options.has("record")) return std::nullopt;
  const auto limit = parse_size(options.text("record-limit"));
  if (!limit) {
    code = usage_error("--record-limit is '" + options.text("record-limit") +
                       "', expected a size of at least 64k such as 500k, 64M or 1G");
    return std::nullopt;
  }
  Recording recording{.path = options.text("record"), .limit = *limit, .rotate = true};
  if (const auto problem = check_recording(recording, configuration.channels.size()); !problem.empty())
    code = usage_error("--record: " + problem);
  return recording;
}

}  // namespace

int run_command(const CommandArguments& arguments) {
  Arguments options{
      "busbar [run] [--config FILE] [--once | --check-config | --dry-run] [--record PATH] "
      "[--log-level LEVEL]",
      description};
  options.value("config,c", "FILE", "the site file", "/etc/busbar/busbar.yaml")
      .flag("once", "poll every device once, deliver, exit")
      .flag("check-config", "check the site file and exit")
      .flag("dry-run", "show what would be done and exit")
      .value("record", "PATH", "record all traffic: a file, or a directory for one file a channel")
      .value("record-limit", "SIZE", "of the recording of a channel; the newest traffic is kept", "64M")
      .value("log-level,l", "LEVEL", "trace, debug, info, warning, error or off; overrides the site file")
      .flag("version,V", "print the version and exit");
  if (const auto code = options.parse(arguments)) return *code;
  if (options.has("once") + options.has("check-config") + options.has("dry-run") > 1) {
    return usage_error("--once, --check-config and --dry-run exclude each other");
  }

  auto setup = load(options, [](const std::string& text) { std::cerr << text; });
  if (!setup) return exit_configuration;
  const auto& configuration = setup->configuration;
  const auto level = log_level(options, configuration);
  if (!set_up_logging(level, configuration.secrets)) {
    return usage_error("--log-level is '" + level + "', expected trace, debug, info, warning, error or off");
  }
  for (const auto& warning : setup->warnings) spdlog::warn("{}", warning);

  if (options.has("check-config")) {
    std::cout << configuration.file << ": valid; " << configuration.channels.size() << " channel(s), "
              << configuration.devices.size() << " device(s), " << configuration.sinks.size() << " sink(s)\n";
    return exit_ok;
  }
  if (options.has("dry-run")) {
    std::cout << describe(configuration, setup->profiles);
    return exit_ok;
  }
  int code = exit_ok;
  auto recording = read_recording(options, configuration, code);
  if (code != exit_ok) return code;
  if (options.has("once")) return run_once(std::move(*setup), {}, std::move(recording));
  auto reload = [&options] { return load_again(options); };
  return run_daemon(std::make_shared<const Setup>(std::move(*setup)), std::move(reload),
                    std::move(recording));
}

}  // namespace busbar::app
