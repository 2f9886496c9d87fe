#include "sink/influx/line_protocol.hpp"

#include "model/value_text.hpp"
#include "sink/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <utility>

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
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c != '\0') out += c;
  }
  out += '"';
}

bool has_field(const Value& value) {
  const auto* const number = std::get_if<double>(&value);
  return !std::holds_alternative<std::monostate>(value) && (number == nullptr || std::isfinite(*number));
}

void append_field(std::string& line, const Reading& reading) {
  const std::string& key = reading.quantity->key;
  // Keys of profiles need no escape.
  if (is_key(key))
    line.append(key).append(1, '=');
  else
    line.append(escaped_key(key)).append(1, '=');
  const auto* const text = std::get_if<std::string>(&reading.value);
  if (text == nullptr)
    append_value(line, *reading.quantity, reading.value);
  else if (std::ranges::none_of(*text, [](char c) { return (c & 0x80) != 0; }))
    append_quoted(line, *text);
  else
    append_quoted(line, valid_utf8(*text));
}

/// The same field twice in one line is an error in version 2.
bool repeats(const std::vector<Reading>& readings, const Reading& reading) {
  return std::any_of(readings.data(), &reading, [&](const Reading& before) {
    return before.quantity->key == reading.quantity->key && has_field(before.value);
  });
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
  std::string line;
  write_line(line, series, report);
  return line;
}

void write_line(std::string& line, std::string_view series, const Report& report) {
  line.assign(series);
  char separator = ' ';
  for (const Reading& reading : report.readings) {
    if (!has_field(reading.value) || repeats(report.readings, reading)) continue;
    line += std::exchange(separator, ',');
    append_field(line, reading);
  }
  if (separator == ' ') return line.clear();
  line += ' ';
  const auto time = report.timestamp.time_since_epoch().count();
  if (time < 0) line += '-';
  append_number(line, static_cast<std::uint64_t>(std::abs(time)));
  line += '\n';
}

}  // namespace busbar::sink::influx
