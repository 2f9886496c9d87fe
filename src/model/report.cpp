// How a value and a time become text, the same in every sink and every locale.
#include <busbar/model/report.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace busbar {
namespace {

std::string format_number(double value, int precision) {
  if (!std::isfinite(value)) return {};
  // The largest double has 309 digits before the point; more than 17 after it would only show the binary
  // noise.
  constexpr int most_digits = 17;
  std::array<char, 309 + 1 + 1 + most_digits> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, std::clamp(precision, 0, most_digits));
  if (error != std::errc{}) return {};
  std::string_view text{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  // What rounds to zero has no sign: "-0.00" would be a change of state for nothing.
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string_view::npos) text.remove_prefix(1);
  return std::string{text};
}

struct Formatter {
  const Quantity& quantity;
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(double value) const { return format_number(value, quantity.precision); }
  std::string operator()(const std::string& value) const { return value; }
};

}  // namespace

std::string format_value(const Quantity& quantity, const Value& value) {
  return std::visit(Formatter{quantity}, value);
}

std::string format_utc(UtcMillis time) {
  // The years the format has room for; clocks beyond them are set wrong, and days of them would not fit the
  // arithmetic.
  using std::chrono::operator""y;
  constexpr UtcMillis first = std::chrono::sys_days{0y / 1 / 1};
  constexpr UtcMillis last = UtcMillis{std::chrono::sys_days{10000y / 1 / 1}} - std::chrono::milliseconds{1};
  time = std::clamp(time, first, last);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 64> buffer{};
  const int length = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace busbar
