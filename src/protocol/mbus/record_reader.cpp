// One record after another. Source: EN 13757-3:2018, sections 6.2 to 6.4.
//   DIF   bit 7 more follows · 6 lowest bit of the storage number · 5, 4 function · 3…0 kind and length of
//   the data DIFE  up to ten: bit 7 more · 6 subunit · 5, 4 tariff · 3…0 storage number; each adds higher
//   bits to all three VIF   bit 7 more follows · 6…0 quantity, unit and power of ten; FB, FD: of another
//   table; 7C: unit as text VIFE  up to ten, the same; each changes what the VIF said (vife.cpp) data  as
//   long as the DIF says; 0D: a length of its own before it
// 04 13 15 31 00 00 is 12565 litres: a 32-bit integer (04), volume in 10⁻³ m³ (13), 0x3115.
#include "protocol/mbus/record_reader.hpp"

#include "protocol/mbus/vife.hpp"

#include <algorithm>

namespace busbar::protocol::mbus {
namespace {

constexpr std::uint8_t extension = 0x80;
constexpr std::uint8_t code_bits = 0x7F;
constexpr std::uint8_t filler = 0x2F;
constexpr std::uint8_t special_field = 0x0F;
constexpr std::uint8_t second_table = 0xFC;

}  // namespace

bool RecordReader::take(std::uint8_t& byte) noexcept {
  if (at_ == data_.size()) return false;
  byte = data_[at_++];
  return true;
}

RecordReader::Outcome RecordReader::fail(std::string_view reason) noexcept {
  reason_ = reason;
  return Outcome::fault;
}

RecordReader::Outcome RecordReader::next(Record& out) {
  start_ = at_;
  std::uint8_t dif = 0;
  if (!take(dif)) return Outcome::end;
  if (dif == filler) {
    start_ = at_;
    return Outcome::skipped;
  }
  if (dif == 0x0F || dif == 0x1F) {
    start_ = at_;
    return dif == 0x0F ? Outcome::manufacturer : Outcome::more_follows;
  }
  if (dif == 0x7F) return fail("a readout of all is asked for, which no answer does");
  if ((dif & special_field) == special_field) return fail("this DIF is reserved");

  Meaning meaning;
  if (const auto problem = dif_extensions(out, dif); !problem.empty()) return fail(problem);
  const std::size_t vib = at_;
  if (const auto problem = value_information(out, meaning); !problem.empty()) return fail(problem);
  out.vib = data_.subspan(vib, at_ - vib);
  if (const auto problem = value(out, meaning); !problem.empty()) return fail(problem);
  out.bytes = data_.subspan(start_, at_ - start_);
  start_ = at_;
  return Outcome::record;
}

std::string_view RecordReader::dif_extensions(Record& out, std::uint8_t dif) {
  out.data_field = dif & 0x0F;
  out.function = static_cast<Function>(dif >> 4 & 3);
  out.storage = dif >> 6 & 1;
  for (std::size_t k = 0; (dif & extension) != 0; ++k) {
    if (k == max_extensions) return "more than 10 DIFEs";
    if (!take(dif)) return "the data ends inside a DIF";
    out.storage |= std::uint64_t{dif & 0x0FU} << (1 + 4 * k);
    out.tariff |= (dif >> 4 & 3U) << (2 * k);
    out.subunit = static_cast<std::uint16_t>(out.subunit | (dif >> 6 & 1U) << k);
  }
  return {};
}

/// The first code, in the table it names, and the text of a unit where that stands in its place.
std::string_view RecordReader::value_information(Record& out, Meaning& meaning) {
  std::uint8_t code = 0;
  if (!take(code)) return "the data ends before a VIF";
  const Vif* vif = &primary_vif(code);
  std::size_t used = 0;
  const std::uint8_t table = code;
  if (table == 0xFB || table == 0xFD) {
    if (!take(code)) return "the data ends inside a VIF";
    used = 1;
    vif = table == 0xFB ? &fb_vif(code) : &fd_vif(code);
    if (table == 0xFD && code == 0xFD) {
      if (!take(code)) return "the data ends inside a VIF";
      used = 2;
      vif = &fd_fd_vif(code);
    }
  } else if ((code & code_bits) == 0x7C) {
    std::uint8_t length = 0;
    if (!take(length)) return "the data ends before the text of a unit";
    if (length > data_.size() - at_) return "the text of a unit is longer than the data";
    out.text = data_.subspan(at_, length);
    at_ += length;
  }
  out.measure = vif->measure;
  out.unit = vif->unit;
  out.old_table = vif->old;
  meaning.coding = vif->coding;
  meaning.scaling.exponent = vif->exponent;
  meaning.scaling.multiplier = vif->multiplier;
  if (vif->coding == Coding::day || vif->coding == Coding::clock || vif->coding == Coding::moment)
    out.role = Role::time_point;
  if ((code & extension) == 0) return {};
  return vif_extensions(out, meaning, vif->measure == Measure::manufacturer_specific, used);
}

std::string_view RecordReader::vif_extensions(Record& out, Meaning& meaning, bool manufacturer,
                                              std::size_t used) {
  std::uint8_t code = extension;
  std::uint8_t table = 0;
  for (; (code & extension) != 0; ++used) {
    if (used == max_extensions) return "more than 10 VIFEs";
    if (!take(code)) return "the data ends inside a VIF";
    if (!manufacturer && table == 0 && code == second_table) {
      table = second_table;
      continue;
    }
    // From FF on everything is the manufacturer's: the same codes mean something else there.
    const Modifier modifier{manufacturer ? std::uint8_t{0xFF} : table,
                            static_cast<std::uint8_t>(code & code_bits)};
    out.modifier_list[out.modifier_count++] = modifier;
    apply(modifier, out, meaning.coding, meaning.scaling);
    manufacturer = manufacturer || (table == 0 && modifier.code == code_bits);
    table = 0;
  }
  return {};
}

/// Meters of mode 2 send numbers highest byte first: they are turned over, and read like all others.
Value RecordReader::decode(std::uint8_t field, Coding coding, ByteView data, const Scaling& scaling) const {
  if (!msb_first_ || data.size() > 8) return decode_field(field, coding, data, scaling);
  std::array<std::uint8_t, 8> turned{};
  std::reverse_copy(data.begin(), data.end(), turned.begin());
  Value value = decode_field(field, coding, ByteView{turned}.first(data.size()), scaling);
  // A view of what is turned here would outlive it.
  if (std::holds_alternative<Raw>(value)) value = Raw{data};
  return value;
}

std::string_view RecordReader::value(Record& out, const Meaning& meaning) {
  std::size_t size = field_size(out.data_field);
  std::uint8_t length = 0;
  if (out.data_field == variable_field) {
    if (!take(length)) return "the data ends before the length of a value";
    const auto variable = variable_size(length);
    if (!variable) return "the length of a value is a reserved one";
    size = *variable;
  }
  if (size > data_.size() - at_) return "the data ends inside a value";
  out.data = data_.subspan(at_, size);
  out.exponent = meaning.scaling.added_thousandths != 0 ? std::min(meaning.scaling.exponent, -3)
                                                        : meaning.scaling.exponent;
  at_ += size;
  if (out.record_error != 0)
    out.value = Unavailable::record_error;
  else if (out.data_field == variable_field)
    out.value = decode_variable(length, meaning.coding, out.data, meaning.scaling);
  else
    out.value = decode(out.data_field, meaning.coding, out.data, meaning.scaling);
  return {};
}

}  // namespace busbar::protocol::mbus
