#include "sink/influx/line_protocol.hpp"

#include "sink/utf8.hpp"

#include <cmath>
#include <set>

namespace busbar::sink::influx {
namespace {

std::string escaped(std::string_view text, std::string_view special) {
  // It would escape the character that ends the word.
  while (text.ends_with('\\')) text.remove_suffix(1);
  std::string result;
  for (const char c : valid_utf8(text)) {
    if (c == '\n' || c == '\r' || c == '\0') {
      result += "\\ ";
      continue;
    }
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

/// A field that is a string: only quotes and backslashes are special, line ends are allowed.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : valid_utf8(text)) {
    if (c == '"' || c == '\\') result += '\\';
    if (c != '\0') result += c;
  }
  return result + '"';
}

/// "" when there is nothing to write.
std::string field_value(const Reading& reading) {
  if (const auto* number = std::get_if<double>(&reading.value))
    return std::isfinite(*number) ? format_value(*reading.quantity, reading.value) : "";
  if (const auto* flag = std::get_if<bool>(&reading.value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&reading.value)) return quoted(*text);
  return {};
}

}  // namespace

std::string escaped_measurement(std::string_view text) { return escaped(text, ", "); }

std::string escaped_key(std::string_view text) { return escaped(text, ",= "); }

std::string series_of(const Options& options, std::string_view device) {
  std::string series = escaped_measurement(options.measurement);
  // Sorted by key, as the documentation recommends; `device` takes its place among the others.
  std::map<std::string, std::string> tags = options.tags;
  tags["device"] = device;
  for (const auto& [key, value] : tags) series += "," + escaped_key(key) + "=" + escaped_key(value);
  return series;
}

std::string line_of(std::string_view series, const Report& report) {
  std::string fields;
  std::set<std::string_view> seen;  // the same field twice in one line is an error in version 2
  for (const Reading& reading : report.readings) {
    const std::string value = field_value(reading);
    if (value.empty() || !seen.insert(reading.quantity->key).second) continue;
    fields += (fields.empty() ? "" : ",") + escaped_key(reading.quantity->key) + "=" + value;
  }
  if (fields.empty()) return {};
  return std::string{series} + " " + fields + " " +
         std::to_string(report.timestamp.time_since_epoch().count()) + "\n";
}

}  // namespace busbar::sink::influx
