// Writing a battery as Victron products report it. Labels: VE.Direct Protocol 3.33.
#include "simulate/vedirect_product.hpp"

#include <busbar/protocol/vedirect.hpp>

#include <cmath>
#include <string_view>

namespace busbar::simulate {
namespace {

namespace vedirect = protocol::vedirect;

/// There are no addresses to lie about: a block of another product.
Bytes other_address(ByteView block) {
  std::string fields{reinterpret_cast<const char*>(block.data()), block.size()};
  fields.resize(fields.rfind("\r\nChecksum"));
  return vedirect::encode(fields + "\r\nPID\t0xFFFF");
}

Bytes bad_checksum(ByteView block) {
  Bytes copy{block.begin(), block.end()};
  copy.back() ^= 0x10;
  return copy;
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

std::vector<Bytes> VeDirectModel::announce(milliseconds elapsed) {
  battery_.advance(elapsed);
  switch (product_) {
    case VeDirectProduct::bmv:
      return monitor(battery_);
    case VeDirectProduct::mppt:
      return charger(battery_);
    case VeDirectProduct::phoenix:
      break;
  }
  return inverter(battery_);
}

}  // namespace busbar::simulate
