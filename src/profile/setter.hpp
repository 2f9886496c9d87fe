// From the text of a value to the request that sets it. Pure, and the only way a value from outside gets into
// a frame: whatever is not exactly one of the values the profile lists is refused here.
#pragma once

#include "model/command.hpp"

#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::profile {

struct Profile;
struct ProfileQuery;

/// How a number is written into the data of a request.
struct ValueFormat {
  enum class Type { text, u8, u16, u32, s8, s16, s32 };
  Type type = Type::text;
  bool little = false;
  std::size_t at = 0;     ///< offset in the data; at its end: appended
  std::size_t width = 0;  ///< bytes; text is filled up with zeros from the left
  unsigned decimals = 0;  ///< text: digits after the point
  double scale = 1;       ///< what one unit of the raw number is worth

  /// The bytes; bad_value when the number does not fit.
  [[nodiscard]] Result<Bytes> encode(double value) const;
};

struct Setter {
  /// What one of setting.options does.
  struct Choice {
    std::size_t query = 0;  ///< index of the write query
    double number = 0;      ///< what `format` encodes, where the setter has one
  };
  Setting setting;
  std::vector<Choice> choices{};  ///< as many as setting.options
  std::size_t query = 0;          ///< numbers only
  bool formatted = false;         ///< the value stands in the data of the request, by `format`
  ValueFormat format{};
};

/// A write, ready to be sent but for the address.
struct Write {
  const ProfileQuery* query = nullptr;
  Bytes data{};
  Value expected{};  ///< what reads back when it worked; nothing when it cannot be read back
};

/// bad_value says what was found and what is expected. Numbers are plain decimals: no sign but a minus, no
/// exponent, no blanks; all else is one of the options, letter by letter.
[[nodiscard]] Result<Write> prepare(const Profile& profile, const Setter& setter, std::string_view value);

/// Whether a device that was asked for `expected` shows it.
[[nodiscard]] bool reads_back(const Setting& setting, const Value& expected, const Value& found);

}  // namespace busbar::profile
