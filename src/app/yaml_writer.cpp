#include "app/yaml_writer.hpp"

#include "model/value_text.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>
#include <cstdio>

namespace busbar::app {

std::string yaml_scalar(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto plain = [&](char c) {
    return alphanumeric(c) || std::string_view("_./:-").find(c) != std::string_view::npos;
  };
  if (!text.empty() && (alphanumeric(text.front()) || text.front() == '/') && text.back() != ':' &&
      std::all_of(text.begin(), text.end(), plain) && text != "null" && text != "Null" && text != "NULL") {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '$') {
      quoted += "$$";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

void YamlWriter::open(std::string_view key) {
  text_ += std::string(2 * depth_, ' ') + yaml_scalar(key) + ":\n";
  ++depth_;
}

void YamlWriter::raw(std::string_view key, std::string_view value) {
  text_ += std::string(2 * depth_, ' ') + yaml_scalar(key) + ": " + std::string(value) + '\n';
}

void YamlWriter::real(std::string_view key, double value) { raw(key, number_text(value)); }

void YamlWriter::duration(std::string_view key, std::chrono::milliseconds value) {
  raw(key, yaml::format_duration(value));
}

void YamlWriter::texts(std::string_view key, const std::map<std::string, std::string>& entries) {
  if (entries.empty()) return;
  open(key);
  for (const auto& [name, value] : entries) text(name, value);
  close();
}

void YamlWriter::reals(std::string_view key, const std::map<std::string, double>& entries) {
  if (entries.empty()) return;
  open(key);
  for (const auto& [name, value] : entries) real(name, value);
  close();
}

}  // namespace busbar::app
