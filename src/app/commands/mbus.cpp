// busbar mbus: frames of wired M-Bus explained, and single meters read or changed.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/mbus/actions.hpp"
#include "app/mbus/session.hpp"

#include <array>
#include <string_view>

namespace busbar::app {
namespace {

constexpr const char* description =
    "  decode       explains one frame, record by record; without --hex it is read from standard input\n"
    "  get-info     who a meter is, and its status\n"
    "  read         all records of a meter\n"
    "  monitor      readings again and again, one JSON object a line, until Ctrl-C\n"
    "  set-address  gives a meter another primary address, if it is free, and looks whether it answers "
    "there\n"
    "  set-baud     tells a meter to use another speed\n"
    "  reset        application reset; --subcode 50 lets some meters send less\n"
    "\n"
    "  busbar mbus read tcp://192.168.1.50:10001 5\n"
    "  busbar mbus monitor /dev/ttyUSB0 12345678 --every 15min\n"
    "  busbar mbus set-address /dev/ttyUSB0 12345678 7\n"
    "\n"
    "ADDRESS is a primary address, 0 to 250, or the 8 digits of a secondary one, or all its 16; F stands "
    "for\n"
    "any digit. set-address, set-baud and reset change the meter: they ask, or need --yes. The daemon must\n"
    "not be using the line meanwhile.\n"
    "\n"
    "Exit codes: 0 done; 65 no frame, or records that cannot be followed; 75 no answer; 76 the meter "
    "refused;\n"
    "77 not confirmed.";

struct Action {
  std::string_view name;
  std::string_view words;  ///< what follows it
  std::size_t count;
  int (*run)(const Arguments&, const mbus::Meter&, const std::string& value);
};

template <int (*function)(const Arguments&, const mbus::Meter&)>
int without_value(const Arguments& options, const mbus::Meter& meter, const std::string&) {
  return function(options, meter);
}

constexpr std::array actions{
    Action{"get-info", "LINK ADDRESS", 2, without_value<mbus::get_info>},
    Action{"read", "LINK ADDRESS", 2, without_value<mbus::read>},
    Action{"monitor", "LINK ADDRESS --every 15min", 2, without_value<mbus::monitor>},
    Action{"set-address", "LINK ADDRESS NEW", 3, mbus::set_address},
    Action{"set-baud", "LINK ADDRESS BAUD", 3, mbus::set_baud},
    Action{"reset", "LINK ADDRESS", 2, without_value<mbus::reset>},
};

int talk(const Action& action, const Arguments& options, const std::vector<std::string>& words) {
  if (words.size() != action.count)
    return usage_error("mbus " + std::string{action.name} + ": expected " + std::string{action.words});
  int code = exit_ok;
  const auto bus = mbus::bus_options(options, words[0], code);
  if (!bus) return code;
  const auto address = protocol::mbus::parse_address(words[1]);
  if (!address) return usage_error(address.error().detail);
  return action.run(options, {*bus, *address}, words.back());
}

}  // namespace

int mbus_command(const CommandArguments& arguments) {
  Arguments options{"busbar mbus ACTION [LINK ADDRESS [VALUE]] [options]", description};
  options.value("hex,x", "HEX", "decode: the frame; blanks, colons and 0x are ignored")
      .flag("json", "as JSON, with the raw bytes of every record")
      .value("every,e", "DURATION", "monitor: from one reading to the next", "15min")
      .value("count,n", "N", "monitor: end after so many; 0: never", "0")
      .value("subcode", "HEX", "reset: two digits that choose what is sent from then on")
      .flag("yes,y", "do not ask before the meter is changed");
  mbus::declare_bus(options);
  options.positional("ACTION", 1, "decode, get-info, read, monitor, set-address, set-baud or reset")
      .positional("LINK", 1, "tcp://host:port, serial:/dev/tty…?baud=2400&parity=even or /dev/tty…")
      .positional("ADDRESS", -1, "of the meter; then the new address or speed");
  if (const auto code = options.parse(arguments)) return *code;
  const auto action = options.list("ACTION");
  if (!action.empty() && action.front() == "decode") return mbus::decode(options);
  auto words = options.list("LINK");
  for (auto& word : options.list("ADDRESS")) words.push_back(std::move(word));
  std::string known = "decode";
  for (const Action& one : actions) {
    if (!action.empty() && one.name == action.front()) return talk(one, options, words);
    known.append(", ").append(one.name);
  }
  return usage_error("mbus: what? Known: " + known + "; see busbar mbus --help");
}

}  // namespace busbar::app
