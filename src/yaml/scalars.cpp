// Conversions of YAML scalars: integers, numbers, durations; names near to a misspelt one; text fit for a
// message.
#include "yaml/map_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

namespace busbar::yaml {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}}};

template <class T, class... Format>
std::optional<T> convert_all(std::string_view text, Format... format) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format...);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return value;
}

// The optimal string alignment distance: one transposition, as fingers make them, costs one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    return text.starts_with('-') ? std::nullopt : convert_all<std::int64_t>(text, 16);
  }
  if (text.starts_with('+') && !text.starts_with("+-")) {
    text.remove_prefix(1);
  }
  return convert_all<std::int64_t>(text, 10);
}

std::optional<double> parse_number(std::string_view text) {
  if (const auto integer = text.starts_with("0x") ? parse_integer(text) : std::nullopt) {
    return static_cast<double>(*integer);
  }
  if (text.starts_with('+') && !text.starts_with("+-")) {
    text.remove_prefix(1);
  }
  const auto value = convert_all<double>(text, std::chars_format::general);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

// No bare numbers and no "m": each would be read as something else by half of all readers.
std::optional<milliseconds> parse_duration(std::string_view text) {
  if (text == "0") {
    return milliseconds{0};
  }
  const std::size_t digits = text.find_first_not_of("0123456789.");
  if (digits == 0 || digits == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view name = text.substr(digits);
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  const auto amount = convert_all<double>(text.substr(0, digits), std::chars_format::fixed);
  if (unit == units.end() || !amount) {
    return std::nullopt;
  }
  const double exact = *amount * static_cast<double>(unit->milliseconds);
  const double whole = std::round(exact);
  // Beyond 2^53 a double no longer holds every millisecond; a fraction of one cannot be kept either.
  if (whole > 9e15 || std::abs(exact - whole) > 1e-6) {
    return std::nullopt;
  }
  return milliseconds{static_cast<std::int64_t>(whole)};
}

std::string format_duration(milliseconds value) {
  if (value.count() == 0) {
    return "0s";
  }
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const Unit& u) { return value.count() % u.milliseconds == 0; });
  return std::to_string(value.count() / unit->milliseconds) + std::string(unit->name);
}

std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr std::size_t longest_worth_comparing = 64;
  if (word.empty() || word.size() > longest_worth_comparing) {
    return {};
  }
  // Half of a short word may be wrong; with one letter everything would be near.
  std::size_t least = std::min<std::size_t>(3, word.size() / 2) + 1;
  std::string best;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > longest_worth_comparing) {
      continue;
    }
    const std::size_t d = distance(word, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // Never cut inside a UTF-8 sequence: a continuation byte still belongs to the character before.
    if (i >= longest && (byte & 0xC0U) != 0x80U) {
      out += "…";
      break;
    }
    if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += hex[byte >> 4U];
      out += hex[byte & 0xFU];
    } else {
      out += text[i];
    }
  }
  return out + "'";
}

std::string shown(const Node& node) {
  switch (node.type) {
    case Type::null:
      return "nothing";
    case Type::sequence:
      return "a list";
    case Type::map:
      return "a mapping";
    case Type::scalar:
      break;
  }
  return node.secret ? "'********'" : in_quotes(node.scalar);
}

}  // namespace busbar::yaml
