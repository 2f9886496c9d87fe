// Short ways to load a configuration in a test, and a directory that cleans up behind itself.
#pragma once

#include "app/configuration.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace busbar::app::test {

// The parts of a valid file; together they are the smallest one.
inline constexpr std::string_view channels = "channels: {rs485: {link: \"tcp://gateway:26\"}}\n";
inline constexpr std::string_view devices = "devices: {pack1: {profile: orion1000, address: 1}}\n";
inline constexpr std::string_view sinks = "sinks: {screen: {}}\n";

inline std::string file_of(std::string_view a, std::string_view b = "", std::string_view c = "") {
  return "version: 1\n" + std::string(a) + std::string(b) + std::string(c);
}

inline Environment environment_of(std::map<std::string, std::string, std::less<>> variables = {}) {
  return Environment{std::move(variables)};
}

inline Loaded loaded(std::string_view text, const Environment& environment = {}) {
  return parse_configuration(text, "busbar.yaml", environment);
}

/// The valid configuration; the test fails when there are findings.
inline Configuration valid(std::string_view text, const Environment& environment = {}) {
  Loaded result = loaded(text, environment);
  EXPECT_EQ(result.findings.text(), "");
  return result.configuration.value_or(Configuration{});
}

/// All findings as text, and no configuration beside them.
inline std::string findings_of(std::string_view text, const Environment& environment = {}) {
  const Loaded result = loaded(text, environment);
  EXPECT_EQ(result.configuration.has_value(), result.findings.empty());
  return result.findings.text();
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = testing::TempDir() + "busbar_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path(std::string_view name = "") const { return (path_ / name).string(); }
  std::string write(std::string_view name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace busbar::app::test
