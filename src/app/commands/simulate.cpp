// busbar simulate: devices that are not there, for trying busbar, for tests and for benchmarks.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/logging.hpp"
#include "app/pseudo_terminal.hpp"
#include "async/task_group.hpp"
#include "link/link.hpp"
#include "service/signals.hpp"
#include "simulate/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>

namespace busbar::app {
namespace {

std::string description() {
  std::string faults;
  for (const auto name : simulate::fault_names()) faults += (faults.empty() ? "" : ", ") + std::string{name};
  return "Answers like GoldenMate Orion 1000 packs behind an RS-485-to-TCP device server, paced at the baud\n"
         "rate, with values that move: charge, rest, discharge, a protection trip. Runs until interrupted "
         "and\n"
         "then prints what it was asked.\n\n"
         "A fault is NAME[:DURATION][@PROBABILITY][#ADDRESS], e.g. silent#3, late:500ms@0.1, dribble:2ms.\n"
         "Names: " +
         faults +
         ".\n"
         "The seed of a run is printed; the same seed gives the same faults.";
}

std::optional<simulate::OrionOptions> read_options(const Arguments& arguments, int& code) {
  simulate::OrionOptions options;
  code = exit_usage;
  auto listen = link::parse_endpoint("tcp://" + arguments.text("listen"));
  if (!listen || !std::holds_alternative<link::TcpOptions>(*listen)) {
    usage_error("--listen is '" + arguments.text("listen") + "', expected host:port, such as 127.0.0.1:4001");
    return std::nullopt;
  }
  options.host = std::get<link::TcpOptions>(*listen).host;
  options.port = std::get<link::TcpOptions>(*listen).port;
  const auto count = arguments.integer("count", 1, 255);
  const auto cells = arguments.integer("cells", 1, 255);
  const auto baud = arguments.integer("baud", 0, 4000000);
  const auto turnaround = arguments.integer("turnaround", 0, 60000);
  const auto seed = arguments.integer("seed", 0, INT64_MAX);
  if (!count || !cells || !baud || !turnaround || !seed) return std::nullopt;
  options.count = static_cast<unsigned>(*count);
  options.pack.cells = static_cast<unsigned>(*cells);
  options.baud = static_cast<unsigned>(*baud);
  options.turnaround = std::chrono::milliseconds{*turnaround};
  options.seed = static_cast<std::uint64_t>(*seed);
  options.pack.short_capacity = arguments.has("short-capacity");
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
  code = exit_ok;
  return options;
}

/// On the loop: Asio 1.81 delivers a cancellation from elsewhere later, when the task may be gone already.
asio::awaitable<void> end(async::TaskGroup& tasks) {
  tasks.cancel();
  co_await tasks.join();
}

void print_counters(std::size_t line, const simulate::OrionCounters& counters) {
  spdlog::info("line {}: {} connections, {} requests, {} responses, {} overlapping", line,
               counters.connections, counters.requests, counters.responses, counters.overlaps);
  for (const auto& [fault, count] : counters.faults)
    spdlog::info("  {} {} time(s)", simulate::to_string(fault), count);
}

}  // namespace

int simulate_command(const CommandArguments& arguments) {
  Arguments options{"busbar simulate orion [--listen HOST:PORT] [--count N] [--cells N] [--fault SPEC]…",
                    description()};
  options.value("listen", "HOST:PORT", "where to listen", "127.0.0.1:4001")
      .value("lines", "N", "simulate N device servers on consecutive ports", "1")
      .value("pty", "PATH", "serve a pseudo terminal too, with a symbolic link at PATH (for serial links)")
      .value("count", "N", "packs on the wire, with the addresses 1 to N", "1")
      .value("cells", "N", "cells of each pack", "4")
      .value("baud", "N", "speed of the simulated wire; 0: as fast as it goes", "9600")
      .value("turnaround", "MS", "pause of a pack before it answers", "0")
      .value("seed", "N", "of the faults; 0: a random one", "0")
      .values("fault", "SPEC", "misbehave; may be given more than once")
      .flag("short-capacity", "leave out the optional tail of the capacity response, as a captured pack does")
      .value("log-level,l", "LEVEL", "trace, debug, info, warning, error or off", "info")
      .positional("DEVICE", 1, "orion");
  if (const auto code = options.parse(arguments)) return *code;
  if (options.list("DEVICE") != std::vector<std::string>{"orion"}) {
    return usage_error("simulate: which device? Known: orion");
  }
  const auto lines = options.integer("lines", 1, 10000);
  int code = exit_ok;
  auto settings = read_options(options, code);
  if (!settings || !lines) return exit_usage;
  if (!set_up_logging(options.text("log-level"))) return usage_error("--log-level: unknown level");

  asio::io_context loop{1};
  std::vector<std::unique_ptr<simulate::OrionServer>> servers;
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
    servers.push_back(std::make_unique<simulate::OrionServer>(tasks, *settings));
    if (const auto started = servers.back()->start(); !started) {
      stop_all();
      loop.run();
      return fail(exit_unavailable, to_string(started.error()));
    }
    if (settings->port != 0) ++settings->port;
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
  spdlog::info("{} Orion pack(s) of {} cells on {}:{}{}, {} baud, seed {}", settings->count,
               settings->pack.cells, settings->host, servers.front()->port(),
               *lines > 1 ? " and following" : "", settings->baud, servers.front()->seed());
  loop.run();
  loop.restart();
  asio::co_spawn(loop, end(tasks), [&](std::exception_ptr) { loop.stop(); });
  loop.run();
  for (std::size_t line = 0; line < servers.size(); ++line)
    print_counters(line + 1, servers[line]->counters());
  return code;
}

}  // namespace busbar::app
