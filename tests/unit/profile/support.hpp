// Small profiles for the tests, and short ways to decode with them.
#pragma once

#include "profile/library.hpp"
#include "profile/profile.hpp"

#include <busbar/model/bytes.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace busbar::profile::test {

/// Lines 1…10; what is added starts in line 11.
inline std::string head() {
  return "profile: sample\n"
         "protocol: orion\n"
         "dialect: manufacturer\n"
         "manufacturer: Test\n"
         "model: T\n"
         "tested: nothing\n"
         "address: {default: 1, max: 254}\n"
         "queries:\n"
         "  poll:\n"
         "    command: 0xFF02\n";
}

inline std::string findings_of(const std::string& text) {
  yaml::Findings findings;
  const auto profile = load_profile(text, "t.yaml", findings);
  EXPECT_EQ(profile == nullptr, !findings.empty()) << findings.text();
  return findings.text();
}

/// What is wrong with a query of which `body` is written from line 11 on, indented by four.
inline std::string faults(const std::string& body) { return findings_of(head() + body); }

inline std::unique_ptr<Profile> compile(const std::string& body) {
  yaml::Findings findings;
  auto profile = load_profile(head() + body, "t.yaml", findings);
  EXPECT_TRUE(findings.empty()) << findings.text();
  if (profile == nullptr) {
    throw std::runtime_error("the test's profile does not load");
  }
  return profile;
}

/// A profile whose one query has these lines under `fields:`.
inline std::unique_ptr<Profile> with_fields(const std::string& fields) {
  return compile("    fields:\n" + fields);
}

inline Bytes bytes(std::string_view hex) { return from_hex(hex).value(); }

inline Result<Decoded> decode(const Profile& profile, std::string_view hex, std::string_view query = "poll") {
  CounterMemory memory;
  return profile.find(query)->decoder.decode(bytes(hex), memory);
}

/// "3.311 V", "true", "null" for not available, "absent", "dropped: why".
inline std::string value(const Result<Decoded>& decoded, std::string_view key) {
  if (!decoded) {
    return to_string(decoded.error());
  }
  for (const Reading& reading : decoded->readings) {
    if (reading.quantity->key == key) {
      if (std::holds_alternative<std::monostate>(reading.value)) {
        return "null";
      }
      const std::string text = format_value(*reading.quantity, reading.value);
      return reading.quantity->unit.empty() ? text : text + " " + reading.quantity->unit;
    }
  }
  for (const Drop& drop : decoded->drops) {
    if (drop.quantity->key == key) {
      return "dropped: " + drop.reason;
    }
  }
  return "absent";
}

inline std::optional<Errc> refusal(const Result<Decoded>& decoded) {
  return decoded ? std::nullopt : std::optional{decoded.error().code};
}

inline const Profile& orion() {
  static const auto library = [] {
    yaml::Findings findings;
    auto loaded = Library::load("", findings);
    EXPECT_TRUE(findings.empty()) << findings.text();
    return loaded;
  }();
  return *library.find("orion1000");
}

}  // namespace busbar::profile::test
