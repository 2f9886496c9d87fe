#include "profile/written.hpp"

#include "model/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace busbar::profile {
namespace {

using State = Written::State;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Written decimal(std::string_view text) noexcept {
  Written result;
  if (text.starts_with('+') && !text.starts_with("+-")) {
    text.remove_prefix(1);
  }
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), result.number, std::chars_format::fixed);
  // A second sign, "nan" and "inf" are what from_chars takes beyond digits.
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
  if (error != std::errc{} || end != text.data() + text.size() || !digits) {
    return result;
  }
  result.state = State::value;
  constexpr double most = 9007199254740992.0;  // 2^53
  if (result.number == std::floor(result.number) && std::abs(result.number) < most) {
    result.raw = static_cast<std::uint64_t>(static_cast<std::int64_t>(result.number));
    result.known = ~std::uint64_t{0};
  }
  return result;
}

Written hexadecimal(std::string_view text) noexcept {
  Written result;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.raw, 16);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() > 12) {
    return result;
  }
  result.number = static_cast<double>(result.raw);
  result.known = ~std::uint64_t{0};
  result.state = State::value;
  return result;
}

Written bitstring(std::string_view text) noexcept {
  Written result;
  if (text.empty() || text.size() > 64) {
    return result;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (text[i] == '1') {
      result.raw |= bit;
    }
    if (text[i] == '0' || text[i] == '1') {
      result.known |= bit;
    } else if (text[i] < '0' || text[i] > '9') {
      return result;  // digits of a code may stand among the bits, nothing else
    }
  }
  result.state = State::value;
  return result;
}

Written onoff(std::string_view text) noexcept {
  std::array<char, 3> word{};
  if (text.size() > word.size()) {
    return {};
  }
  std::transform(text.begin(), text.end(), word.begin(), lower);
  const std::string_view is{word.data(), text.size()};
  if (is != "on" && is != "off") {
    return {};
  }
  const std::uint64_t on = is == "on" ? 1 : 0;
  return {State::value, static_cast<double>(on), on, 1};
}

Written letters(std::string_view text) noexcept {
  Written result;
  if (!text.starts_with('E') && !text.starts_with('D')) {
    return result;
  }
  bool on = false;
  for (const char c : text) {
    if (c == 'E' || c == 'D') {
      on = c == 'E';
      continue;
    }
    const char letter = lower(c);
    if (letter < 'a' || letter > 'z') {
      return result;
    }
    const std::uint64_t bit = std::uint64_t{1} << (letter - 'a');
    if ((result.known & bit) != 0) {
      return result;  // said twice
    }
    result.known |= bit;
    result.raw |= on ? bit : 0;
  }
  result.state = State::value;
  return result;
}

}  // namespace

Written read_written(Notation notation, ByteView bytes) noexcept {
  const std::string_view text = text_of(bytes);
  if (!text.empty() && text.find('-') != std::string_view::npos &&
      text.find_first_not_of("-.") == std::string_view::npos) {
    return {State::unavailable, 0, 0, 0};
  }
  switch (notation) {
    case Notation::decimal:
      return decimal(text);
    case Notation::hexadecimal:
      return hexadecimal(text);
    case Notation::bitstring:
      return bitstring(text);
    case Notation::onoff:
      return onoff(text);
    case Notation::letters:
      return letters(text);
    case Notation::binary:
      break;
  }
  return {};
}

std::string_view to_string(Notation notation) noexcept {
  constexpr std::array<std::string_view, 6> names{"binary",    "decimal", "hexadecimal",
                                                  "bitstring", "onoff",   "letters"};
  return names[static_cast<std::size_t>(notation)];
}

}  // namespace busbar::profile
