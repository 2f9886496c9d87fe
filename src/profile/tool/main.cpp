// Used by the build: checks the built-in profiles before they are shipped, and writes the generated device
// table.
//   busbar_profile_check DIRECTORY           every finding as file:line:column; exit 1 when there is one
//   busbar_profile_check --devices           prints docs/devices.md
#include "profile/library.hpp"

#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace busbar;

int print_devices() {
  yaml::Findings findings;
  const auto library = profile::Library::load("", findings);
  std::cerr << findings.text();
  std::cout << profile::devices_markdown(library.all());
  return findings.empty() ? 0 : 1;
}

int check(const std::string& directory) {
  yaml::Findings findings;
  for (const auto& embedded : profile::embedded_profiles()) {
    const std::string file = directory + "/" + std::string{embedded.file};
    if (const auto loaded = profile::load_profile(embedded.text, file, findings)) {
      profile::check_examples(*loaded, file, findings);
      if (loaded->examples.empty()) {
        findings.add(file, {}, "a built-in profile needs examples");
      }
      if (embedded.file != loaded->name + ".yaml") {
        findings.add(
            file, {},
            "the profile is called '" + loaded->name + "', its file must be " + loaded->name + ".yaml");
      }
    }
  }
  std::cerr << findings.text();
  return findings.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: busbar_profile_check DIRECTORY | --devices\n";
    return 2;
  }
  return std::string_view{argv[1]} == "--devices" ? print_devices() : check(argv[1]);
}
