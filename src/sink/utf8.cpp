// Text from devices is not to be trusted: validity, escaping and width on a terminal.
#include "sink/utf8.hpp"

#include <cstdint>
#include <optional>

namespace busbar::sink {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct CodePoint {
  std::uint32_t value;
  std::size_t size;
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// The code point at the front of `text` (not empty); nullopt when its first byte starts none. RFC 3629,
/// section 4.
std::optional<CodePoint> first(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return CodePoint{lead, 1};
  std::size_t size = 0;
  std::uint32_t least = 0;
  std::uint32_t value = 0;
  if ((lead & 0xE0) == 0xC0) {
    size = 2, least = 0x80, value = lead & 0x1FU;
  } else if ((lead & 0xF0) == 0xE0) {
    size = 3, least = 0x800, value = lead & 0x0FU;
  } else if ((lead & 0xF8) == 0xF0) {
    size = 4, least = 0x10000, value = lead & 0x07U;
  } else {
    return std::nullopt;
  }
  if (text.size() < size) return std::nullopt;
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) return std::nullopt;
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || surrogate) return std::nullopt;  // overlong or out of range
  return CodePoint{value, size};
}

bool is_control(std::uint32_t value) {
  // C0, DEL, C1, and the marks that reorder text or end a line.
  return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x2028 || value == 0x2029 ||
         (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

std::size_t width(std::uint32_t value) {
  if ((value >= 0x300 && value <= 0x36F) || value == 0x200B || value == 0x200D || value == 0xFE0F) return 0;
  const bool wide = (value >= 0x1100 && value <= 0x115F) || (value >= 0x2E80 && value <= 0xA4CF) ||
                    (value >= 0xAC00 && value <= 0xD7A3) || (value >= 0xF900 && value <= 0xFAFF) ||
                    (value >= 0xFE30 && value <= 0xFE6F) || (value >= 0xFF00 && value <= 0xFF60) ||
                    (value >= 0xFFE0 && value <= 0xFFE6) || (value >= 0x1F300 && value <= 0x1FAFF);
  return wide ? 2 : 1;
}

std::string cleaned(std::string_view text, bool replace_controls) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto code = first(text);
    const std::size_t size = code ? code->size : 1;
    if (!code || (replace_controls && is_control(code->value)))
      result += replacement;
    else
      result += text.substr(0, size);
    text.remove_prefix(size);
  }
  return result;
}

}  // namespace

std::string valid_utf8(std::string_view text) { return cleaned(text, false); }

std::string printable(std::string_view text) { return cleaned(text, true); }

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto code = first(text);
    columns += code ? width(code->value) : 1;
    text.remove_prefix(code ? code->size : 1);
  }
  return columns;
}

}  // namespace busbar::sink
