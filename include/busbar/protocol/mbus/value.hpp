// The value of one M-Bus data record. Nothing here owns memory: texts and raw bytes are views of the frame.
// Source of the layouts: EN 13757-3:2018, annex A (types A to J) and section 6.3.3 (LVAR).
#pragma once

#include <busbar/model/bytes.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace busbar::protocol::mbus {

/// mantissa × 10^exponent, exact.
struct Decimal {
  std::int64_t mantissa = 0;
  int exponent = 0;
  std::uint8_t digits = 0;  ///< an identification shows so many, with leading zeros; 0: a plain number
  bool operator==(const Decimal&) const = default;
};

/// A float × 10^exponent.
struct Real {
  float value = 0;
  int exponent = 0;
  bool operator==(const Real&) const = default;
};

/// The meter's own clock: local time, in no named zone.
struct Moment {
  enum class Kind : std::uint8_t { date, date_time, time };
  Kind kind = Kind::date;
  std::uint8_t month = 0;
  std::uint8_t day = 0;
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t second = 0;
  bool seconds = false;  ///< the meter gave seconds; else `second` means nothing
  bool daylight_saving = false;
  std::uint16_t year = 0;
  bool operator==(const Moment&) const = default;
};

/// ISO 8859-1, the last character first, as it was sent.
struct Text {
  ByteView reversed{};
};

/// Bytes whose meaning is not known, in the order sent.
struct Raw {
  ByteView bytes{};
};

/// Why a value that is there is none. Never turned into a number.
enum class Unavailable : std::uint8_t {
  not_decimal,   ///< a nibble of a decimal number is none: "not available", or an error shown as a letter
  marked,        ///< the bit pattern that says invalid: 80…00, FF…FF, a float that is not a number
  invalid_time,  ///< the clock says that its time is invalid
  no_such_time,  ///< month 0, 30 February, or "every day"
  record_error,  ///< a VIFE says that something is wrong with this record
  out_of_range,  ///< too large to be kept exactly
};

/// monostate: the record has no data (a request, or a selection).
using Value = std::variant<std::monostate, Decimal, Real, Moment, Text, Raw, Unavailable>;

[[nodiscard]] std::string_view to_string(Unavailable reason) noexcept;
/// "12.565", "-99", "00012345"
[[nodiscard]] std::string to_string(const Decimal& value);
/// As many digits as a float has.
[[nodiscard]] std::string to_string(const Real& value);
/// 2026-11-21, 2026-11-21T07:15, 2026-11-21T07:15:52, 07:15:52
[[nodiscard]] std::string to_string(const Moment& value);
/// UTF-8; control characters become blanks, blanks at both ends go.
[[nodiscard]] std::string to_string(const Text& value);
/// Any of them; "" for no data and for what is not available.
[[nodiscard]] std::string to_string(const Value& value);

/// The nearest double.
[[nodiscard]] double number(const Decimal& value) noexcept;
[[nodiscard]] double number(const Real& value) noexcept;

}  // namespace busbar::protocol::mbus
