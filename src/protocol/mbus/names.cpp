// Media, errors and status bits by name. EN 13757-3:2018, tables 6 (status), 13 (media), 16 and annex C.
#include <busbar/protocol/mbus/telegram.hpp>

#include <algorithm>
#include <array>

namespace busbar::protocol::mbus {
namespace {

struct Name {
  std::uint8_t code;
  std::string_view text;
};

constexpr std::array media{
    Name{0x00, "other"},
    Name{0x01, "oil"},
    Name{0x02, "electricity"},
    Name{0x03, "gas"},
    Name{0x04, "heat, return"},
    Name{0x05, "steam"},
    Name{0x06, "warm water"},
    Name{0x07, "water"},
    Name{0x08, "heat cost allocator"},
    Name{0x09, "compressed air"},
    Name{0x0A, "cooling, outlet"},
    Name{0x0B, "cooling, inlet"},
    Name{0x0C, "heat, flow"},
    Name{0x0D, "heat and cooling"},
    Name{0x0E, "bus, system"},
    Name{0x0F, "unknown"},
    Name{0x10, "irrigation water"},
    Name{0x11, "water data logger"},
    Name{0x12, "gas data logger"},
    Name{0x13, "gas converter"},
    Name{0x14, "calorific value"},
    Name{0x15, "hot water"},
    Name{0x16, "cold water"},
    Name{0x17, "hot and cold water"},
    Name{0x18, "pressure"},
    Name{0x19, "A/D converter"},
    Name{0x1A, "smoke detector"},
    Name{0x1B, "room sensor"},
    Name{0x1C, "gas detector"},
    Name{0x20, "breaker"},
    Name{0x21, "valve"},
    Name{0x25, "customer display"},
    Name{0x28, "waste water"},
    Name{0x29, "garbage"},
    Name{0x2A, "carbon dioxide"},
    Name{0x30, "service tool"},
    Name{0x31, "gateway"},
    Name{0x32, "one-way repeater"},
    Name{0x33, "two-way repeater"},
    Name{0x36, "radio converter, system side"},
    Name{0x37, "radio converter, meter side"},
    Name{0x38, "bus converter"},
};

constexpr std::array application_errors{
    Name{0x00, "unspecified error"},  Name{0x01, "unimplemented CI field"},  Name{0x02, "buffer too long"},
    Name{0x03, "too many records"},   Name{0x04, "premature end of record"}, Name{0x05, "more than 10 DIFEs"},
    Name{0x06, "more than 10 VIFEs"}, Name{0x08, "application busy"},        Name{0x09, "too many readouts"},
    Name{0x10, "access denied"},      Name{0x11, "unknown application"},
};

constexpr std::array record_errors{
    Name{0x01, "too many DIFEs"},
    Name{0x02, "storage number not implemented"},
    Name{0x03, "subunit not implemented"},
    Name{0x04, "tariff not implemented"},
    Name{0x05, "function not implemented"},
    Name{0x06, "data class not implemented"},
    Name{0x07, "data size not implemented"},
    Name{0x0B, "too many VIFEs"},
    Name{0x0C, "illegal VIF group"},
    Name{0x0D, "illegal VIF exponent"},
    Name{0x0E, "VIF does not match DIF"},
    Name{0x0F, "unimplemented action"},
    Name{0x15, "no data available"},
    Name{0x16, "data overflow"},
    Name{0x17, "data underflow"},
    Name{0x18, "data error"},
    Name{0x1C, "premature end of record"},
};

constexpr std::array<std::string_view, 4> application_states{"", "application busy", "application error",
                                                             "abnormal condition"};

template <std::size_t size>
std::string find(const std::array<Name, size>& names, std::uint8_t code, std::string_view otherwise) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const Name& name) { return name.code == code; });
  if (found != names.end()) return std::string{found->text};
  return std::string{otherwise} + " " + to_hex(Bytes{code});
}

}  // namespace

std::string medium_text(std::uint8_t medium) { return find(media, medium, "medium"); }
std::string application_error_text(std::uint8_t code) { return find(application_errors, code, "error"); }
std::string record_error_text(std::uint8_t code) { return find(record_errors, code, "error"); }

std::string status_text(std::uint8_t status) {
  std::string text{application_states[status & 3]};
  const auto add = [&](bool there, std::string_view what) {
    if (there) text.append(text.empty() ? "" : ", ").append(what);
  };
  add((status & 0x04) != 0, "battery low");
  add((status & 0x08) != 0, "permanent error");
  add((status & 0x10) != 0, "temporary error");
  if ((status & 0xE0) != 0)
    add(true, "manufacturer's bits " + to_hex(Bytes{static_cast<std::uint8_t>(status & 0xE0)}));
  return text;
}

}  // namespace busbar::protocol::mbus
