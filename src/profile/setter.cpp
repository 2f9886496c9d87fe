#include "profile/setter.hpp"

#include "model/value_text.hpp"
#include "profile/profile.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace busbar::profile {
namespace {

/// "-12.5" and nothing else: what from_chars takes beyond that (nan, inf, 1e3) is sorted out before.
std::optional<double> plain_decimal(std::string_view text) {
  constexpr std::size_t longest = 16;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view unsigned_part = text.starts_with('-') ? text.substr(1) : text;
  const bool plain = !unsigned_part.empty() && text.size() <= longest && digit(unsigned_part.front()) &&
                     digit(unsigned_part.back()) && std::ranges::count(unsigned_part, '.') <= 1 &&
                     std::ranges::all_of(unsigned_part, [&](char c) { return digit(c) || c == '.'; });
  double value = 0;
  if (!plain || std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
    return std::nullopt;
  return value;
}

Error refusal(const Setting& setting, std::string_view found) {
  return Error{Errc::bad_value, "'" + setting.key + "' takes " + expected_values(setting) + "; found " +
                                    yaml::in_quotes(found)};
}

/// In range, and on a step counted from the lowest value.
bool is_step(const Setting& setting, double value) {
  if (setting.also && std::abs(value - *setting.also) < 1e-6) return true;
  if (!(value >= setting.min && value <= setting.max)) return false;
  const double steps = (value - setting.min) / setting.step;
  return std::abs(steps - std::round(steps)) < 1e-6;
}

/// As many digits in each group as it has, each number in its range, and nothing else.
bool is_text(const Setting& setting, std::string_view value) {
  for (std::size_t i = 0; i < setting.groups.size(); ++i) {
    const DigitGroup& group = setting.groups[i];
    if (i > 0 && !value.starts_with(setting.between)) return false;
    value.remove_prefix(i > 0 ? setting.between.size() : 0);
    const std::string_view digits = value.substr(0, group.width);
    unsigned number = 0;
    const bool plain = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (digits.size() != group.width || !plain) return false;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (number < group.min || number > group.max) return false;
    value.remove_prefix(group.width);
  }
  return value.empty();
}

Bytes with_value(const ProfileQuery& query, const ValueFormat& format, const Bytes& written) {
  Bytes data = query.request.data;
  data.resize(std::max(data.size(), format.at + written.size()));
  std::ranges::copy(written, data.begin() + static_cast<std::ptrdiff_t>(format.at));
  return data;
}

Value expectation(const Setting& setting, std::string_view value, double number) {
  if (setting.read_back.empty()) return {};
  if (setting.kind == SettingKind::number) return number;
  if (setting.kind == SettingKind::toggle) return value == "on";
  return std::string{value};
}

}  // namespace

Result<Bytes> ValueFormat::encode(double value) const {
  if (type == Type::text) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value / scale,
                                   std::chars_format::fixed, static_cast<int>(decimals));
    const std::string_view text{buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())};
    if (end.ec != std::errc{} || value < 0 || text.size() > width)
      return Error{Errc::bad_value, "does not fit " + std::to_string(width) + " characters"};
    Bytes bytes(width - text.size(), std::uint8_t{'0'});
    bytes.insert(bytes.end(), text.begin(), text.end());
    return bytes;
  }
  const bool negative = type == Type::s8 || type == Type::s16 || type == Type::s32;
  const double raw = std::round(value / scale);
  const double span = std::ldexp(1.0, static_cast<int>(width * 8));
  if (!(raw >= (negative ? -span / 2 : 0) && raw < (negative ? span / 2 : span)))
    return Error{Errc::bad_value, "does not fit " + std::to_string(width) + " bytes"};
  const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(raw));
  Bytes bytes(width);
  for (std::size_t i = 0; i < width; ++i)
    bytes[little ? i : width - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
  return bytes;
}

Result<Write> prepare(const Profile& profile, const Setter& setter, std::string_view value) {
  const Setting& setting = setter.setting;
  double number = 0;
  std::string_view literal = value;
  std::size_t index = setter.query;
  if (setting.kind == SettingKind::text) {
    if (!is_text(setting, value)) return refusal(setting, value);
  } else if (setting.kind == SettingKind::number) {
    const auto parsed = plain_decimal(value);
    if (!parsed || !is_step(setting, *parsed)) return refusal(setting, value);
    number = *parsed + 0.0;  // no minus before a zero
  } else {
    const auto chosen = std::ranges::find(setting.options, value);
    if (chosen == setting.options.end()) return refusal(setting, value);
    const auto& choice = setter.choices[static_cast<std::size_t>(chosen - setting.options.begin())];
    number = choice.number;
    literal = choice.text;
    index = choice.query;
  }
  const ProfileQuery& query = profile.queries[index];
  Write write{&query, query.request.data, expectation(setting, value, number), number};
  if (!setter.formatted) return write;
  const bool as_it_is = setter.format.type == ValueFormat::Type::literal;
  const auto written =
      as_it_is ? Result<Bytes>{Bytes{literal.begin(), literal.end()}} : setter.format.encode(number);
  if (!written) return written.error();
  write.data = with_value(query, setter.format, *written);
  return write;
}

std::string as_set(const Setting& setting, const Reading& reading) {
  const bool* const flag = std::get_if<bool>(&reading.value);
  if (setting.kind == SettingKind::toggle && flag != nullptr) return *flag ? "on" : "off";
  const double* const number = std::get_if<double>(&reading.value);
  if (setting.kind == SettingKind::select && number != nullptr) return number_text(*number);
  return format_value(*reading.quantity, reading.value);
}

bool reads_back(const Setting& setting, const Value& expected, const Value& found) {
  const auto* const wanted = std::get_if<double>(&expected);
  const auto* const read = std::get_if<double>(&found);
  // A device may show a number more coarsely than it takes it, but never by half a step.
  if (wanted != nullptr && read != nullptr) return std::abs(*wanted - *read) < setting.step / 2;
  // An option that is a number may be read back as one: 50 of 50.0 Hz.
  const auto* const option = std::get_if<std::string>(&expected);
  if (option != nullptr && read != nullptr) {
    const auto number = plain_decimal(*option);
    return number && std::abs(*number - *read) < setting.step / 2;
  }
  return expected == found;
}

}  // namespace busbar::profile
