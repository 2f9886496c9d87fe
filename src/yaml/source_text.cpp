// UTF-8 validation after RFC 3629 section 4 (table of well-formed byte sequences) and character columns.
#include "yaml/source_text.hpp"

#include <algorithm>
#include <cstdio>

namespace busbar::yaml {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0;
}

bool is_continuation(std::uint8_t byte) { return (byte & 0xC0U) == 0x80U; }

// Length of the well-formed sequence at `i`, 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const std::uint8_t first = byte_at(text, i);
  const std::uint8_t second = byte_at(text, i + 1);
  if (first < 0x80) {
    return 1;
  }
  std::size_t length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    low = first == 0xE0 ? 0xA0 : low;    // overlong
    high = first == 0xED ? 0x9F : high;  // surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    low = first == 0xF0 ? 0x90 : low;    // overlong
    high = first == 0xF4 ? 0x8F : high;  // beyond U+10FFFF
  }
  if (length == 0 || second < low || second > high) {
    return 0;
  }
  for (std::size_t k = 2; k < length; ++k) {
    if (!is_continuation(byte_at(text, i + k))) {
      return 0;
    }
  }
  return length;
}

}  // namespace

SourceText::SourceText(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) {
    text_.remove_prefix(3);
  }
  starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') {
      starts_.push_back(i + 1);
    }
  }
}

std::optional<Finding> SourceText::first_bad_byte() const {
  for (std::size_t i = 0; i < text_.size();) {
    const std::size_t length = sequence_length(text_, i);
    const std::uint8_t byte = byte_at(text_, i);
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
    if (length == 0 || control) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "0x%02x", byte);
      return Finding{{},
                     place_of_offset(i),
                     std::string(hex) + (control ? " is a control character, which no text file has"
                                                 : " is not valid UTF-8"),
                     control ? "" : "save the file with the encoding UTF-8"};
    }
    i += length;
  }
  return std::nullopt;
}

Place SourceText::place(int line_index, int byte_column) const {
  // A line of a person is short; counting characters of a huge one for each of its nodes would be quadratic.
  constexpr int longest_counted = 1000;
  if (line_index < 0 || static_cast<std::size_t>(line_index) >= starts_.size() || byte_column < 0 ||
      byte_column > longest_counted) {
    return {line_index + 1, byte_column + 1};
  }
  const std::string_view before =
      text_.substr(starts_[static_cast<std::size_t>(line_index)], static_cast<std::size_t>(byte_column));
  const auto characters = std::count_if(
      before.begin(), before.end(), [](char c) { return !is_continuation(static_cast<std::uint8_t>(c)); });
  return {line_index + 1, static_cast<int>(characters) + 1};
}

bool SourceText::opens_unclosed_quote(int line_index, int byte_column) const {
  if (line_index < 0 || static_cast<std::size_t>(line_index) >= starts_.size() || byte_column < 0) {
    return false;
  }
  const std::size_t start =
      starts_[static_cast<std::size_t>(line_index)] + static_cast<std::size_t>(byte_column);
  std::string_view rest = text_.substr(std::min(start, text_.size()));
  while (rest.starts_with('!') || rest.starts_with('&')) {  // a tag or anchor before the quote
    rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  }
  const char quote = rest.empty() ? '\0' : rest.front();
  if (quote != '\'' && quote != '"') {
    return false;
  }
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      if (quote == '"' || i + 1 >= rest.size() || rest[i + 1] != quote) {
        return false;
      }
      ++i;  // '' is a quote inside single quotes
    }
  }
  return true;
}

std::string_view SourceText::line(int line) const {
  if (line < 0 || static_cast<std::size_t>(line) >= starts_.size()) {
    return {};
  }
  const std::size_t start = starts_[static_cast<std::size_t>(line)];
  const std::string_view rest = text_.substr(start);
  return rest.substr(0, rest.find_first_of("\r\n"));
}

Place SourceText::place_of_offset(std::size_t offset) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<int>(next - starts_.begin()) - 1;
  return place(line, static_cast<int>(offset - starts_[static_cast<std::size_t>(line)]));
}

}  // namespace busbar::yaml
