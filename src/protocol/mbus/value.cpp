// Values as text and as numbers.
#include <busbar/protocol/mbus/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace busbar::protocol::mbus {
namespace {

/// The powers of ten that a double holds exactly: with one of them a result is rounded once.
constexpr std::array powers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                            1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

double power(int exponent) {
  const auto at = static_cast<std::size_t>(exponent);
  return at < powers.size() ? powers[at] : std::pow(10.0, exponent);
}

double scale(double value, int exponent) {
  return exponent < 0 ? value / power(-exponent) : value * power(exponent);
}

}  // namespace

std::string_view to_string(Unavailable reason) noexcept {
  switch (reason) {
    case Unavailable::not_decimal:
      return "not a decimal number";
    case Unavailable::marked:
      return "marked as invalid";
    case Unavailable::invalid_time:
      return "the meter's clock is invalid";
    case Unavailable::no_such_time:
      return "no such date or time";
    case Unavailable::record_error:
      return "the meter reports an error";
    case Unavailable::out_of_range:
      return "too large";
  }
  return "unknown";
}

double number(const Decimal& value) noexcept {
  return scale(static_cast<double>(value.mantissa), value.exponent);
}

double number(const Real& value) noexcept {
  // What the float means is the shortest decimal that is nearest to it, not its binary tail.
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value.value);
  double meant = static_cast<double>(value.value);
  std::from_chars(text.data(), written.ptr, meant);
  return scale(meant, value.exponent);
}

std::string to_string(const Decimal& value) {
  std::string digits = std::to_string(value.mantissa);
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  if (digits.size() < value.digits) digits.insert(0, value.digits - digits.size(), '0');
  if (value.exponent > 0 && value.mantissa != 0) digits.append(static_cast<std::size_t>(value.exponent), '0');
  if (value.exponent < 0) {
    const auto places = static_cast<std::size_t>(-value.exponent);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

std::string to_string(const Real& value) {
  std::array<char, 64> text{};
  const auto written = value.exponent == 0
                           ? std::to_chars(text.data(), text.data() + text.size(), value.value)
                           : std::to_chars(text.data(), text.data() + text.size(), number(value));
  return {text.data(), written.ptr};
}

std::string to_string(const Moment& value) {
  std::array<char, 64> text{};
  int length = 0;
  if (value.kind != Moment::Kind::time)
    length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", value.year, value.month, value.day);
  std::string all{text.data(), static_cast<std::size_t>(length)};
  if (value.kind == Moment::Kind::date) return all;
  if (value.kind == Moment::Kind::date_time) all += 'T';
  length = std::snprintf(text.data(), text.size(), "%02d:%02d", value.hour, value.minute);
  all.append(text.data(), static_cast<std::size_t>(length));
  if (!value.seconds) return all;
  length = std::snprintf(text.data(), text.size(), ":%02d", value.second);
  return all.append(text.data(), static_cast<std::size_t>(length));
}

std::string to_string(const Text& value) {
  std::string text;
  for (std::size_t at = value.reversed.size(); at > 0; --at) {
    const std::uint8_t c = value.reversed[at - 1];
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
      text += ' ';
    } else if (c < 0x80) {
      text += static_cast<char>(c);
    } else {
      text += static_cast<char>(0xC0 | c >> 6);
      text += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

std::string to_string(const Value& value) {
  struct Writer {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(Unavailable) const { return {}; }
    std::string operator()(const Raw& raw) const { return to_hex(raw.bytes); }
    std::string operator()(const Decimal& decimal) const { return to_string(decimal); }
    std::string operator()(const Real& real) const { return to_string(real); }
    std::string operator()(const Moment& moment) const { return to_string(moment); }
    std::string operator()(const Text& text) const { return to_string(text); }
  };
  return std::visit(Writer{}, value);
}

}  // namespace busbar::protocol::mbus
