// busbar simulate: devices that are not there, for trying busbar, for tests and for benchmarks.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/logging.hpp"
#include "app/pseudo_terminal.hpp"
#include "async/task_group.hpp"
#include "link/link.hpp"
#include "service/signals.hpp"
#include "simulate/families.hpp"
#include "simulate/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace busbar::app {
namespace {

using simulate::Family;

std::string known_families() {
  std::string names;
  for (const Family& family : simulate::families())
    names.append(names.empty() ? "" : ", ").append(family.name);
  return names;
}

std::string description() {
  std::string faults;
  for (const auto name : simulate::fault_names()) faults += (faults.empty() ? "" : ", ") + std::string{name};
  std::string families;
  for (const Family& family : simulate::families())
    families.append("  ").append(family.name).append(": ").append(family.description).append("\n");
  return "Answers like devices behind a serial-to-TCP device server, paced at the baud rate, with values "
         "that\n"
         "move. Runs until interrupted and then prints what it was asked. Known devices:\n" +
         families +
         "A fault is NAME[:DURATION][@PROBABILITY][#ADDRESS], e.g. silent#3, late:500ms@0.1, dribble:2ms.\n"
         "Names: " +
         faults +
         ".\n"
         "The seed of a run is printed; the same seed gives the same faults.";
}

struct Settings {
  simulate::ServerOptions server;
  simulate::Population population;
};

std::optional<Settings> read_options(const Arguments& arguments, const Family& family, int& code) {
  Settings settings;
  simulate::ServerOptions& options = settings.server;
  code = exit_usage;
  auto listen = link::parse_endpoint("tcp://" + arguments.text("listen"));
  if (!listen || !std::holds_alternative<link::TcpOptions>(*listen)) {
    usage_error("--listen is '" + arguments.text("listen") + "', expected host:port, such as 127.0.0.1:4001");
    return std::nullopt;
  }
  options.host = std::get<link::TcpOptions>(*listen).host;
  options.port = std::get<link::TcpOptions>(*listen).port;
  options.baud = family.baud;
  const auto count = arguments.integer("count", 1, 255);
  const auto cells = arguments.integer("cells", 0, 255);
  const auto baud = arguments.has("baud") ? arguments.integer("baud", 0, 4000000) : family.baud;
  const auto turnaround = arguments.integer("turnaround", 0, 60000);
  const auto seed = arguments.integer("seed", 0, INT64_MAX);
  if (!count || !cells || !baud || !turnaround || !seed) return std::nullopt;
  settings.population = {
      .count = static_cast<unsigned>(*count),
      .cells = static_cast<unsigned>(*cells),
      .variant = arguments.has("short-capacity") ? "short-capacity" : arguments.text("variant")};
  options.baud = static_cast<unsigned>(*baud);
  options.turnaround = std::chrono::milliseconds{*turnaround};
  options.seed = static_cast<std::uint64_t>(*seed);
  for (const auto& text : arguments.list("fault")) {
    const auto rule = simulate::parse_fault(text);
    if (!rule) {
      usage_error("--fault " + text + ": " + rule.error().detail);
      return std::nullopt;
    }
    options.faults.push_back(*rule);
  }
  if (const auto checked = simulate::check(options); !checked) {
    usage_error(checked.error().detail);
    return std::nullopt;
  }
  if (const auto made = family.make(settings.population); !made) {
    usage_error(made.error().detail);
    return std::nullopt;
  }
  code = exit_ok;
  return settings;
}

/// On the loop: Asio 1.81 delivers a cancellation from elsewhere later, when the task may be gone already.
asio::awaitable<void> end(async::TaskGroup& tasks) {
  tasks.cancel();
  co_await tasks.join();
}

void print_counters(std::size_t line, const simulate::Counters& counters) {
  spdlog::info("line {}: {} connections, {} requests, {} responses, {} overlapping", line,
               counters.connections, counters.requests, counters.responses, counters.overlaps);
  for (const auto& [fault, count] : counters.faults)
    spdlog::info("  {} {} time(s)", simulate::to_string(fault), count);
}

}  // namespace

