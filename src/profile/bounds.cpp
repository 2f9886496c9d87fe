#include "profile/bounds.hpp"

#include "model/value_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace busbar::profile {
namespace {

/// The numbers of "002 010,020"; what is none is passed over.
std::vector<double> numbers_of(std::string_view text) {
  constexpr std::string_view separators = " ,";
  std::vector<double> numbers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    double number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + end, number, std::chars_format::fixed);
    if (end > 0 && parsed.ec == std::errc{} && parsed.ptr == text.data() + end) numbers.push_back(number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

bool same(double a, double b) { return std::abs(a - b) < 1e-6; }

std::optional<std::string> off_list(double number, std::string_view list) {
  const std::vector<double> numbers = numbers_of(list);
  const bool listed = std::ranges::any_of(numbers, [&](double one) { return same(one, number); });
  if (listed || numbers.empty()) return std::nullopt;
  std::string names;
  for (const double one : numbers) names += (names.empty() ? "" : ", ") + number_text(one);
  return "the device itself lists " + names;
}

std::optional<std::string> off_range(double number, const Bounds::Range& range) {
  const double steps = (number - range.min) / range.step;
  const bool fits = number > range.min - 1e-6 && number < range.max + 1e-6 && same(steps, std::round(steps));
  if (fits) return std::nullopt;
  return number_text(range.min) + " to " + number_text(range.max) + " in steps of " + number_text(range.step);
}

}  // namespace

std::optional<std::string> Bounds::refusal(double number, const Value& said) const {
  if (ranges.empty()) {
    const auto* const list = std::get_if<std::string>(&said);
    return list == nullptr ? std::nullopt : off_list(number, *list);
  }
  const auto* const value = std::get_if<double>(&said);
  if (value == nullptr) return "the device does not say its " + reading + ", on which the range depends";
  for (const Range& range : ranges) {
    if (std::abs(*value - range.of) > range.of / 10) continue;
    const auto expected = off_range(number, range);
    if (!expected) return std::nullopt;
    return "with a " + reading + " of " + number_text(*value) + " the device takes " + *expected;
  }
  return "the profile knows no range for a " + reading + " of " + number_text(*value);
}

}  // namespace busbar::profile
