// busbar probe: who is on this line?
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/logging.hpp"
#include "app/probe/run.hpp"
#include "app/probe/site_file.hpp"
#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "service/signals.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <unistd.h>
#include <utility>

namespace busbar::app {
namespace {

constexpr const char* description =
    "Listens on a gateway or a serial port, then asks it in every protocol busbar knows, address by "
    "address,\n"
    "and tells what answered. Only reads are sent, the same that polling sends. What was found is printed "
    "as\n"
    "a site file, ready to be saved and completed with 'sinks:'; everything else goes to standard error.\n"
    "\n"
    "  busbar probe tcp://192.168.1.50:26 > busbar.yaml\n"
    "  busbar probe tcp://192.168.1.50:26 --protocol daly --addresses 1-4\n"
    "  busbar probe serial:/dev/ttyUSB0              tries the usual speeds\n"
    "  busbar probe serial:/dev/ttyUSB0?baud=9600\n"
    "\n"
    "It ends after the first protocol that is answered, unless --all is given; Ctrl-C ends it, too, and "
    "shows\n"
    "what was found so far. Behind a gateway only one speed can be tried: the one set in the gateway.\n"
    "\n"
    "The daemon must not be using the line meanwhile: two masters disturb each other.\n"
    "\n"
    "Exit codes: 0 something answered; 75 nothing did, the link does not open, or it was interrupted.";

/// One line that is written over on a terminal, else one line for each framing.
class Progress {
 public:
  void operator()(const probe::Step& step) {
    const std::string where = step.endpoint + "  " + step.framing;
    if (terminal_) {
      // What changes stands first: a line that is cut, or broken, would not be written over.
      const std::string text = std::to_string(step.number) + "/" + std::to_string(step.of) + "  " +
                               step.framing + "  address " + std::to_string(step.address) + "  " +
                               step.endpoint;
      std::cerr << "\r" << text.substr(0, width) << "\x1b[K" << std::flush;
    } else if (where != last_) {
      std::cerr << "trying " << where << " from address " << step.address << " on, " << step.number << "/"
                << step.of << "\n";
    }
    last_ = where;
  }
  void end() const {
    if (terminal_ && !last_.empty()) std::cerr << "\r\x1b[K" << std::flush;
  }

 private:
  static constexpr std::size_t width = 79;
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::string last_;
};

void tell(const probe::Outcome& result) {
  for (const auto& hit : result.hits) {
    std::cerr << "address " << hit.address << ": " << hit.profile->manufacturer << " " << hit.profile->model
              << " (profile " << hit.profile->name << "), " << hit.readings << " plausible readings\n";
  }
  if (!result.hits.empty()) return;
  std::cerr << "nothing answered";
  if (result.traces.late > 0) {
    std::cerr << " in time, but " << result.traces.late << " answer(s) came late: try a longer --timeout";
  } else if (result.traces.bytes > 0) {
    std::cerr << ", but " << result.traces.bytes
              << " byte(s) came that are no answer: another baud rate or parity, a protocol that busbar\n"
                 "does not know, or another master on the line. 'busbar capture --listen' records them";
  } else {
    std::cerr << ", not one byte came: check power, A and B, the speed set in the device server, addresses";
  }
  std::cerr << "\n";
}

struct Run {
  probe::Options options;
  probe::Outcome result{};
  std::optional<Result<void>> outcome{};

  asio::awaitable<void> to_end() { outcome = co_await probe::run(options, result); }
};

}  // namespace

int probe_command(const CommandArguments& arguments) {
  Arguments options{"busbar probe LINK [--addresses 1-16] [--protocol NAME]… [--all]", description};
  options
      .value("addresses,a", "RANGE",
             "an address, or a range of at most 256; without: the devices' default, and 1 to 16")
      .values("protocol,p", "NAME", "only this protocol; may be given more than once")
      .value("profiles", "DIRECTORY", "site profiles beside those built in")
      .value("timeout,t", "MS", "how long each may take to answer; what speaks by itself has 2.5 s", "500")
      .flag("all", "go on after something has answered")
      .value("log-level,l", "LEVEL", "trace shows every byte", "off")
      .positional("LINK", 1, "tcp://host:port, serial:/dev/tty… or /dev/tty…");
  if (const auto code = options.parse(arguments)) return *code;
  const auto links = options.list("LINK");
  if (links.empty()) return usage_error("probe: which link? For example tcp://192.168.1.50:26; see --help");
  const auto line = link::parse_endpoint(links.front());
  if (!line) return usage_error(line.error().detail);
  const auto range = probe::parse_range(options.text("addresses"));
  if (options.has("addresses") && !range)
    return usage_error("--addresses is '" + options.text("addresses") +
                       "', expected 7, or a range such as 1-16");
  const auto timeout = options.integer("timeout", 10, 60000);
  if (!timeout) return exit_usage;
  yaml::Findings findings;
  const auto profiles = profile::Library::load(options.text("profiles"), findings);
  std::cerr << findings.text();
  const auto wanted = options.list("protocol");
  for (const auto& name : wanted) {
    const auto known = protocol::protocols();
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string list;
    for (const auto protocol : known) list.append(list.empty() ? "" : ", ").append(protocol);
    return usage_error("unknown protocol '" + name + "'; known: " + list);
  }
  if (!set_up_logging(options.text("log-level")))
    return usage_error("--log-level: expected trace, debug, info, warning, error or off");

  Progress progress;
  Run run{{.lines = probe::lines_of(links.front(), *line),
           .framings = probe::framings_of(profiles, wanted),
           .addresses = range,
           .timeout = std::chrono::milliseconds{*timeout},
           .all = options.has("all"),
           .progress = std::ref(progress)}};
  asio::io_context loop{1};
  async::Wakeup stop{loop.get_executor()};
  service::Signals signals{loop.get_executor(), [&] { stop.notify(); }};
  std::exception_ptr failure;
  asio::co_spawn(loop, async::race(run.to_end(), stop.wait()), [&](std::exception_ptr error) {
    failure = error;
    loop.stop();
  });
  loop.run();
  progress.end();
  if (failure) std::rethrow_exception(failure);
  if (run.outcome && !*run.outcome) return fail(exit_temporary, run.outcome->error().detail);
  if (!run.outcome) std::cerr << "interrupted\n";
  if (run.outcome || !run.result.hits.empty()) tell(run.result);
  // The file may be saved elsewhere than where one stands now.
  const auto directory =
      options.has("profiles") ? std::filesystem::absolute(options.text("profiles")).string() : "";
  if (!run.result.hits.empty()) std::cout << probe::site_file_of(run.result.hits, directory);
  return run.outcome && !run.result.hits.empty() ? exit_ok : exit_temporary;
}

}  // namespace busbar::app
