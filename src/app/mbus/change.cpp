// busbar mbus set-address, set-baud and reset: what changes a meter, after a question, and looked at
// afterwards.
#include "app/exit_code.hpp"
#include "app/mbus/actions.hpp"
#include "app/mbus/print.hpp"
#include "app/mbus/session.hpp"
#include "client/mbus_line.hpp"
#include "yaml/map_reader.hpp"

#include <busbar/protocol/mbus/commands.hpp>

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace busbar::app::mbus {

namespace wire = protocol::mbus;
using client::AsyncMbus;
using client::MeterAddress;

namespace {

/// --yes, or a person who says so.
bool confirmed(const Arguments& options, const std::string& question) {
  if (options.has("yes")) return true;
  if (::isatty(STDIN_FILENO) != 1) {
    std::cerr << "busbar: " << question << " This changes the meter; --yes confirms it\n";
    return false;
  }
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

std::string name_of(const client::MeterInfo& info) {
  return info.identity
             ? wire::id_text(info.identity->id) + " " + wire::manufacturer_text(info.identity->manufacturer)
             : "at primary address " + std::to_string(info.primary);
}

/// Each step is taken only when the one before went well; `code` tells how it ended.
struct Change {
  const Arguments& options;
  MeterAddress address;
  Bytes data;
  std::string question;                     ///< what is to be done, with {} for the meter
  std::optional<std::uint8_t> new_address;  ///< must be free before, and the meter's own afterwards
  int code = exit_temporary;

  asio::awaitable<void> perform(AsyncMbus& bus) {
    auto info = co_await bus.get_info(address);
    if (!info) {
      code = tell(info.error());
      co_return;
    }
    if (new_address) {
      auto taken = co_await is_taken(bus, *new_address);
      if (taken) co_return;
    }
    std::string text = question;
    text.replace(text.find("{}"), 2, name_of(*info));
    if (!confirmed(options, text)) {
      code = exit_no_permission;
      co_return;
    }
    auto done = co_await bus.send(address, data);
    if (!done) {
      code = tell(done.error());
      co_return;
    }
    code = exit_ok;
    if (new_address) co_await verify(bus, *info);
  }

 private:
  /// Two meters with one address could not be told apart by it any more.
  asio::awaitable<bool> is_taken(AsyncMbus& bus, std::uint8_t wanted) {
    const MeterAddress there{.primary = wanted};
    auto answer = co_await bus.ping(there);
    const bool silent = !answer && answer.error().code == Errc::timeout;
    if (silent) co_return false;
    code = answer ? fail(exit_protocol, "a meter answers at address " + std::to_string(wanted) +
                                            " already; nothing was changed")
                  : tell(answer.error());
    co_return true;
  }

  asio::awaitable<void> verify(AsyncMbus& bus, client::MeterInfo before) {
    const MeterAddress there{.primary = *new_address};
    auto info = co_await bus.get_info(there);
    if (info && info->identity == before.identity) co_return;
    code = fail(exit_protocol,
                "the meter acknowledged, but does not answer at address " + std::to_string(*new_address));
  }
};

int run(Change& change, const client::MbusOptions& bus) {
  const bool whole = with_bus(bus, [&](AsyncMbus& master) { return change.perform(master); });
  return whole ? change.code : fail(exit_temporary, "interrupted; the meter may have been changed");
}

asio::awaitable<void> knock(AsyncMbus& bus, MeterAddress address, bool& there) {
  auto answer = co_await bus.ping(address);
  there = answer.has_value();
}

/// Only a serial port can follow to the new speed; a gateway has its own setting.
int look_at_new_speed(const Meter& meter, unsigned baud) {
  const auto line = client::mbus_line(meter.bus);
  const auto* serial = std::get_if<link::SerialOptions>(&line.link);
  if (serial == nullptr) {
    std::cout
        << "acknowledged; set the gateway to " << baud
        << " baud now: a meter that is not addressed at its new speed within some minutes may fall back\n";
    return exit_ok;
  }
  link::SerialOptions faster = *serial;
  faster.baud = baud;
  client::MbusOptions bus = meter.bus;
  bus.endpoint = link::make_link(faster)->endpoint();
  bool there = false;
  (void)with_bus(bus, [&](AsyncMbus& master) { return knock(master, meter.address, there); });
  if (!there)
    return fail(exit_protocol, "the meter acknowledged, but does not answer at " + std::to_string(baud) +
                                   " baud; it may not know this speed, and fall back");
  std::cout << "answers at " << baud << " baud\n";
  return exit_ok;
}

}  // namespace

int set_address(const Arguments& options, const Meter& meter, const std::string& value) {
  const auto number = yaml::parse_integer(value);
  if (!number || *number < 0 || *number > wire::max_primary_address)
    return usage_error("the new primary address is '" + value + "', expected 0 to 250");
  const auto wanted = static_cast<std::uint8_t>(*number);
  if (!meter.address.selection && meter.address.primary == wire::any_address)
    return usage_error("address 254 is every meter; name one");
  Change change{.options = options,
                .address = meter.address,
                .data = wire::set_address(wanted),
                .question = "Give meter {} the primary address " + value + "?",
                .new_address = wanted};
  const int code = run(change, meter.bus);
  if (code == exit_ok) std::cout << "answers at address " << value << "\n";
  return code;
}

int set_baud(const Arguments& options, const Meter& meter, const std::string& value) {
  const auto number = yaml::parse_integer(value);
  const auto data = number && *number > 0 && *number <= 38400 ? wire::set_baud(static_cast<unsigned>(*number))
                                                              : std::nullopt;
  if (!data)
    return usage_error("the new speed is '" + value +
                       "', expected 300, 600, 1200, 2400, 4800, 9600, 19200 or 38400");
  Change change{.options = options,
                .address = meter.address,
                .data = *data,
                .question = "Set meter {} to " + value + " baud?",
                .new_address = {}};
  const int code = run(change, meter.bus);
  return code == exit_ok ? look_at_new_speed(meter, static_cast<unsigned>(*number)) : code;
}

int reset(const Arguments& options, const Meter& meter) {
  std::optional<std::uint8_t> subcode;
  if (options.has("subcode")) {
    const auto bytes = from_hex(options.text("subcode"));
    if (!bytes || bytes->size() != 1)
      return usage_error("--subcode is '" + options.text("subcode") + "', expected two hexadecimal digits");
    subcode = bytes->front();
  }
  Change change{.options = options,
                .address = meter.address,
                .data = wire::application_reset(subcode),
                .question = "Reset the application of meter {}?",
                .new_address = {}};
  const int code = run(change, meter.bus);
  if (code == exit_ok) std::cout << "acknowledged\n";
  return code;
}

}  // namespace busbar::app::mbus
