// Writes the YAML of --dry-run and of a probe: block style, secrets as ********.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace busbar::app {

/// `text` as a YAML scalar: plain where that is safe, else in double quotes; $ doubled against substitution.
[[nodiscard]] std::string yaml_scalar(std::string_view text);

/// Two blanks a level; one line a key.
class YamlWriter {
 public:
  void open(std::string_view key);
  void close() { --depth_; }
  void raw(std::string_view key, std::string_view value);
  void text(std::string_view key, std::string_view value) { raw(key, yaml_scalar(value)); }
  void secret(std::string_view key, std::string_view value) {
    raw(key, value.empty() ? "\"\"" : "\"********\"");
  }
  void number(std::string_view key, std::uint64_t value) { raw(key, std::to_string(value)); }
  void real(std::string_view key, double value);
  void flag(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  void duration(std::string_view key, std::chrono::milliseconds value);
  // A mapping below `key`; nothing when it is empty.
  void texts(std::string_view key, const std::map<std::string, std::string>& entries);
  void reals(std::string_view key, const std::map<std::string, double>& entries);

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t depth_ = 0;
};

}  // namespace busbar::app
