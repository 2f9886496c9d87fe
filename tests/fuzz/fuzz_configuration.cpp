// Any bytes as a configuration: a configuration or findings, never both or neither, and what is described
// reads back.
#include "app/configuration.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace busbar::app;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // No real files: ${file:…} and a profile directory would make a run depend on the machine.
  if (text.find("{file:") != std::string_view::npos || text.find("profiles") != std::string_view::npos) {
    return 0;
  }
  Environment environment;
  environment.variables = {{"HOST", "gateway"}, {"PORT", "26"}, {"EMPTY", ""}};
  const Loaded loaded = parse_configuration(text, "fuzz.yaml", environment);
  if (loaded.configuration.has_value() != loaded.findings.empty()) {
    std::abort();
  }
  static_cast<void>(loaded.findings.text());
  // A secret is masked wherever its text occurs, be it "mqtt": only without any does the description read
  // back.
  if (loaded.configuration && loaded.configuration->secrets.empty()) {
    const std::string description = describe(*loaded.configuration, loaded.profiles);
    if (!parse_configuration(description, "described.yaml", environment).configuration) {
      std::abort();
    }
  }
  return 0;
}
