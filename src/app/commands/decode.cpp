// busbar decode: captures and bytes, explained field by field. Opens no link.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/explain_bytes.hpp"
#include "app/explain_capture.hpp"
#include "profile/library.hpp"
#include "yaml/map_reader.hpp"

#include <iostream>
#include <iterator>

namespace busbar::app {
namespace {

int decode_files(const std::vector<std::string>& files, const profile::Library& profiles) {
  int code = exit_ok;
  for (const auto& file : files) {
    const auto recorded = link::capture::load(file);
    if (!recorded) {
      code = fail(exit_data, recorded.error().detail);
      continue;
    }
    if (files.size() > 1) std::cout << "== " << file << "\n";
    if (const int explained = explain_capture(*recorded, profiles, std::cout); explained != exit_ok)
      code = explained;
  }
  return code;
}

int decode_hex(const Arguments& options, const profile::Library& profiles) {
  std::string hex = options.text("hex");
  if (!options.has("hex")) hex.assign(std::istreambuf_iterator<char>{std::cin}, {});
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->empty())
    return fail(exit_data, "--hex is not a sequence of bytes in hex, such as \"ea d1 01\"");
  const auto* profile = profiles.find(options.text("profile"));
  if (profile == nullptr) {
    return usage_error("unknown profile '" + options.text("profile") + "'; 'busbar profile list' shows them");
  }
  return explain_bytes(*profile, *bytes, std::cout);
}

}  // namespace

int decode_command(const CommandArguments& arguments) {
  Arguments options{
      "busbar decode FILE… | [--profile NAME] --hex \"ea d1 …\" [--profiles DIRECTORY]",
      "Explains what went over a wire: every frame, and for each field offset, raw bytes, every transform\n"
      "and the result.\n"
      "\n"
      "With FILEs, made by 'busbar capture' or 'busbar run --record', it also tells what was asked, and\n"
      "which frames were the answer, late, foreign, an echo, or damaged, as the daemon saw them.\n"
      "Otherwise it takes the bytes of --hex, or hex from standard input, cuts them into frames, and\n"
      "counts the noise between them.\n"
      "\n"
      "Exit codes: 0 explained; 65 a FILE is malformed, or no frame was found in the hex."};
  options.value("hex,x", "HEX", "bytes in hex; blanks, colons and 0x are ignored")
      .value("profile,p", "NAME", "with --hex: the device's profile", "orion1000")
      .value("profiles", "DIRECTORY", "site profiles beside those built in")
      .positional("FILE", -1, "captures");
  if (const auto code = options.parse(arguments)) return *code;
  const auto files = options.list("FILE");
  if (options.has("hex") && !files.empty()) return usage_error("--hex and FILE exclude each other");
  yaml::Findings findings;
  const auto profiles = profile::Library::load(options.text("profiles"), findings);
  std::cerr << findings.text();
  return files.empty() ? decode_hex(options, profiles) : decode_files(files, profiles);
}

}  // namespace busbar::app
