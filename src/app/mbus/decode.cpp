// busbar mbus decode: an M-Bus frame explained, record by record.
#include "app/exit_code.hpp"
#include "app/mbus/actions.hpp"
#include "app/mbus/print.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>

namespace busbar::app::mbus {

int decode(const Arguments& options) {
  std::string hex = options.text("hex");
  if (!options.has("hex")) hex.assign(std::istreambuf_iterator<char>{std::cin}, {});
  std::replace(hex.begin(), hex.end(), '\n', ' ');
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->empty())
    return fail(exit_data, "--hex is not a sequence of bytes in hex, such as \"e5\"");
  const auto telegram = protocol::mbus::decode(*bytes);
  if (!telegram) return fail(exit_data, to_string(telegram.error()));
  if (options.has("json"))
    std::cout << json_text(json_of(*telegram));
  else
    print_table(*telegram, std::cout);
  return telegram->fault ? exit_data : exit_ok;
}

}  // namespace busbar::app::mbus