int simulate_command(const CommandArguments& arguments) {
  Arguments options{"busbar simulate DEVICE [--listen HOST:PORT] [--count N] [--cells N] [--fault SPEC]…",
                    description()};
  options.value("listen", "HOST:PORT", "where to listen", "127.0.0.1:4001")
      .value("lines", "N", "simulate N device servers on consecutive ports", "1")
      .value("pty", "PATH", "serve a pseudo terminal too, with a symbolic link at PATH (for serial links)")
      .value("count", "N", "devices on the wire, with the addresses 1 to N", "1")
      .value("cells", "N", "cells of each battery; 0: as many as usual", "0")
      .value("baud", "N", "speed of the simulated wire; 0: as fast as it goes; default: the device's")
      .value("turnaround", "MS", "pause of a device before it answers", "0")
      .value("seed", "N", "of the faults; 0: a random one", "0")
      .values("fault", "SPEC", "misbehave; may be given more than once")
      .value("variant", "NAME", "of the device, where its description names some")
      .flag("short-capacity",
            "orion: leave out the optional tail of the capacity response, as a captured pack does")
      .value("log-level,l", "LEVEL", "trace, debug, info, warning, error or off", "info")
      .positional("DEVICE", 1, "which device: see above");
  if (const auto code = options.parse(arguments)) return *code;
  const auto wanted = options.list("DEVICE");
  const auto families = simulate::families();
  const auto family = std::ranges::find_if(
      families, [&](const Family& each) { return wanted.size() == 1 && each.name == wanted.front(); });
  if (family == families.end()) return usage_error("simulate: which device? Known: " + known_families());
  const auto lines = options.integer("lines", 1, 10000);
  int code = exit_ok;
  auto settings = read_options(options, *family, code);
  if (!settings || !lines) return exit_usage;
  if (!set_up_logging(options.text("log-level"))) return usage_error("--log-level: unknown level");

  asio::io_context loop{1};
  std::vector<std::unique_ptr<simulate::Server>> servers;
  std::optional<PseudoTerminal> terminal;
  async::TaskGroup tasks{loop.get_executor(), [&](std::string_view name, std::exception_ptr) {
                           spdlog::error("{} died", name);
                           code = exit_software;
                           for (auto& server : servers) server->stop();
                         }};
  const auto stop_all = [&servers] {
    for (auto& server : servers) server->stop();
  };
  for (std::int64_t line = 0; line < *lines; ++line) {
    servers.push_back(std::make_unique<simulate::Server>(tasks, settings->server,
                                                         family->make(settings->population).value()));
    if (const auto started = servers.back()->start(); !started) {
      stop_all();
      loop.run();
      return fail(exit_unavailable, to_string(started.error()));
    }
    if (settings->server.port != 0) ++settings->server.port;
  }
  if (options.has("pty")) {
    auto opened = PseudoTerminal::open(options.text("pty"));
    if (!opened || !servers.front()->attach(opened->release_master())) {
      stop_all();
      loop.run();
      return fail(exit_unavailable, "cannot serve a pseudo terminal at " + options.text("pty") +
                                        (opened ? "" : ": " + to_string(opened.error())));
    }
    terminal.emplace(std::move(*opened));
  }
  service::Signals signals{loop.get_executor(), [&] {
                             stop_all();
                             loop.stop();
                           }};
  spdlog::info("{} {} device(s) on {}:{}{}, {} baud, seed {}", settings->population.count, family->name,
               settings->server.host, servers.front()->port(), *lines > 1 ? " and following" : "",
               settings->server.baud, servers.front()->seed());
  loop.run();
  loop.restart();
  asio::co_spawn(loop, end(tasks), [&](std::exception_ptr) { loop.stop(); });
  loop.run();
  for (std::size_t line = 0; line < servers.size(); ++line)
    print_counters(line + 1, servers[line]->counters());
  return code;
}

}  // namespace busbar::app
