// busbar [run]: the daemon, one round (--once), or only a look at the configuration (--check-config,
// --dry-run).
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/configuration.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/logging.hpp"

#include <spdlog/spdlog.h>

#include <iostream>

namespace busbar::app {
namespace {

constexpr const char* description =
    "Polls the devices of the site file and publishes their readings until SIGTERM or SIGINT.\n"
    "As a systemd service it reports readiness, status and a watchdog heartbeat.\n\n"
    "  --once          polls every device once, delivers everything and exits: 0 when all went well,\n"
    "                  75 when a device did not answer or an output could not be delivered.\n"
    "                  Standard output carries results only (add a 'screen' sink to see them).\n"
    "  --check-config  reports everything wrong with the file, with line and column, and exits: 0 or 78.\n"
    "  --dry-run       prints the resolved configuration, the schedule and how much of each channel's\n"
    "                  time the polls take; opens nothing. Secrets are masked.";

}  // namespace

int run_command(const CommandArguments& arguments) {
  Arguments options{"busbar [run] [--config FILE] [--once | --check-config | --dry-run] [--log-level LEVEL]",
                    description};
  options.value("config,c", "FILE", "the site file", "/etc/busbar/busbar.yaml")
      .flag("once", "poll every device once, deliver, exit")
      .flag("check-config", "check the site file and exit")
      .flag("dry-run", "show what would be done and exit")
      .value("log-level,l", "LEVEL", "trace, debug, info, warning, error or off; overrides the site file")
      .flag("version,V", "print the version and exit");
  if (const auto code = options.parse(arguments)) return *code;
  if (options.has("once") + options.has("check-config") + options.has("dry-run") > 1) {
    return usage_error("--once, --check-config and --dry-run exclude each other");
  }

  const auto loaded = load_configuration(options.text("config"), Environment::of_process());
  if (!loaded.configuration) {
    std::cerr << loaded.findings.text();
    return exit_configuration;
  }
  const auto& configuration = *loaded.configuration;
  const auto level = options.has("log-level") ? options.text("log-level") : configuration.log_level;
  if (!set_up_logging(level, configuration.secrets)) {
    return usage_error("--log-level is '" + level + "', expected trace, debug, info, warning, error or off");
  }
  auto warnings = loaded.warnings;
  for (auto& warning : budget_warnings(configuration, loaded.profiles))
    warnings.push_back(std::move(warning));
  for (const auto& warning : warnings) spdlog::warn("{}", warning);

  if (options.has("check-config")) {
    std::cout << configuration.file << ": valid; " << configuration.channels.size() << " channel(s), "
              << configuration.devices.size() << " device(s), " << configuration.sinks.size() << " sink(s)\n";
    return exit_ok;
  }
  if (options.has("dry-run")) {
    std::cout << describe(configuration, loaded.profiles);
    return exit_ok;
  }
  return options.has("once") ? run_once(configuration, loaded.profiles)
                             : run_daemon(configuration, loaded.profiles);
}

}  // namespace busbar::app
