#include "protocol/mbus/fixed.hpp"

#include "protocol/mbus/numbers.hpp"

#include <algorithm>
#include <array>

namespace busbar::protocol::mbus {
namespace {

struct Unit {
  std::uint8_t first;
  std::uint8_t last;
  Measure measure;
  std::string_view unit;
  std::int8_t exponent;
  Coding coding = Coding::cardinal;
};

using enum Measure;
// The bytes of the two kinds of time have no layout that could be relied on.
constexpr std::array units{
    Unit{0x00, 0x00, unknown, "h,m,s", 0, Coding::raw},
    Unit{0x01, 0x01, unknown, "D,M,Y", 0, Coding::raw},
    Unit{0x02, 0x0A, energy, "Wh", 0},
    Unit{0x0B, 0x13, energy, "J", 3},
    Unit{0x14, 0x1C, power, "W", 0},
    Unit{0x1D, 0x25, power, "J/h", 3},
    Unit{0x26, 0x2E, volume, "m³", -6},
    Unit{0x2F, 0x37, volume_flow, "m³/h", -6},
    Unit{0x38, 0x38, temperature, "°C", -3},
    Unit{0x39, 0x39, heat_cost_units, "", 0},
    Unit{0x3A, 0x3D, unknown, "", 0},
    Unit{0x3F, 0x3F, dimensionless, "", 0},
};
constexpr std::uint8_t same_but_stored = 0x3E;  ///< the unit of the first counter, at the fixed date
constexpr std::uint8_t binary = 0x01;
constexpr std::uint8_t stored = 0x02;

/// Codes 0 to 8 are those of the variable structure; above them the second mode has its own.
std::uint8_t medium_of(std::uint8_t code) {
  constexpr std::array<std::uint8_t, 16> media{0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 3, 4, 6, 7, 8, 15};
  return media[code & 0x0F];
}

Record counter(ByteView unit_byte, std::uint8_t code, ByteView data, std::uint8_t status, bool msb_first) {
  Record record{.bytes = data, .vib = unit_byte, .data = data};
  const auto row = std::find_if(units.begin(), units.end(),
                                [&](const Unit& one) { return code >= one.first && code <= one.last; });
  record.storage = (status & stored) != 0 ? 1 : 0;
  // 04 and 0C are the data fields of the same numbers in the variable structure.
  record.data_field = (status & binary) != 0 ? 0x04 : 0x0C;
  if (row == units.end()) {
    record.value = Raw{data};
    return record;
  }
  record.measure = row->measure;
  record.unit = row->unit;
  record.exponent = row->exponent + (code - row->first);
  std::array<std::uint8_t, 4> ordered{};
  if (msb_first)
    std::reverse_copy(data.begin(), data.end(), ordered.begin());
  else
    std::copy(data.begin(), data.end(), ordered.begin());
  if (row->coding == Coding::raw)
    record.value = Raw{data};
  else
    record.value = decode_field(record.data_field, row->coding, ordered, {.exponent = record.exponent});
  return record;
}

}  // namespace

void decode_fixed(ByteView data, bool msb_first, Telegram& out) {
  out.content = Content::fixed;
  out.has_identity = true;
  out.has_status = true;
  std::array<std::uint8_t, 4> id{};
  std::copy_n(data.begin(), id.size(), id.begin());
  if (msb_first) std::reverse(id.begin(), id.end());
  out.identity.id = static_cast<std::uint32_t>(id[3]) << 24 | static_cast<std::uint32_t>(id[2]) << 16 |
                    static_cast<std::uint32_t>(id[1]) << 8 | id[0];
  out.access = data[4];
  out.status = data[5];
  out.identity.medium = medium_of(static_cast<std::uint8_t>(data[6] >> 6 | data[7] >> 6 << 2));
  const std::uint8_t first = data[6] & 0x3F;
  const std::uint8_t second = data[7] & 0x3F;
  out.records.push_back(counter(data.subspan(6, 1), first, data.subspan(8, 4), out.status, msb_first));
  const bool historic = second == same_but_stored;
  out.records.push_back(
      counter(data.subspan(7, 1), historic ? first : second, data.subspan(12, 4), out.status, msb_first));
  if (historic) out.records.back().storage = 1;
}

}  // namespace busbar::protocol::mbus
