#include "app/mbus/session.hpp"

#include "app/exit_code.hpp"
#include "app/logging.hpp"
#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "link/link.hpp"
#include "service/signals.hpp"

#include <busbar/protocol/mbus/commands.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace busbar::app::mbus {
namespace {

std::string hint_of(Errc code) {
  switch (code) {
    case Errc::timeout:
      return "check the address ('busbar scan mbus' finds it), the speed, power on the bus; a slow meter or "
             "gateway needs a longer --timeout. The daemon must not be using the line meanwhile";
    case Errc::bad_checksum:
    case Errc::bad_length:
    case Errc::bad_end:
    case Errc::truncated_frame:
      return "several meters may have this address: use the secondary one; or the speed or the parity is "
             "another";
    case Errc::connect_failed:
    case Errc::connection_closed:
      return "is the gateway there, and free? Most take one connection only";
    default:
      return "";
  }
}

}  // namespace

void declare_bus(Arguments& options) {
  options
      .value("baud,b", "N",
             "speed of the bus, for the timing; default: that of the serial port, 2400 behind a gateway")
      .value("timeout,t", "MS",
             "how long a meter may take to begin its answer; default: 330 bit times and 150 ms, behind a "
             "gateway 450 ms")
      .value("retries", "N", "how often a request is repeated to which nothing came", "1")
      .value("log-level,l", "LEVEL", "trace shows every byte", "off");
}

std::optional<client::MbusOptions> bus_options(const Arguments& options, std::string url, int& code) {
  client::MbusOptions result{.endpoint = std::move(url)};
  code = exit_usage;
  if (const auto link = link::parse_endpoint(result.endpoint); !link) {
    usage_error(link.error().detail);
    return std::nullopt;
  }
  const auto& known = protocol::mbus::bauds;
  if (options.has("baud")) {
    const auto baud = options.integer("baud", 300, 38400);
    if (!baud) return std::nullopt;
    result.baud = static_cast<unsigned>(*baud);
    if (std::find(known.begin(), known.end(), result.baud) == known.end()) {
      usage_error("--baud: an M-Bus has 300, 600, 1200, 2400, 4800, 9600, 19200 or 38400");
      return std::nullopt;
    }
  }
  if (options.has("timeout")) {
    const auto timeout = options.integer("timeout", 10, 60000);
    if (!timeout) return std::nullopt;
    result.timeout = std::chrono::milliseconds{*timeout};
  }
  const auto retries = options.integer("retries", 0, 10);
  if (!retries) return std::nullopt;
  result.retries = static_cast<unsigned>(*retries);
  if (!set_up_logging(options.text("log-level"))) {
    usage_error("--log-level: expected trace, debug, info, warning, error or off");
    return std::nullopt;
  }
  code = exit_ok;
  return result;
}

bool with_bus(client::MbusOptions options,
              const std::function<asio::awaitable<void>(client::AsyncMbus&)>& talk) {
  asio::io_context loop{1};
  std::optional<client::AsyncMbus> bus;
  bus.emplace(loop.get_executor(), std::move(options));
  async::Wakeup stop{loop.get_executor()};
  bool interrupted = false;
  service::Signals signals{loop.get_executor(), [&] {
                             interrupted = true;
                             stop.notify();
                           }};
  std::exception_ptr failure;
  asio::co_spawn(loop, async::race(talk(*bus), stop.wait()), [&](std::exception_ptr error) {
    failure = error;
    loop.stop();
  });
  loop.run();
  // One more turn, so that the connection is closed in an orderly way.
  bus.reset();
  loop.restart();
  loop.poll();
  if (failure) std::rethrow_exception(failure);
  return !interrupted;
}

int tell(const Error& error) {
  std::string text = error.detail.empty() ? to_string(error) : error.detail;
  if (const std::string hint = hint_of(error.code); !hint.empty()) text += "; " + hint;
  return fail(error.code == Errc::rejected ? exit_protocol : exit_temporary, text);
}

}  // namespace busbar::app::mbus
