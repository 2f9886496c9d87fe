#include "protocol/mbus/numbers.hpp"

#include "protocol/mbus/moment.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace busbar::protocol::mbus {
namespace {

constexpr std::array<std::uint8_t, 16> field_sizes{0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6, 0};
constexpr std::size_t most_decimal_bytes = 9;  // 18 digits fit 64 bits

/// Brings the number to its unit, exactly or not at all.
Value scaled(std::int64_t mantissa, const Scaling& scaling) {
  Decimal value{.exponent = scaling.exponent};
  if (__builtin_mul_overflow(mantissa, scaling.multiplier, &value.mantissa)) return Unavailable::out_of_range;
  if (scaling.added_thousandths == 0) return value;
  std::int64_t added = scaling.added_thousandths;
  for (int have = -3; have > value.exponent; --have)
    if (__builtin_mul_overflow(added, std::int64_t{10}, &added)) return Unavailable::out_of_range;
  for (; value.exponent > -3; --value.exponent)
    if (__builtin_mul_overflow(value.mantissa, std::int64_t{10}, &value.mantissa))
      return Unavailable::out_of_range;
  if (__builtin_add_overflow(value.mantissa, added, &value.mantissa)) return Unavailable::out_of_range;
  return value;
}

std::uint64_t little_endian(ByteView data) {
  std::uint64_t value = 0;
  for (std::size_t at = data.size(); at > 0; --at) value = value << 8 | data[at - 1];
  return value;
}

Value unsigned_number(ByteView data, Coding coding, const Scaling& scaling) {
  if (data.size() > 8) return Raw{data};
  const std::uint64_t value = little_endian(data);
  const std::uint64_t ones = data.empty() ? 0 : ~std::uint64_t{0} >> (64 - 8 * data.size());
  if (coding != Coding::bits && !data.empty() && value == ones) return Unavailable::marked;
  if (value > static_cast<std::uint64_t>(INT64_MAX)) return Raw{data};
  return scaled(static_cast<std::int64_t>(value), scaling);
}

Value signed_number(ByteView data, const Scaling& scaling) {
  const std::uint64_t value = little_endian(data);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(data.size());
  const auto number = static_cast<std::int64_t>(value << unused) >> unused;
  if (number == INT64_MIN >> unused) return Unavailable::marked;
  return scaled(number, scaling);
}

Value real_number(ByteView data, const Scaling& scaling) {
  const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(little_endian(data)));
  if (!std::isfinite(value)) return Unavailable::marked;
  if (scaling.multiplier == 1 && scaling.added_thousandths == 0) return Real{value, scaling.exponent};
  const double whole = static_cast<double>(value) * static_cast<double>(scaling.multiplier) *
                           std::pow(10.0, scaling.exponent) +
                       static_cast<double>(scaling.added_thousandths) / 1000.0;
  constexpr double most = std::numeric_limits<float>::max();
  if (!(std::abs(whole) <= most)) return Unavailable::out_of_range;
  return Real{static_cast<float>(whole), 0};
}

Value decimal_number(ByteView data, Coding coding, bool negative, const Scaling& scaling) {
  if (data.size() > most_decimal_bytes) return Raw{data};
  std::int64_t value = 0;
  for (std::size_t at = data.size(); at > 0; --at) {
    unsigned high = data[at - 1] >> 4;
    const unsigned low = data[at - 1] & 0x0F;
    if (at == data.size() && high == 0x0F && coding != Coding::identity) {
      negative = !negative;
      high = 0;
    }
    if (high > 9 || low > 9) return Unavailable::not_decimal;
    value = value * 100 + high * 10 + low;
  }
  if (coding != Coding::identity) return scaled(negative ? -value : value, scaling);
  return Decimal{value, 0, static_cast<std::uint8_t>(2 * data.size())};
}

Value clock_value(std::uint8_t field, Coding coding, ByteView data) {
  const bool whole_number = field == 2 || field == 3 || field == 4 || field == 6;
  if (!whole_number || (coding == Coding::day && data.size() != 2) ||
      (coding == Coding::clock && data.size() == 2))
    return Raw{data};
  return decode_moment(data);
}

}  // namespace

std::size_t field_size(std::uint8_t field) noexcept { return field_sizes[field & 0x0F]; }

std::optional<std::size_t> variable_size(std::uint8_t length) noexcept {
  if (length <= 0xBF) return length;
  if (length <= 0xC9) return length - 0xC0U;
  if (length >= 0xD0 && length <= 0xD9) return length - 0xD0U;
  if (length >= 0xE0 && length <= 0xEF) return length - 0xE0U;
  if (length >= 0xF0 && length <= 0xF4) return 4 * (length - 0xECU);
  if (length == 0xF5) return 48;
  if (length == 0xF6) return 64;
  return std::nullopt;
}

Value decode_field(std::uint8_t field, Coding coding, ByteView data, const Scaling& scaling) {
  if (data.empty()) return {};
  switch (coding) {
    case Coding::day:
    case Coding::clock:
    case Coding::moment:
      return clock_value(field, coding, data);
    case Coding::raw:
      return Raw{data};
    default:
      break;
  }
  if (field == real_field) return real_number(data, scaling);
  if (field > 8) return decimal_number(data, coding, false, scaling);
  return coding == Coding::number ? signed_number(data, scaling) : unsigned_number(data, coding, scaling);
}

Value decode_variable(std::uint8_t length, Coding coding, ByteView data, const Scaling& scaling) {
  if (length <= 0xBF) return Text{data};
  if (coding == Coding::raw || data.empty()) return Raw{data};
  if (length <= 0xD9) return decimal_number(data, coding, length >= 0xD0, scaling);
  const bool clock = coding == Coding::moment || coding == Coding::clock || coding == Coding::day;
  return clock ? Value{Raw{data}} : unsigned_number(data, coding, scaling);
}

}  // namespace busbar::protocol::mbus
