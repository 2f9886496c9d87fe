// EN 13757-3:2018, tables 15 (VIFE), 16 (record errors) and 17 (second table, behind FC).
#include "protocol/mbus/vife.hpp"

#include <array>

namespace busbar::protocol::mbus {
namespace {

constexpr std::array<std::string_view, 4> time_units{"s", "min", "h", "d"};

/// The record is no longer a value of its quantity, but a time, a count or a duration that is about it.
void become(Role role, Coding wanted, std::string_view unit, Record& record, Coding& coding,
            Scaling& scaling) noexcept {
  record.role = role;
  record.unit = unit;
  record.text = {};
  coding = wanted;
  // The exponent belonged to the quantity, which now only names what this is about.
  scaling = {};
}

bool is_time_point(std::uint8_t code) noexcept {
  // 42, 43, 46, 47, 4A, 4B, 4E, 4F and 6A, 6B, 6E, 6F: bit 1 tells them from limits and values.
  const bool limit = (code & 0xF0) == 0x40 && (code & 0x02) != 0;
  return code == 0x39 || limit || ((code & 0xF8) == 0x68 && (code & 0x02) != 0);
}

void apply_first(std::uint8_t code, Record& record, Coding& coding, Scaling& scaling) noexcept {
  constexpr std::array<std::int64_t, 4> thousandths{1, 10, 100, 1000};
  if (code < 0x20) {
    // 12, 13, 14, 1D, 1E and 1F say what kind of value it is; all others here are errors.
    if (code == 0x13 || code == 0x1E || code == 0x1F)
      become(Role::other, Coding::raw, {}, record, coding, scaling);
    else if (code == 0x14)
      become(Role::other, Coding::number, {}, record, coding, scaling);
    else if (code != 0x12 && code != 0x1D && code != 0)
      record.record_error = code;
  } else if (is_time_point(code)) {
    become(Role::time_point, Coding::moment, {}, record, coding, scaling);
  } else if (code == 0x41 || code == 0x49) {
    become(Role::count, Coding::number, {}, record, coding, scaling);
  } else if (code >= 0x50 && code <= 0x67) {
    become(Role::duration, Coding::number, time_units[code & 3], record, coding, scaling);
  } else if (code >= 0x70 && code <= 0x77) {
    scaling.exponent += (code & 7) - 6;
  } else if (code >= 0x78 && code <= 0x7B) {
    scaling.added_thousandths += thousandths[code & 3];
  } else if (code == 0x7D) {
    scaling.exponent += 3;
  } else if (code == 0x3D) {
    record.unit = {};  // which of the units that are not metric it is, no table says
    record.role = Role::other;
  } else if ((code >= 0x20 && code <= 0x38) || code == 0x3F) {
    record.role = Role::other;  // a rate, a pulse value, an integral: the unit says so
  }
}

void apply_second(std::uint8_t code, Record& record, Coding& coding, Scaling& scaling) noexcept {
  if (code == 0x0D) record.unit = {};
  if (code == 0x0D || code == 0x0C) record.role = Role::other;
  if (code == 0x11) coding = Coding::cardinal;
  if (code == 0x12) coding = Coding::bits;
  if (code == 0x13) become(Role::time_point, Coding::moment, {}, record, coding, scaling);
}

}  // namespace

void apply(Modifier modifier, Record& record, Coding& coding, Scaling& scaling) noexcept {
  if (modifier.table == 0) apply_first(modifier.code, record, coding, scaling);
  if (modifier.table == 0xFC) apply_second(modifier.code, record, coding, scaling);
}

}  // namespace busbar::protocol::mbus
