// How a value and a time become text, the same in every sink and every locale.
#include "model/value_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace busbar {
namespace {

/// Most readings have few digits, and are far from the middle between two texts: then rounding in binary is
/// exact, and an integer is written much faster than a double. Everything else takes the long way.
bool append_short(std::string& out, double value, int precision) {
  constexpr std::array<double, 7> powers{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
  constexpr double most = 1e9;        // scaled: below it the error of the product is less than 1e-6
  constexpr double undecided = 1e-5;  // that near to the middle the product does not tell
  if (precision < 0 || static_cast<std::size_t>(precision) >= powers.size()) return false;
  const double scaled = std::abs(value) * powers[static_cast<std::size_t>(precision)];
  if (!(scaled < most)) return false;
  auto number = static_cast<std::uint64_t>(scaled);
  const double rest = scaled - static_cast<double>(number);
  if (std::abs(rest - 0.5) < undecided) return false;
  if (rest > 0.5) ++number;
  std::array<char, 24> buffer;
  char* const end = buffer.data() + buffer.size();
  char* at = end;
  // What rounds to zero has no sign: "-0.00" would be a change of state for nothing.
  const bool negative = value < 0 && number != 0;
  for (int digit = 0; digit <= precision || number != 0; ++digit) {
    if (digit == precision && precision > 0) *--at = '.';
    *--at = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  if (negative) *--at = '-';
  out.append(at, end);
  return true;
}

void append_long(std::string& out, double value, int precision) {
  // The largest double has 309 digits before the point; more than 17 after it would only show the binary
  // noise.
  constexpr int most_digits = 17;
  std::array<char, 309 + 1 + 1 + most_digits> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, std::clamp(precision, 0, most_digits));
  if (error != std::errc{}) return;
  std::string_view text{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string_view::npos) text.remove_prefix(1);
  out += text;
}

struct Appender {
  std::string& out;
  const Quantity& quantity;
  void operator()(std::monostate) const {}
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(double value) const {
    if (!std::isfinite(value)) return;
    if (!append_short(out, value, quantity.precision)) append_long(out, value, quantity.precision);
  }
  void operator()(const std::string& value) const { out += value; }
};

/// `number` with leading zeros, and what stands behind it.
void append_digits(std::string& out, std::int64_t number, std::size_t digits, char behind) {
  std::array<char, 4> text;
  for (std::size_t at = digits; at-- > 0; number /= 10) text[at] = static_cast<char>('0' + number % 10);
  out.append(text.data(), digits) += behind;
}

}  // namespace

void append_value(std::string& out, const Quantity& quantity, const Value& value) {
  std::visit(Appender{out, quantity}, value);
}

void append_utc(std::string& out, UtcMillis time) {
  // The years the format has room for; clocks beyond them are set wrong, and days of them would not fit the
  // arithmetic.
  using std::chrono::operator""y;
  constexpr UtcMillis first = std::chrono::sys_days{0y / 1 / 1};
  constexpr UtcMillis last = UtcMillis{std::chrono::sys_days{10000y / 1 / 1}} - std::chrono::milliseconds{1};
  time = std::clamp(time, first, last);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  append_digits(out, static_cast<int>(date.year()), 4, '-');
  append_digits(out, static_cast<unsigned>(date.month()), 2, '-');
  append_digits(out, static_cast<unsigned>(date.day()), 2, 'T');
  append_digits(out, clock.hours().count(), 2, ':');
  append_digits(out, clock.minutes().count(), 2, ':');
  append_digits(out, clock.seconds().count(), 2, '.');
  append_digits(out, clock.subseconds().count(), 3, 'Z');
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), written.ptr);
}

std::string number_text(double value) {
  std::array<char, 32> digits;  // the longest is 24: a sign, 17 digits, a point and e-308
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), written.ptr};
}

std::string format_value(const Quantity& quantity, const Value& value) {
  std::string text;
  append_value(text, quantity, value);
  return text;
}

std::string format_utc(UtcMillis time) {
  std::string text;
  append_utc(text, time);
  return text;
}

}  // namespace busbar
