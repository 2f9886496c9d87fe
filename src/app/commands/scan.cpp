// busbar scan mbus: who is on an M-Bus, and a site file that polls them.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/mbus/scan_report.hpp"
#include "app/mbus/session.hpp"
#include "client/mbus_line.hpp"

#include <iostream>
#include <unistd.h>
#include <utility>

namespace busbar::app {
namespace {

constexpr const char* description =
    "Asks every primary address of a wired M-Bus, or searches the secondary addresses by wildcards, and\n"
    "prints who answered as a site file, ready to be saved and completed with 'sinks:'. Everything else\n"
    "goes to standard error. Only requests for data are sent.\n"
    "\n"
    "  busbar scan mbus tcp://192.168.1.50:10001 > busbar.yaml\n"
    "  busbar scan mbus /dev/ttyUSB0 --secondary          2400 baud, even parity\n"
    "  busbar scan mbus tcp://192.168.1.50:10001 --secondary --mask 12FFFFFF\n"
    "\n"
    "A secondary search narrows masks down wherever answers collide, and finds meters whatever their\n"
    "primary addresses are, also those that share one. Ctrl-C ends a scan and shows what was found so far.\n"
    "The daemon must not be using the line meanwhile: two masters disturb each other.\n"
    "\n"
    "Exit codes: 0 meters answered; 75 none did, the link does not open, or it was interrupted.";

/// One line that is written over on a terminal; elsewhere a line for each meter found.
class Progress {
 public:
  explicit Progress(client::Discovered& found) : found_{found} {}

  void operator()(const protocol::mbus::Search& search) {
    found_ = {search.meters(), search.oddities()};
    const auto spent =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin_);
    const std::string text = mbus::progress_text(search, spent);
    if (terminal_) {
      std::cerr << "\r" << text.substr(0, width) << "\x1b[K" << std::flush;
    } else if (std::exchange(told_, found_.meters.size()) != found_.meters.size()) {
      std::cerr << text << "\n";
    }
  }
  void end() const {
    if (terminal_) std::cerr << "\r\x1b[K" << std::flush;
  }

 private:
  static constexpr std::size_t width = 79;
  client::Discovered& found_;
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::size_t told_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

std::optional<client::DiscoverOptions> what_to_search(const Arguments& options) {
  client::DiscoverOptions result;
  const auto from = options.integer("from", 0, 250);
  const auto to = from ? options.integer("to", *from, 250) : std::nullopt;
  if (!from || !to) return std::nullopt;
  result.from = static_cast<std::uint8_t>(*from);
  result.to = static_cast<std::uint8_t>(*to);
  result.hexadecimal = options.has("hex-ids");
  result.secondary = options.has("secondary") || options.has("mask") || result.hexadecimal;
  if (options.has("mask")) {
    const auto mask = protocol::mbus::parse_address(options.text("mask"));
    if (!mask || !mask->selection) {
      usage_error("--mask is '" + options.text("mask") +
                  "', expected eight or sixteen digits, F for any, such as 12FFFFFF");
      return std::nullopt;
    }
    result.mask = *mask->selection;
  }
  return result;
}

asio::awaitable<void> search(client::AsyncMbus& bus, client::DiscoverOptions options,
                             std::optional<Result<client::Discovered>>& outcome) {
  outcome = co_await bus.discover(std::move(options));
}

void say_nobody(bool secondary) {
  std::cerr << "no meter answered: check power on the bus, the speed (meters usually have 2400 baud, even\n"
               "parity; behind a gateway it is set there), and --timeout for slow gateways"
            << (secondary ? "" : ". Meters that share an\naddress are found with --secondary") << "\n";
}

}  // namespace

int scan_command(const CommandArguments& arguments) {
  Arguments options{"busbar scan mbus LINK [--secondary] [--from N] [--to N] [--json]", description};
  options.flag("secondary,s", "search secondary addresses by wildcards")
      .value("from", "N", "first primary address", "0")
      .value("to", "N", "last primary address", "250")
      .value("mask", "DIGITS", "secondary: only under this mask, F for any digit")
      .flag("hex-ids", "secondary: ids with the digits A to E, too; takes longer")
      .flag("json", "as JSON, with what was odd");
  mbus::declare_bus(options);
  options.positional("BUS", 1, "mbus")
      .positional("LINK", 1, "tcp://host:port, serial:/dev/tty…?baud=2400&parity=even or /dev/tty…");
  if (const auto code = options.parse(arguments)) return *code;
  const auto bus = options.list("BUS");
  const auto links = options.list("LINK");
  if (bus.size() != 1 || bus.front() != "mbus")
    return usage_error("scan: which bus? Known: mbus; 'busbar probe' asks in every protocol");
  if (links.empty()) return usage_error("scan: which link? For example tcp://192.168.1.50:10001; see --help");
  auto wanted = what_to_search(options);
  if (!wanted) return exit_usage;
  int code = exit_ok;
  const auto bus_options = mbus::bus_options(options, links.front(), code);
  if (!bus_options) return code;

  mbus::ScanResult result{.link = link::make_link(client::mbus_line(*bus_options).link)->endpoint()};
  Progress progress{result.found};
  wanted->progress = std::ref(progress);
  const bool secondary = wanted->secondary;
  std::optional<Result<client::Discovered>> outcome;
  result.whole = mbus::with_bus(
      *bus_options, [&](client::AsyncMbus& master) { return search(master, std::move(*wanted), outcome); });
  progress.end();
  const bool failed = outcome && !*outcome;
  if (!result.whole) std::cerr << "interrupted\n";
  if (failed) {
    result.whole = false;
    mbus::tell(outcome->error());
  }
  std::cerr << mbus::table_of(result);
  const bool some = !result.found.meters.empty();
  if (result.whole && !some) say_nobody(secondary);
  std::cout << (options.has("json") ? mbus::json_of(result) : mbus::site_file_of(result));
  return result.whole && some ? exit_ok : exit_temporary;
}

}  // namespace busbar::app
