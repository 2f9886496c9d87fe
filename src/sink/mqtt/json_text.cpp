#include "sink/mqtt/json_text.hpp"

#include "model/value_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace busbar::sink::mqtt {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_text = 255;

/// At most 255 bytes, not cut inside a UTF-8 sequence. (What has more than 3 continuation bytes is none.)
std::string_view shortened(std::string_view text) {
  if (text.size() <= max_text) return text;
  std::size_t end = max_text;
  while (end > max_text - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

/// Printable ASCII without quotes and backslashes is its own JSON text. Nearly all names and numbers are.
bool plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

/// Bytes that are not UTF-8 come from devices; they become U+FFFD instead of an exception.
std::string quoted(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What is published of a text; empty for a name outside the enumeration, which is published as null.
std::string_view told(const Quantity& quantity, const std::string& text) {
  const auto& options = quantity.options;
  const bool foreign = quantity.kind == Kind::enumeration && !options.empty() &&
                       std::ranges::find(options, text) == options.end();
  return foreign ? std::string_view{} : shortened(text);
}

void append_bare(std::string& out, const Quantity& quantity, const Value& value) {
  const auto* const number = std::get_if<double>(&value);
  if (std::holds_alternative<std::monostate>(value) || (number != nullptr && !std::isfinite(*number)))
    out += "null";
  else
    append_value(out, quantity, value);
}

}  // namespace

void append_json(std::string& out, const Quantity& quantity, const Value& value) {
  const auto* const text = std::get_if<std::string>(&value);
  if (text == nullptr) return append_bare(out, quantity, value);
  const std::string_view shown = told(quantity, *text);
  if (shown.data() == nullptr)
    out += "null";
  else if (plain_ascii(shown))
    out.append(1, '"').append(shown).append(1, '"');
  else
    out += quoted(shown);
}

void append_plain(std::string& out, const Quantity& quantity, const Value& value) {
  const auto* const text = std::get_if<std::string>(&value);
  if (text == nullptr) return append_bare(out, quantity, value);
  const std::string_view shown = told(quantity, *text);
  // An empty retained message would mean that there is no such topic.
  if (shown.empty())
    out += "null";
  else if (plain_ascii(shown))
    out += shown;
  else
    out += Json::parse(quoted(shown)).get_ref<const std::string&>();
}

void append_timestamp(std::string& out, UtcMillis timestamp) {
  out += "{\"timestamp\":\"";
  append_utc(out, timestamp);
  out += '"';
}

}  // namespace busbar::sink::mqtt
