// Any bytes as a capture: refused with a place, or read; what was read is written out again, reads back as
// the same, and can be explained.
#include "app/explain_capture.hpp"
#include "fuzz/require.hpp"
#include "link/capture.hpp"

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string_view>

namespace {

const busbar::profile::Library& profiles() {
  static const auto library = [] {
    busbar::yaml::Findings findings;
    return busbar::profile::Library::load("", findings);
  }();
  return library;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace busbar::link;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = capture::parse(text, "fuzz");
  if (!parsed) {
    require(parsed.error().detail.starts_with("fuzz:"), "an error names the place");
    return 0;
  }
  std::string again = to_text(parsed->header);
  for (const auto& event : parsed->events) again += to_line(event);
  const auto back = capture::parse(again, "again");
  require(back.has_value(), "what was written reads back");
  require(back->header == parsed->header && back->events == parsed->events, "and is the same");
  std::ostringstream out;
  (void)busbar::app::explain_capture(*parsed, profiles(), out);
  return 0;
}
