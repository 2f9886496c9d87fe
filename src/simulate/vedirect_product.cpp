// Writing a battery as Victron products report it. Labels: VE.Direct Protocol 3.33. Registers: BMV-7xx HEX
// Protocol rev 6, BlueSolar HEX protocol.
#include "simulate/vedirect_product.hpp"

#include <busbar/protocol/vedirect.hpp>

#include <cmath>
#include <string_view>

namespace busbar::simulate {
namespace {

namespace vedirect = protocol::vedirect;

constexpr std::uint16_t capacity_register = 0x1000;
constexpr std::uint16_t temperature_register = 0xEDDB;

bool is_hex(ByteView frame) { return frame[0] == ':'; }

/// There are no addresses to lie about: a block of another product, an answer about another register.
Bytes other_address(ByteView frame) {
  if (is_hex(frame)) {
    Bytes data = vedirect::hex_data(frame.subspan(1, frame.size() - 4));
    if (!data.empty()) data[0] ^= 1;
    return vedirect::encode_hex(vedirect::Hex::get, data);
  }
  std::string fields{reinterpret_cast<const char*>(frame.data()), frame.size()};
  fields.resize(fields.rfind("\r\nChecksum"));
  return vedirect::encode(fields + "\r\nPID\t0xFFFF");
}

Bytes bad_checksum(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  if (!is_hex(frame)) {
    copy.back() ^= 0x10;
    return copy;
  }
  std::uint8_t& digit = copy[copy.size() - 2];
  digit = digit == '0' ? '1' : '0';
  return copy;
}

Bytes number(std::int64_t value, unsigned width) {
  Bytes bytes;
  for (unsigned i = 0; i < width; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return bytes;
}

Bytes answer(vedirect::Hex command, std::uint16_t id, std::uint8_t flags, ByteView value) {
  Bytes data = number(id, 2);
  data.push_back(flags);
  data.insert(data.end(), value.begin(), value.end());
  return vedirect::encode_hex(command, data);
}

class Fields {
 public:
  Fields& add(std::string_view label, std::string_view value) {
    text_.append("\r\n").append(label).append("\t").append(value);
    return *this;
  }
  Fields& add(std::string_view label, double value) { return add(label, std::to_string(std::lround(value))); }
  [[nodiscard]] Bytes block() const { return vedirect::encode(text_); }

 private:
  std::string text_;
};

constexpr unsigned cells = 4;

/// A battery monitor: the block that names the product, and the one of its history.
std::vector<Bytes> monitor(const Battery& battery) {
  const double current = 1000 * battery.current();
  Fields now;
  now.add("PID", "0xA389").add("V", battery.pack(cells)).add("I", current);
  now.add("P", battery.pack(cells) / 1000.0 * battery.current());
  now.add("CE", 1000 * (battery.remaining() - Battery::capacity)).add("SOC", 10 * battery.remaining());
  now.add("TTG", current < 0 ? 60 * battery.remaining() / -battery.current() : -1);
  now.add("Alarm", "OFF").add("AR", 0).add("BMV", "SmartShunt 500A/50mV").add("FW", "0414").add("MON", 0);
  Fields history;
  history.add("H1", -40000).add("H2", -2000).add("H3", -20000).add("H4", 3).add("H5", 0).add("H6", -99000);
  history.add("H7", 11900).add("H8", 14300).add("H9", 3600).add("H10", 2).add("H11", 0).add("H12", 0);
  history.add("H15", 0).add("H16", 0).add("H17", 1563).add("H18", 1702);
  return {now.block(), history.block()};
}

/// A solar charger: it charges while the battery's current is positive, and it is night otherwise.
std::vector<Bytes> charger(const Battery& battery) {
  const double power = std::max(0.0, battery.pack(cells) / 1000.0 * battery.current());
  Fields now;
  now.add("PID", "0xA053").add("FW", "159").add("SER#", "HQ0000BUSBR").add("V", battery.pack(cells));
  now.add("I", 1000 * std::max(0.0, battery.current()))
      .add("VPV", power > 0 ? 33500 : 2100)
      .add("PPV", power);
  now.add("CS", power > 0 ? 3 : 0)
      .add("MPPT", power > 0 ? 2 : 0)
      .add("OR", power > 0 ? "0x00000000" : "0x00000001");
  now.add("ERR", 0).add("LOAD", "ON").add("IL", 300).add("H19", 14400).add("H20", 112).add("H21", 395);
  now.add("H22", 98).add("H23", 401).add("HSDS", 16);
  return {now.block()};
}

std::vector<Bytes> inverter(const Battery& battery) {
  Fields now;
  now.add("PID", "0xA279").add("FW", "0121").add("SER#", "HQ0000BUSBR").add("MODE", 2).add("CS", 9);
  now.add("AC_OUT_V", 23003).add("AC_OUT_I", 2).add("AC_OUT_S", 46).add("V", battery.pack(cells));
  now.add("AR", 0).add("WARN", 0).add("OR", "0x00000000");
  return {now.block()};
}

}  // namespace

VeDirectModel::VeDirectModel(VeDirectProduct product)
    : product_{product}, codec_{vedirect::make_codec().value()} {}

Forger VeDirectModel::forger() const { return {&other_address, &bad_checksum, '\r'}; }

std::map<std::uint16_t, Bytes> VeDirectModel::registers() const {
  constexpr std::string_view serial = "HQ0000BUSBR";
  std::map<std::uint16_t, Bytes> all{{0x010A, {serial.begin(), serial.end()}}, {0x0120, number(uptime_, 4)}};
  const auto put = [&all](std::uint16_t id, double value, unsigned width) {
    all[id] = number(std::lround(value), width);
  };
  if (product_ == VeDirectProduct::bmv) {
    put(capacity_register, capacity_, 2);
    put(0x1001, 142, 2);  // charged voltage 0.1 V, tail current 0.1 %, minutes, %, 0.01
    put(0x1002, 40, 2);
    put(0x1003, 3, 2);
    put(0x1004, 95, 2);
    put(0x1005, 105, 2);
    put(0xED8C, 1000 * battery_.current(), 4);
    put(0x0FFF, 10000 * battery_.remaining() / Battery::capacity, 2);
    put(0xEEB6, 1, 1);
  } else if (product_ == VeDirectProduct::mppt) {
    put(temperature_register, 100 * battery_.temperature(), 2);
    put(0xEDF7, 1440, 2);
    put(0xEDF6, 1380, 2);
    put(0xEDF0, 150, 2);
  }
  return all;
}

Bytes VeDirectModel::get(std::uint16_t id) const {
  const auto all = registers();
  const auto known = all.find(id);
  if (known == all.end()) return answer(vedirect::Hex::get, id, vedirect::flag_unknown, {});
  return answer(vedirect::Hex::get, id, 0, known->second);
}

/// The capacity of a monitor can be set, from 1 to 9999 Ah; everything else is refused with the flag of its
/// reason.
Bytes VeDirectModel::set(std::uint16_t id, ByteView value) {
  const auto all = registers();
  const auto known = all.find(id);
  std::uint8_t flags = known == all.end() ? vedirect::flag_unknown : vedirect::flag_unsupported;
  if (id == capacity_register && known != all.end() && value.size() == 2) {
    const unsigned wanted = value[0] | unsigned{value[1]} << 8;
    flags = wanted >= 1 && wanted <= 9999 ? 0 : vedirect::flag_bad_parameter;
    if (flags == 0) capacity_ = static_cast<std::uint16_t>(wanted);
  }
  const bool holds = flags == 0 || flags == vedirect::flag_bad_parameter;
  return answer(vedirect::Hex::set, id, flags, holds ? number(capacity_, 2) : Bytes{});
}

std::vector<Bytes> VeDirectModel::respond(const protocol::Frame& request, milliseconds elapsed) {
  using vedirect::Hex;
  if (!is_hex(request.bytes)) return {};
  uptime_ = static_cast<std::uint32_t>(elapsed.count() / 1000);
  const auto command = static_cast<Hex>(request.command >> 16);
  const auto id = static_cast<std::uint16_t>(request.command);
  const Bytes data = vedirect::hex_data(request.payload);
  const auto pid = product_ == VeDirectProduct::bmv    ? 0xA389
                   : product_ == VeDirectProduct::mppt ? 0xA053
                                                       : 0xA279;
  switch (command) {
    case Hex::ping:
      return {vedirect::encode_hex(Hex::pong, number(0x4414, 2))};
    case Hex::version:
      return {vedirect::encode_hex(Hex::done, number(0x4414, 2))};
    case Hex::product:
      return {vedirect::encode_hex(Hex::done, number(pid, 2))};
    case Hex::get:
      if (data.size() == 3) return {get(id)};
      break;
    case Hex::set:
      if (data.size() > 3) return {set(id, ByteView{data}.subspan(3))};
      break;
    default:
      break;
  }
  const std::uint8_t digit = static_cast<std::uint8_t>(request.command >> 16);
  return {vedirect::encode_hex(Hex::unknown, {&digit, 1})};
}

std::vector<Bytes> VeDirectModel::announce(milliseconds elapsed) {
  battery_.advance(elapsed);
  switch (product_) {
    case VeDirectProduct::bmv:
      return monitor(battery_);
    case VeDirectProduct::mppt: {
      // As chargers do: one register between two fields, others behind the block.
      std::vector<Bytes> frames = charger(battery_);
      const Bytes inside = answer(vedirect::Hex::unasked, temperature_register, 0,
                                  number(std::lround(100 * battery_.temperature()), 2));
      const auto middle = frames[0].begin() + 12;  // behind the PID
      frames[0].insert(middle, inside.begin(), inside.end());
      frames.push_back(answer(vedirect::Hex::unasked, 0x0120, 0, number(elapsed.count() / 1000, 4)));
      frames.push_back(answer(vedirect::Hex::unasked, 0x0202, 0, number(2, 4)));
      return frames;
    }
    case VeDirectProduct::phoenix:
      break;
  }
  return inverter(battery_);
}

}  // namespace busbar::simulate
