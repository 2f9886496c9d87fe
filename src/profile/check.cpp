// Runs the examples of a profile through codec and decoder.
#include "model/value_text.hpp"
#include "profile/frames.hpp"
#include "profile/profile.hpp"

#include <algorithm>
#include <cmath>

namespace busbar::profile {
namespace {

struct Shown {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const { return '"' + value + '"'; }
};

std::string shown(const Value& value) { return std::visit(Shown{}, value); }

bool same(const Value& found, const Value& expected) {
  const auto* const a = std::get_if<double>(&found);
  const auto* const b = std::get_if<double>(&expected);
  if (a != nullptr && b != nullptr) {
    // A value calculated by multiplication may differ in its last bits from the decimal in the file.
    return std::abs(*a - *b) <= 1e-9 * std::max({1.0, std::abs(*a), std::abs(*b)});
  }
  return found == expected;
}

class Check {
 public:
  Check(const Example& example, const std::string& file, yaml::Findings& findings)
      : example_{example}, file_{file}, findings_{findings} {}

  void run(const ProfileQuery& query, const protocol::Codec& codec) {
    const protocol::Query request = request_of(query, example_);
    if (query.listen) {
      // Nothing is sent.
    } else if (const auto built = codec.build(request); !built) {
      fail("cannot be asked: " + to_string(built.error()));
    } else if (*built != example_.request) {
      fail("the request would be " + to_hex(*built, ' ') + ", the example has " +
           to_hex(example_.request, ' '));
    }
    const auto payload = payload_of(codec, request, example_.response);
    if (!payload) {
      return fail("response refused: " + to_string(payload.error()));
    }
    CounterMemory memory;
    const auto decoded = query.decoder.decode(*payload, memory);
    if (!decoded) {
      return fail("payload refused: " + to_string(decoded.error()));
    }
    readings(*decoded);
    drops(*decoded);
    if (decoded->anomalies.size() != example_.anomalies) {
      fail(std::to_string(decoded->anomalies.size()) + " anomalies, expected " +
           std::to_string(example_.anomalies) +
           (decoded->anomalies.empty() ? "" : "; the first: " + decoded->anomalies.front()));
    }
  }

 private:
  void readings(const Decoded& decoded) {
    const auto find = [&](const std::string& key) {
      return std::find_if(decoded.readings.begin(), decoded.readings.end(),
                          [&](const Reading& reading) { return reading.quantity->key == key; });
    };
    for (const auto& [key, expected] : example_.expect) {
      const auto reading = find(key);
      if (reading == decoded.readings.end()) {
        fail(key + " is missing, expected " + shown(expected));
      } else if (!same(reading->value, expected)) {
        fail(key + " is " + shown(reading->value) + ", expected " + shown(expected));
      }
    }
    for (const std::string& key : example_.absent) {
      if (const auto reading = find(key); reading != decoded.readings.end()) {
        fail(key + " is " + shown(reading->value) + ", expected to be absent");
      }
    }
  }

  void drops(const Decoded& decoded) {
    for (const Drop& drop : decoded.drops) {
      const auto& listed = example_.dropped;
      if (std::find(listed.begin(), listed.end(), drop.quantity->key) == listed.end()) {
        fail(drop.quantity->key + " is dropped: " + drop.reason);
      }
    }
    for (const std::string& key : example_.dropped) {
      if (std::none_of(decoded.drops.begin(), decoded.drops.end(),
                       [&](const Drop& drop) { return drop.quantity->key == key; })) {
        fail(key + " is not dropped, as the example expects");
      }
    }
  }

  void fail(const std::string& what) {
    findings_.add(file_, example_.place, "example '" + example_.name + "': " + what);
  }

  const Example& example_;
  const std::string& file_;
  yaml::Findings& findings_;
};

}  // namespace

void check_examples(const Profile& profile, const std::string& file, yaml::Findings& findings) {
  const auto codec = protocol::make_codec(profile.protocol, profile.dialect);
  if (!codec) {
    findings.add(file, {}, to_string(codec.error()));
    return;
  }
  for (const Setter& setter : profile.setters) {
    // A button stands for its query, which has its own examples or none. What a value becomes must be shown.
    const auto sets = [&](const Example& example) { return example.setting == setter.setting.key; };
    if (profile.find(setter.setting.key) == nullptr &&
        std::none_of(profile.examples.begin(), profile.examples.end(), sets)) {
      findings.add(file, {}, "setting '" + setter.setting.key + "' has no example that sets it");
    }
  }
  for (const Example& example : profile.examples) {
    if (const ProfileQuery* const query = profile.find(example.query)) {
      Check{example, file, findings}.run(*query, **codec);
    }
  }
}

}  // namespace busbar::profile
