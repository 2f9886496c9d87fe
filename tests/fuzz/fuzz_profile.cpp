// Profile text and payloads from outside. The first byte says how many of the last bytes are payload; the
// rest is a profile file. Whatever loads must decode, explain and check without a fault, and publish
// plausible values only.
#include "profile/library.hpp"

#include <busbar/model/bytes.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace busbar;

void check_plausible(const profile::Decoded& decoded) {
  for (const Reading& reading : decoded.readings) {
    const double* const number = std::get_if<double>(&reading.value);
    if (number == nullptr) {
      continue;
    }
    const auto& range = reading.quantity->range;
    if (!std::isfinite(*number) || (range && (*number < range->min || *number > range->max))) {
      std::abort();
    }
  }
}

void decode(const profile::Profile& profile, ByteView payload) {
  profile::Decoded decoded;
  for (const auto& query : profile.queries) {
    profile::CounterMemory memory;
    for (const ByteView part : {payload, payload.first(payload.size() / 2), payload}) {
      if (query.decoder.decode_into(part, memory, decoded)) {
        check_plausible(decoded);
      } else if (!decoded.readings.empty()) {
        std::abort();
      }
    }
  }
}

void exercise(const profile::Profile& profile, ByteView payload) {
  decode(profile, payload);
  const Bytes frame(payload.begin(), payload.end());
  (void)profile::explain(profile, {&frame, 1});
  yaml::Findings findings;
  profile::check_examples(profile, "fuzz.yaml", findings);
  for (const auto& example : profile.examples) {
    (void)profile::explain(profile, example.response);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto built_in = [] {
    yaml::Findings findings;
    return profile::Library::load("", findings);
  }();
  if (size == 0) {
    return 0;
  }
  const ByteView input{data + 1, size - 1};
  const std::size_t tail = std::min<std::size_t>(data[0], input.size());
  const ByteView payload = input.last(tail);
  const ByteView head = input.first(input.size() - tail);
  const std::string_view text{reinterpret_cast<const char*>(head.data()), head.size()};
  yaml::Findings findings;
  if (const auto profile = profile::load_profile(text, "fuzz.yaml", findings)) {
    exercise(*profile, payload);
  } else if (findings.empty()) {
    std::abort();  // refused without a reason
  }
  for (const auto* profile : built_in.all()) {
    decode(*profile, payload);
  }
  return 0;
}
