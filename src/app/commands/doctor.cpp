// busbar doctor: everything that has to be right for the daemon, looked at from the outside.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/doctor/checks.hpp"
#include "app/exit_code.hpp"
#include "app/logging.hpp"
#include "async/gather.hpp"
#include "sink/screen/output.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <iostream>
#include <unistd.h>

namespace busbar::app {
namespace {

using namespace doctor;

constexpr const char* description =
    "Looks at everything the daemon needs and says what is wrong and how to mend it: the site file and who\n"
    "may read it, directories, the clock, gateways and serial ports, the login at the broker, servers that\n"
    "are pushed to, ports to listen on. It changes nothing and asks no device anything.\n"
    "\n"
    "  sudo -u busbar busbar doctor      as the user of the service, whose rights count\n"
    "  busbar doctor --config my.yaml\n"
    "\n"
    "While the daemon runs, it holds serial ports and gateways that take one connection only; that is a\n"
    "warning, not a failure. Stop it to have them examined, too.\n"
    "\n"
    "Exit codes: 0 all is well, warnings apart; 75 something is not as it must be; 78 the configuration is\n"
    "missing or invalid.";

asio::awaitable<void> keep(asio::awaitable<Findings> examination, Findings& findings) {
  findings = co_await std::move(examination);
}

/// All at once, told in the order of the site file.
Findings examine_links(const Configuration& configuration, const profile::Library& profiles,
                       const Identity& who) {
  std::vector<Findings> parts(configuration.channels.size() + configuration.sinks.size());
  std::vector<asio::awaitable<void>> examinations;
  for (const auto& channel : configuration.channels)
    examinations.push_back(
        keep(check_channel(channel, only_listens(configuration, profiles, channel.id), who),
             parts[examinations.size()]));
  for (const auto& sink : configuration.sinks)
    examinations.push_back(keep(check_sink(sink), parts[examinations.size()]));
  asio::io_context loop{1};
  std::exception_ptr failure;
  asio::co_spawn(loop, async::gather(std::move(examinations)), [&](std::exception_ptr error) {
    failure = error;
    loop.stop();
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  Findings all;
  for (auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

int doctor_command(const CommandArguments& arguments) {
  Arguments options{"busbar doctor [--config FILE]", description};
  options.value("config,c", "FILE", "the site file", "/etc/busbar/busbar.yaml")
      .value("log-level,l", "LEVEL", "trace, debug, info, warning, error or off", "error");
  if (const auto code = options.parse(arguments)) return *code;

  const auto who = Identity::of_process();
  Findings findings;
  check_user(who, findings);
  check_clock(ClockState::of_system(), findings);
  const auto loaded = check_configuration(options.text("config"), who, findings);
  const auto& configuration = loaded.configuration;
  if (!set_up_logging(options.text("log-level"),
                      configuration ? configuration->secrets : std::vector<std::string>{}))
    return usage_error("--log-level: expected trace, debug, info, warning, error or off");
  if (configuration) {
    check_paths(*configuration, who, findings);
    const auto more = examine_links(*configuration, loaded.profiles, who);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  print(findings, sink::screen::Output{STDOUT_FILENO}.wants_colour(), std::cout);
  std::cout << "\n" << summary(findings) << "\n";
  if (!configuration) return exit_configuration;
  return worst(findings) == Verdict::fail ? exit_temporary : exit_ok;
}

}  // namespace busbar::app
