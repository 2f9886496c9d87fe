// From the text of a value to the request that sets it. Pure, and the only way a value from outside gets into
// a frame: whatever is not exactly one of the values the profile lists is refused here.
#pragma once

#include "model/command.hpp"
#include "profile/bounds.hpp"

#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::profile {

struct Profile;
struct ProfileQuery;

/// How a value is written into the data of a request.
struct ValueFormat {
  /// `literal`: the characters that the option stands for, or the text itself.
  enum class Type { text, literal, u8, u16, u32, s8, s16, s32 };
  Type type = Type::text;
  bool little = false;
  std::size_t at = 0;     ///< offset in the data; at its end: appended
  std::size_t width = 0;  ///< bytes; text is filled up with zeros from the left
  unsigned decimals = 0;  ///< text: digits after the point
  double scale = 1;       ///< what one unit of the raw number is worth

  /// The bytes of a number; bad_value when it does not fit. Not for literals.
  [[nodiscard]] Result<Bytes> encode(double value) const;
};

struct Setter {
  /// What one of setting.options does.
  struct Choice {
    std::size_t query = 0;  ///< index of the write query
    double number = 0;      ///< what `format` encodes, where the setter has one
    std::string text{};     ///< the same of a literal
  };
  Setting setting;
  std::vector<Choice> choices{};  ///< as many as setting.options
  std::size_t query = 0;          ///< numbers and texts only
  bool formatted = false;         ///< the value stands in the data of the request, by `format`
  ValueFormat format{};
  std::optional<Bounds> bounds{};  ///< numbers only: what the device at hand takes
};

/// A write, ready to be sent but for the address.
struct Write {
  const ProfileQuery* query = nullptr;
  Bytes data{};
  Value expected{};   ///< what reads back when it worked; nothing when it cannot be read back
  double number = 0;  ///< the value of a number
};

/// bad_value says what was found and what is expected. Numbers are plain decimals: no sign but a minus, no
/// exponent, no blanks; a text is its digits; all else is one of the options, letter by letter.
[[nodiscard]] Result<Write> prepare(const Profile& profile, const Setter& setter, std::string_view value);

/// What a reading says, in the words in which it is set: "on" of true, "50" of 50.0 where that is an option.
[[nodiscard]] std::string as_set(const Setting& setting, const Reading& reading);

/// Whether a device that was asked for `expected` shows it.
[[nodiscard]] bool reads_back(const Setting& setting, const Value& expected, const Value& found);

}  // namespace busbar::profile
