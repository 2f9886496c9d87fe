#include "model/command.hpp"

#include <busbar/model/report.hpp>

#include <array>

namespace busbar {

std::string_view to_string(SettingKind kind) noexcept {
  constexpr std::array<std::string_view, 5> names{"number", "select", "switch", "button", "text"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, verdicts> names{"accepted", "rejected", "unacknowledged", "mismatch",
                                                         "refused"};
  return names[static_cast<std::size_t>(verdict)];
}

namespace {

std::string digits(unsigned number, unsigned width) {
  std::string text = std::to_string(number);
  return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

std::string expected_digits(const Setting& setting) {
  std::string list;
  for (const DigitGroup& group : setting.groups)
    list += (list.empty() ? "" : " ") + digits(group.min, group.width) + "-" + digits(group.max, group.width);
  if (setting.groups.size() < 2) return list;
  return list + (setting.between.empty() ? ", written together" : ", with '" + setting.between + "' between");
}

}  // namespace

std::string expected_values(const Setting& setting) {
  if (setting.kind == SettingKind::text) return expected_digits(setting);
  if (setting.kind != SettingKind::number) {
    std::string list;
    for (const std::string& option : setting.options) list += (list.empty() ? "" : ", ") + option;
    return (setting.options.size() > 1 ? "one of: " : "") + list;
  }
  Quantity number;
  number.precision = setting.precision;
  const auto text = [&](double value) { return format_value(number, value); };
  return text(setting.min) + " to " + text(setting.max) + (setting.unit.empty() ? "" : " " + setting.unit) +
         " in steps of " + text(setting.step) + (setting.also ? ", or " + text(*setting.also) : "");
}

std::string for_log(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text.substr(0, max_command_value)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\'' && c != '\\') {
      out += c;
    } else {
      out += {'\\', 'x', digits[byte >> 4U], digits[byte & 0xFU]};
    }
  }
  return out + (text.size() > max_command_value ? "...'" : "'");
}

}  // namespace busbar
