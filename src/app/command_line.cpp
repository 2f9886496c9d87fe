// Dispatch on the first word, and the general help.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "yaml/map_reader.hpp"

#include <busbar/version.hpp>

#include <array>
#include <iostream>
#include <string_view>

namespace busbar::app {
namespace {

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const CommandArguments&);
};

constexpr std::array commands{
    Command{"run", "run the daemon, or once, or only check (also without the word 'run')", run_command},
    Command{"status", "ask devices now and show every reading as a table", status_command},
    Command{"cells", "ask devices now and show their cell voltages as bars", cells_command},
    Command{"raw", "send one frame given in hex and explain what comes back", raw_command},
    Command{"set", "set what the site file allows to be set on a device", set_command},
    Command{"decode", "explain captures, or frames given in hex, byte by byte", decode_command},
    Command{"doctor", "examine configuration, rights, clock, gateways and broker", doctor_command},
    Command{"probe", "ask a link in every known protocol who is there", probe_command},
    Command{"capture", "record what goes over a channel, for bug reports and new devices", capture_command},
    Command{"replay", "run a capture through the whole pipeline again", replay_command},
    Command{"profile", "list, check or explain device profiles", profile_command},
    Command{"simulate", "pretend to be devices behind a TCP device server", simulate_command},
    Command{"scan", "search an M-Bus for its meters", scan_command},
    Command{"mbus", "explain a frame of wired M-Bus; read or change one meter", mbus_command},
    Command{"healthcheck", "ask a running daemon's /healthz; for containers", healthcheck_command},
};

void print_help(std::ostream& out) {
  out << "Usage: busbar [--config FILE] [options]\n"
         "       busbar COMMAND [options]\n\n"
         "Polls batteries, inverters and meters on field buses and publishes clean telemetry\n"
         "to MQTT with Home Assistant discovery, Prometheus and standard output.\n\n"
         "Commands:\n";
  for (const auto& command : commands) {
    out << "  " << command.name << std::string(14 - command.name.size(), ' ') << command.summary << "\n";
  }
  out << "\n'busbar COMMAND --help' explains a command; 'busbar run --help' the daemon's options.\n\n"
         "Exit codes:\n"
         "  0   done\n"
         "  64  the command line is wrong\n"
         "  65  input does not decode\n"
         "  69  the daemon asked by healthcheck is not there\n"
         "  70  an internal task failed\n"
         "  75  a device did not answer or an output could not be delivered; try again\n"
         "  76  a device rejected what was set, or shows another value\n"
         "  77  refused: the site file does not allow it\n"
         "  78  the configuration is invalid\n";
}

int dispatch(const CommandArguments& arguments) {
  if (arguments.empty() || arguments.front().starts_with('-')) return run_command(arguments);
  const auto& word = arguments.front();
  if (word == "help" && arguments.size() == 2) return dispatch({arguments.back(), "--help"});
  std::vector<std::string_view> names;
  for (const auto& command : commands) {
    if (command.name == word) return command.run({arguments.begin() + 1, arguments.end()});
    names.push_back(command.name);
  }
  const auto hint = yaml::nearest(word, names);
  return usage_error("unknown command '" + word + "'" +
                     (hint.empty() ? "" : " (did you mean '" + hint + "'?)") + "; see busbar --help");
}

}  // namespace

int command_line(int argc, char** argv) {
  const CommandArguments arguments{argv + 1, argv + argc};
  if (arguments.size() == 1 && (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help")) {
    print_help(std::cout);
    return exit_ok;
  }
  if (arguments.size() == 1 && (arguments[0] == "--version" || arguments[0] == "-V")) {
    std::cout << "busbar " << version << "\n";
    return exit_ok;
  }
  return dispatch(arguments);
}

}  // namespace busbar::app
