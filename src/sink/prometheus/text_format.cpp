// The Prometheus text exposition format 0.0.4: lines of HELP, TYPE and samples.
#include "sink/prometheus/text_format.hpp"

#include "sink/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace busbar::sink::prometheus {
namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
}

}  // namespace

std::string label(std::string_view name, std::string_view value) {
  std::string text;
  append_label(text, name, value);
  return text;
}

void append_label(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels += ',';
  labels.append(name).append("=\"");
  const bool ascii = std::ranges::none_of(value, [](char c) { return (c & 0x80) != 0; });
  if (ascii)
    append_escaped(labels, value, true);
  else
    append_escaped(labels, valid_utf8(value), true);
  labels += '"';
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  std::array<char, 64> digits{};
  const double size = std::abs(value);
  const bool everyday = size == 0 || (size >= 1e-6 && size < 1e15);
  const auto end = digits.data() + digits.size();
  const auto written = everyday ? std::to_chars(digits.data(), end, value, std::chars_format::fixed)
                                : std::to_chars(digits.data(), end, value);
  out.append(digits.data(), written.ptr);
}

void append_family(std::string& out, const Family& family) {
  out += "# HELP ";
  out += family.name;
  out += ' ';
  append_escaped(out, valid_utf8(family.help), false);
  out += "\n# TYPE ";
  out += family.name;
  out += ' ';
  out += to_string(family.type);
  out += '\n';
}

void append_sample(std::string& out, std::string_view name, std::string_view labels, std::string_view more,
                   double value) {
  out += name;
  if (!labels.empty() || !more.empty()) {
    out += '{';
    out += labels;
    if (!labels.empty() && !more.empty()) out += ',';
    out += more;
    out += '}';
  }
  out += ' ';
  append_number(out, value);
  out += '\n';
}

}  // namespace busbar::sink::prometheus
