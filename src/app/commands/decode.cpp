// busbar decode: captured bytes, explained field by field. Opens nothing.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/explain_bytes.hpp"
#include "profile/library.hpp"
#include "yaml/map_reader.hpp"

#include <iostream>
#include <iterator>

namespace busbar::app {

int decode_command(const CommandArguments& arguments) {
  Arguments options{
      "busbar decode [--profile NAME] [--profiles DIRECTORY] --hex \"ea d1 …\"",
      "Cuts the bytes into frames and shows, for each field, offset, raw bytes, every transform and\n"
      "the result. Noise between frames is skipped and counted. Without --hex, hex is read from\n"
      "standard input."};
  options.value("hex,x", "HEX", "bytes in hex; blanks, colons and 0x are ignored")
      .value("profile,p", "NAME", "the device's profile", "orion1000")
      .value("profiles", "DIRECTORY", "site profiles beside those built in");
  if (const auto code = options.parse(arguments)) return *code;
  std::string hex = options.text("hex");
  if (!options.has("hex")) hex.assign(std::istreambuf_iterator<char>{std::cin}, {});
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->empty())
    return fail(exit_data, "--hex is not a sequence of bytes in hex, such as \"ea d1 01\"");

  yaml::Findings findings;
  const auto profiles = profile::Library::load(options.text("profiles"), findings);
  std::cerr << findings.text();
  const auto* profile = profiles.find(options.text("profile"));
  if (profile == nullptr) {
    return usage_error("unknown profile '" + options.text("profile") + "'; 'busbar profile list' shows them");
  }
  return explain_bytes(*profile, *bytes, std::cout);
}

}  // namespace busbar::app
