// Parsing, naming and applying the closed list of transforms.
#include "profile/transform.hpp"

#include "model/value_text.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace busbar::profile {
namespace {

using Kind = Transform::Kind;

struct Name {
  std::string_view text;
  Kind kind;
  std::size_t arguments;
};
constexpr std::array<Name, 8> names{{{"abs", Kind::abs, 0},
                                     {"fold", Kind::fold, 1},
                                     {"scale", Kind::scale, 1},
                                     {"minus", Kind::minus, 1},
                                     {"offset", Kind::offset, 1},
                                     {"bitmask", Kind::bitmask, 1},
                                     {"shift", Kind::shift, 1},
                                     {"clamp", Kind::clamp, 2}}};

constexpr double integer_limit = 9007199254740992.0;  // 2^53: beyond it a double is no exact integer

std::int64_t integer_part(double value) noexcept {
  return static_cast<std::int64_t>(std::clamp(value, -integer_limit, integer_limit));
}

double shifted(std::int64_t value, int bits) noexcept {
  return bits >= 0
             ? static_cast<double>(value >> bits)
             : static_cast<double>(static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << -bits));
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':')) {
    parts.push_back(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  parts.push_back(text);
  return parts;
}

std::optional<double> argument(std::string_view text) {
  // Masks are written in hexadecimal, which the number parser does not take.
  if (const auto whole = yaml::parse_integer(text)) {
    return static_cast<double>(*whole);
  }
  return yaml::parse_number(text);
}

/// scale:X with an X of the form 1/n is turned into a division, which rounds correctly.
Transform exact_scale(double factor) {
  const double reciprocal = std::round(1.0 / factor);
  if (std::abs(reciprocal) > 1.0 && std::abs(reciprocal) < integer_limit && 1.0 / reciprocal == factor) {
    return {Kind::divide, reciprocal, 0};
  }
  return {Kind::scale, factor, 0};
}

std::string bounds_fault(const Transform& t) {
  if (t.kind == Kind::bitmask && (t.a < 1 || t.a > 4294967295.0 || t.a != std::floor(t.a))) {
    return "a bitmask is a whole number from 1 to 0xFFFFFFFF";
  }
  if (t.kind == Kind::shift && (std::abs(t.a) > 31 || t.a != std::floor(t.a))) {
    return "a shift is a whole number of bits from -31 to 31";
  }
  if (t.kind == Kind::clamp && t.a > t.b) {
    return "clamp:min:max has its minimum above its maximum";
  }
  if (t.kind == Kind::scale && t.a == 0) {
    return "scale:0 would make every value 0";
  }
  return {};
}

}  // namespace

double apply_to_bits(const Transform& transform, double value) noexcept {
  const std::int64_t whole = integer_part(value);
  return transform.kind == Kind::shift ? shifted(whole, static_cast<int>(transform.a))
                                       : static_cast<double>(whole & static_cast<std::int64_t>(transform.a));
}

std::optional<Transform> parse_transform(std::string_view text, std::string& reason) {
  const auto parts = split(text);
  const auto name =
      std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.text == parts[0]; });
  if (name == names.end()) {
    reason = "unknown transform '" + std::string{parts[0]} +
             "', expected abs, scale:X, minus:X, offset:X, bitmask:X, shift:X, fold:X or clamp:min:max";
    return std::nullopt;
  }
  if (parts.size() != name->arguments + 1) {
    reason = "'" + std::string{text} + "': " + std::string{name->text} + " takes " +
             std::to_string(name->arguments) + (name->arguments == 1 ? " number" : " numbers");
    return std::nullopt;
  }
  Transform transform{name->kind, 0, 0};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto number = argument(parts[i]);
    if (!number) {
      reason = "'" + std::string{text} + "': '" + std::string{parts[i]} + "' is not a number";
      return std::nullopt;
    }
    (i == 1 ? transform.a : transform.b) = *number;
  }
  if (auto fault = bounds_fault(transform); !fault.empty()) {
    reason = "'" + std::string{text} + "': " + fault;
    return std::nullopt;
  }
  return transform.kind == Kind::scale ? exact_scale(transform.a) : transform;
}

std::string to_string(const Transform& transform) {
  if (transform.kind == Kind::divide) {
    return "scale:" + number_text(1.0 / transform.a);
  }
  const auto name =
      std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.kind == transform.kind; });
  std::string text{name->text};
  if (name->arguments >= 1) {
    text += ":" + number_text(transform.a);
  }
  if (name->arguments == 2) {
    text += ":" + number_text(transform.b);
  }
  return text;
}

}  // namespace busbar::profile
