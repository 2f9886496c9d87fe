// busbar probe: who is on this line?
#include "app/probe.hpp"

#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/logging.hpp"
#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "service/signals.hpp"
#include "yaml/map_reader.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <unistd.h>
#include <utility>

namespace busbar::app {
namespace {

constexpr const char* description =
    "Asks a gateway or a serial port in every protocol busbar knows, address by address, and tells what\n"
    "answered. Only reads are sent, the same that polling sends. What was found is printed as a site file,\n"
    "ready to be saved and completed with 'sinks:'; everything else goes to standard error. Ends at the\n"
    "first protocol that is answered, unless --all is given; Ctrl-C ends it, too, and shows what was\n"
    "found so far.\n"
    "\n"
    "  busbar probe tcp://192.168.1.50:26\n"
    "  busbar probe serial:/dev/ttyUSB0              tries the usual speeds\n"
    "  busbar probe serial:/dev/ttyUSB0?baud=9600 --addresses 1-4\n"
    "\n"
    "A gateway that takes one connection only, and a serial port, must not be in use by the daemon.\n"
    "\n"
    "Exit codes: 0 something answered; 75 nothing did, the link does not open, or it was interrupted.";

/// Settings of serial lines in the order of how usual they are.
std::vector<link::Options> lines_of(const std::string& text, const link::Options& parsed) {
  const auto* const serial = std::get_if<link::SerialOptions>(&parsed);
  if (serial == nullptr || text.find("baud=") != std::string::npos) return {parsed};
  std::vector<link::Options> lines;
  for (const unsigned baud : {9600U, 19200U, 115200U, 2400U, 4800U, 38400U, 57600U}) {
    link::SerialOptions line = *serial;
    line.baud = baud;
    lines.emplace_back(line);
  }
  link::SerialOptions meters = *serial;  // M-Bus
  meters.baud = 2400;
  meters.parity = link::Parity::even;
  lines.emplace_back(meters);
  return lines;
}

/// "1-16", "7"
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_range(const std::string& text) {
  const auto dash = text.find('-');
  const auto first = yaml::parse_integer(text.substr(0, dash));
  const auto last = dash == std::string::npos ? first : yaml::parse_integer(text.substr(dash + 1));
  if (!first || !last || *first < 0 || *last < *first || *last > 0xFFFFFFFFLL || *last - *first > 255)
    return std::nullopt;
  return std::pair{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*last)};
}

/// One line that is written over on a terminal, else one line for each framing.
class Progress {
 public:
  void operator()(const std::string& endpoint, const Framing& framing, std::uint32_t address) {
    const std::string where = endpoint + "  " + framing.name();
    if (terminal_) {
      std::cerr << "\r" << where << "  address " << address << "\x1b[K" << std::flush;
    } else if (where != last_) {
      std::cerr << "trying " << where << "\n";
    }
    last_ = where;
  }
  void end() const {
    if (terminal_ && !last_.empty()) std::cerr << "\r\x1b[K" << std::flush;
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::string last_;
};

void tell(const ProbeResult& result) {
  for (const auto& hit : result.hits) {
    std::cerr << "address " << hit.address << ": " << hit.profile->manufacturer << " " << hit.profile->model
              << " (profile " << hit.profile->name << "), " << hit.readings << " plausible readings\n";
  }
  if (!result.hits.empty()) return;
  std::cerr << "nothing answered";
  if (result.traces.late > 0) {
    std::cerr << " in time, but " << result.traces.late << " answer(s) came late: try a longer --timeout";
  } else if (result.traces.bytes > 0) {
    std::cerr
        << ", but " << result.traces.bytes
        << " byte(s) came that are no answer: another baud rate or parity, a protocol that busbar does\n"
           "not know, or another master on the line. 'busbar capture --listen' records them";
  } else {
    std::cerr << ", not one byte came: check power, A and B, the speed set in the device server, addresses";
  }
  std::cerr << "\n";
}

struct Run {
  ProbeOptions options;
  ProbeResult result{};
  std::optional<Result<void>> outcome{};

  asio::awaitable<void> to_end() { outcome = co_await probe(options, result); }
};

}  // namespace

int probe_command(const CommandArguments& arguments) {
  Arguments options{"busbar probe LINK [--addresses 1-16] [--protocol NAME]… [--all]", description};
  options.value("addresses,a", "RANGE", "an address, or a range of at most 256", "1-16")
      .values("protocol,p", "NAME", "only this protocol; may be given more than once")
      .value("profiles", "DIRECTORY", "site profiles beside those built in")
      .value("timeout,t", "MS", "how long each may take to answer", "500")
      .flag("all", "go on after something has answered")
      .value("log-level,l", "LEVEL", "trace shows every byte", "off")
      .positional("LINK", 1, "tcp://host:port, serial:/dev/tty… or /dev/tty…");
  if (const auto code = options.parse(arguments)) return *code;
  const auto links = options.list("LINK");
  if (links.empty()) return usage_error("probe: which link? For example tcp://192.168.1.50:26; see --help");
  const auto line = link::parse_endpoint(links.front());
  if (!line) return usage_error(line.error().detail);
  const auto range = parse_range(options.text("addresses"));
  if (!range)
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
  Run run{{.lines = lines_of(links.front(), *line),
           .framings = framings_of(profiles, wanted),
           .first = range->first,
           .last = range->second,
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
  if (!run.result.hits.empty()) std::cout << site_file_of(run.result.hits);
  return run.outcome && !run.result.hits.empty() ? exit_ok : exit_temporary;
}

}  // namespace busbar::app
