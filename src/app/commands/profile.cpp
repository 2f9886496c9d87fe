// busbar profile list | show | check | explain.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/explain_bytes.hpp"
#include "profile/library.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace busbar::app {
namespace {

constexpr std::size_t max_profile_bytes = 1024 * 1024;

std::string padded(const std::string& name) {
  return name + std::string(name.size() < 20 ? 20 - name.size() : 1, ' ');
}

/// All of them, or those that are named.
int list(const profile::Library& profiles, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (profiles.find(name) == nullptr)
      return usage_error("no profile '" + name + "'; 'busbar profile list' shows them");
  for (const auto* profile : profiles.all()) {
    if (!names.empty() && std::find(names.begin(), names.end(), profile->name) == names.end()) continue;
    std::cout << profile->name << "  " << profile->manufacturer << " " << profile->model << " ("
              << profile->protocol << (profile->dialect.empty() ? "" : ", " + profile->dialect) << ")\n";
    for (const auto& setter : profile->setters) {
      const auto& setting = setter.setting;
      if (profile->find(setting.key) != nullptr) continue;  // stands among the writes below
      std::cout << "    set   " << padded(setting.key) << to_string(setting.kind) << " ("
                << expected_values(setting) << ") " << setting.description << "\n";
    }
    for (const auto& query : profile->queries) {
      if (query.takes_value) continue;  // it is nothing without the setting that fills it in
      std::cout << "    " << (query.request.write ? "write " : "query ") << padded(query.request.name)
                << query.description << "\n";
    }
  }
  return exit_ok;
}

int show(const std::string& name) {
  for (const auto& embedded : profile::embedded_profiles()) {
    if (embedded.file != name + ".yaml") continue;
    std::cout << embedded.text;
    return exit_ok;
  }
  return usage_error("no built-in profile '" + name + "'; 'busbar profile list' shows them");
}

/// A path, or the name of a built-in profile.
std::unique_ptr<profile::Profile> open_profile(const std::string& path, yaml::Findings& findings) {
  std::string text;
  if (std::filesystem::is_regular_file(path)) {
    std::ifstream file{path, std::ios::binary};
    text.resize(max_profile_bytes + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return profile::load_profile(text, path, findings);
  }
  for (const auto& embedded : profile::embedded_profiles()) {
    if (embedded.file == path + ".yaml") {
      return profile::load_profile(embedded.text, std::string{embedded.file}, findings);
    }
  }
  findings.add(path, {},
               std::filesystem::is_directory(path) ? "is a directory; name the files in it"
                                                   : "no such file, and no built-in profile of that name");
  return nullptr;
}

int check(const std::vector<std::string>& paths) {
  if (paths.empty()) return usage_error("profile check: name the files to check");
  yaml::Findings findings;
  for (const auto& path : paths) {
    const auto profile = open_profile(path, findings);
    if (!profile) continue;
    const auto before = findings.list().size();
    profile::check_examples(*profile, path, findings);
    if (findings.list().size() == before) {
      std::cout << path << ": profile " << profile->name << " is valid, " << profile->examples.size()
                << " example(s) decode as expected\n";
    }
  }
  std::cerr << findings.text();
  return findings.empty() ? exit_ok : exit_data;
}

int explain(const std::string& path, const std::string& hex) {
  yaml::Findings findings;
  const auto profile = open_profile(path, findings);
  std::cerr << findings.text();
  if (!profile) return exit_data;
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->empty())
    return fail(exit_data, "--hex is not a sequence of bytes in hex, such as \"ea d1 01\"");
  return explain_bytes(*profile, *bytes, std::cout);
}

}  // namespace

int profile_command(const CommandArguments& arguments) {
  Arguments options{"busbar profile list [NAME…] | show NAME | check FILE… | explain FILE --hex \"ea d1 …\"",
                    "A profile is the YAML description of one device type; see docs/adding-a-device.md.\n\n"
                    "  list     the profiles at hand and what can be asked of each device\n"
                    "  show     the text of a built-in profile, a good start for one of your own\n"
                    "  check    loads files (or built-in profiles by name) and runs their examples\n"
                    "  explain  shows how the bytes of a frame become readings"};
  options.value("hex,x", "HEX", "explain: bytes of one or more whole frames")
      .value("profiles", "DIRECTORY", "list: site profiles beside those built in")
      .positional("ACTION", -1, "list, show, check or explain, and what it works on");
  if (const auto code = options.parse(arguments)) return *code;
  auto words = options.list("ACTION");
  if (words.empty()) return usage_error("profile: expected list, show, check or explain; see --help");
  const auto action = words.front();
  words.erase(words.begin());
  if (action == "list") {
    yaml::Findings findings;
    const auto profiles = profile::Library::load(options.text("profiles"), findings);
    std::cerr << findings.text();
    const int code = list(profiles, words);
    return findings.empty() ? code : exit_data;
  }
  if (action == "show" && words.size() == 1) return show(words.front());
  if (action == "check") return check(words);
  if (action == "explain" && words.size() == 1) return explain(words.front(), options.text("hex"));
  return usage_error("profile " + action +
                     ": expected list [NAME…], show NAME, check FILE… or explain FILE --hex …");
}

}  // namespace busbar::app
