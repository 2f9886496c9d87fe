// A reader of the line protocol that accepts what its documentation describes, and nothing else.
// Source: InfluxDB documentation, "Line protocol reference": syntax, data types, special characters.
#pragma once

#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink::test {

struct Point {
  std::string measurement;
  std::map<std::string, std::string> tags;
  std::map<std::string, std::string> fields;  ///< values as they stand
  std::string timestamp;
};

class StrictReader {
 public:
  explicit StrictReader(std::string_view text) : text_{text} {}

  /// nullopt when anything is not as it has to be.
  std::optional<std::vector<Point>> read() {
    std::vector<Point> points;
    while (at_ < text_.size()) {
      Point point;
      if (!read_point(point)) return std::nullopt;
      points.push_back(std::move(point));
    }
    return points;
  }

 private:
  bool read_point(Point& point) {
    if (!word(", ", point.measurement) || point.measurement.starts_with('_')) return false;
    while (take(',')) {
      std::string key, value;
      if (!word(",= ", key) || !take('=') || !word(",= ", value) || !point.tags.emplace(key, value).second)
        return false;
    }
    if (!take(' ')) return false;
    do {
      std::string key, value;
      if (!word(",= ", key) || !take('=') || !field(value) || !point.fields.emplace(key, value).second)
        return false;
    } while (take(','));
    if (!take(' ')) return false;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0)
      point.timestamp += text_[at_++];
    return !point.timestamp.empty() && take('\n');
  }
  /// Up to an unescaped character of `ends`; never empty, never with a line end.
  bool word(std::string_view ends, std::string& into) {
    while (at_ < text_.size() && ends.find(text_[at_]) == std::string_view::npos) {
      if (text_[at_] == '\n') return false;
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && ends.find(text_[at_ + 1]) != std::string_view::npos)
        ++at_;
      into += text_[at_++];
    }
    return !into.empty();
  }
  bool field(std::string& into) {
    if (take('"')) {
      while (at_ < text_.size() && text_[at_] != '"') {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        into += text_[at_++];
      }
      return take('"');
    }
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ' ' && text_[at_] != '\n')
      into += text_[at_++];
    if (into == "true" || into == "false") return true;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < into.size(); ++i) {
      const char c = into[i];
      if (std::isdigit(static_cast<unsigned char>(c)) != 0)
        ++digits;
      else if (!(c == '-' && i == 0) && c != '.')
        return false;
    }
    return digits > 0;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

inline std::optional<std::vector<Point>> strict_lines(std::string_view text) {
  return StrictReader{text}.read();
}

}  // namespace busbar::sink::test
