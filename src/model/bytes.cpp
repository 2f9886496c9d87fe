// Hexadecimal text form of byte buffers.
#include <busbar/model/bytes.hpp>

namespace busbar {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

/// Not std::isxdigit: that depends on the locale.
constexpr int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(ByteView bytes, char separator) {
  std::string text;
  text.reserve(bytes.size() * (separator == 0 ? 2 : 3));
  for (const std::uint8_t byte : bytes) {
    if (separator != 0 && !text.empty()) text += separator;
    text += digits[byte >> 4];
    text += digits[byte & 0x0F];
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  constexpr std::string_view between = " \t\r\n:-,";
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  std::size_t at = 0;
  while (at < text.size()) {
    if (between.find(text[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    const std::string_view prefix = text.substr(at, 2);
    if (prefix == "0x" || prefix == "0X") at += 2;
    if (text.size() - at < 2) return std::nullopt;
    const int high = digit_value(text[at]);
    const int low = digit_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    at += 2;
  }
  return bytes;
}

}  // namespace busbar
