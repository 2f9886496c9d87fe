// What can be set on a device, and what became of an attempt: what sinks, poller and command line say to each
// other about writes. The wire form of a value is the profile's, and stays there.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar {

enum class SettingKind {
  number,  ///< min … max in steps
  select,  ///< one of options
  toggle,  ///< "on" or "off"; called switch where people read it
  button,  ///< "press", which is all its options
  text,    ///< groups of digits, each with its range: a clock, a colour
};

/// Digits of a text that form one number: always `width` of them, from min to max.
struct DigitGroup {
  unsigned min = 0;
  unsigned max = 0;
  unsigned width = 1;
  bool operator==(const DigitGroup&) const = default;
};

/// One thing that can be set, as people and Home Assistant see it.
struct Setting {
  std::string key{};  ///< unique among the settings of a profile; what a site allows by name
  std::string name{};
  std::string description{};
  SettingKind kind = SettingKind::button;
  std::string unit{};
  double min = 0;  ///< these five: numbers only
  double max = 0;
  double step = 1;
  int precision = 0;                   ///< digits after the decimal point
  std::optional<double> also{};        ///< one value beyond the range: 0 for "off", "automatic"
  std::vector<std::string> options{};  ///< select, switch, button: the values there are
  std::vector<DigitGroup> groups{};    ///< these two: texts only
  std::string between{};               ///< what stands between two groups
  /// The reading that shows what is set, and the query that brings it; "" when nothing does.
  std::string read_back{};
  std::string read_query{};
  bool operator==(const Setting&) const = default;
};

/// Longest value anybody may send. The longest name of an option is 64 bytes, a number far shorter.
inline constexpr std::size_t max_command_value = 64;

struct Command {
  std::string device;
  std::string setting;
  std::string value;
  std::string origin;  ///< for the audit log: "mqtt home/pack/set/x"
};

enum class Verdict {
  accepted,        ///< acknowledged, and reads back as asked where it can be read back
  rejected,        ///< the device said no
  unacknowledged,  ///< sent, but the device did not confirm: it may have happened
  mismatch,        ///< acknowledged, but another value reads back
  refused,         ///< nothing was sent
};
inline constexpr std::size_t verdicts = 5;

struct CommandResult {
  Verdict verdict = Verdict::refused;
  std::string detail{};     ///< for a person; "" when accepted and nothing is to be said
  std::string read_back{};  ///< the value that reads back; "" when none was read
  bool forbidden = false;   ///< refused because the site file does not allow it
  bool invalid = false;     ///< refused because the value is not one of those there are
};

using CommandDone = std::function<void(const CommandResult&)>;
/// Takes a command from outside; `done` is called exactly once, possibly before the call returns.
using CommandHandler = std::function<void(Command, CommandDone)>;

/// "number", "select", "switch", "button", "text"
[[nodiscard]] std::string_view to_string(SettingKind kind) noexcept;
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;
/// "0 to 30 A in steps of 0.5", "on or off", "one of: utility, solar", "00-99 01-12, written together"
[[nodiscard]] std::string expected_values(const Setting& setting);
/// What somebody sent, fit for a log: in single quotes, at most 64 bytes, and nothing but printable ASCII;
/// other bytes as \\xNN.
[[nodiscard]] std::string for_log(std::string_view text);

}  // namespace busbar
