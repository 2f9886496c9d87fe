// Encoding of a battery and a load as Voltronic inverters report them.
#include "simulate/voltronic_inverter.hpp"

#include <busbar/protocol/voltronic.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace busbar::simulate {
namespace {

namespace voltronic = protocol::voltronic;

constexpr unsigned cells = 16;
constexpr double load = 1200;  // W

struct Said {
  std::string_view command;
  std::string_view answer;
};
/// What does not move, of a 5 kW inverter at 48 V.
constexpr std::array fixed{
    Said{"QPI", "PI30"},
    Said{"QID", "92931701100510"},
    Said{"QSID", "1492931701100510000000"},
    Said{"QVFW", "VERFW:00072.70"},
    Said{"QMN", "MKS2-5000"},
    Said{"QGMN", "044"},
    Said{"QBOOT", "0"},
    Said{"QDI", "230.0 50.0 0030 42.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 0 0 1 0 54.0 0 1 000"},
};
constexpr std::array fixed_18{
    Said{"PI", "18"},
};

template <class... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

/// An answer with something else in it. It names no device, so that nothing tells it from a true one but its
/// number of words.
Bytes other_answer(ByteView frame) {
  return voltronic::encode(frame[0] == '^' ? "pi18" : "pi30", "0 0").value();
}

Bytes bad_checksum(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  copy[1] ^= 0x10;
  return copy;
}

template <class Table>
std::optional<std::string> look_up(const Table& table, std::string_view command) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Said& said) { return said.command == command; });
  return found == table.end() ? std::nullopt : std::optional{std::string{found->answer}};
}

}  // namespace

VoltronicModel::VoltronicModel(VoltronicVariant variant)
    : variant_{variant},
      codec_{voltronic::make_codec(variant == VoltronicVariant::pi18 ? "pi18" : "pi30").value()} {}

Forger VoltronicModel::forger() const {
  return {&other_answer, &bad_checksum,
          static_cast<std::uint8_t>(variant_ == VoltronicVariant::pi18 ? '^' : '(')};
}

std::vector<Bytes> VoltronicModel::respond(const protocol::Frame& request, milliseconds elapsed) {
  if (request.command != voltronic::request && request.command != voltronic::order) return {};
  battery_.advance(elapsed);
  hours_ = std::chrono::duration<double, std::ratio<3600>>(elapsed).count();
  const std::string_view command{reinterpret_cast<const char*>(request.payload.data()),
                                 request.payload.size()};
  return {voltronic::encode(codec_->dialect(), answer(command)).value()};
}

/// What moves, what was set, what stands still; then orders, which are obeyed or refused. What is unknown
/// gets NAK.
std::string VoltronicModel::answer(std::string_view command) {
  if (auto moving = status(command)) return *moving;
  if (auto setting = settings_.answer(command)) return *setting;
  auto still = variant_ == VoltronicVariant::pi18 ? look_up(fixed_18, command) : look_up(fixed, command);
  return still ? *still : settings_.obey(command) ? "ACK" : "NAK";
}

std::optional<std::string> VoltronicModel::status(std::string_view command) const {
  const bool max = variant_ == VoltronicVariant::max;
  const unsigned energy = 1000000 + static_cast<unsigned>(hours_ * load);
  if (variant_ == VoltronicVariant::pi18) {
    if (command == "GS") return general_status_18();
    if (command == "MOD") return "03";
    return command == "ET" ? std::optional{print("%08u", energy / 1000)} : std::nullopt;
  }
  if (command == "QPIGS") return general_status();
  if (command == "QMOD") return "B";
  if (command == "QPIWS") return std::string(variant_ == VoltronicVariant::hs ? 32 : 36, '0');
  if (max && command == "QPIGS2") return "02.5 310.4 00776";
  if (max && (command == "QET" || command == "QLT")) return print("%08u", energy);
  return std::nullopt;
}

/// QPIGS: 17 words (hs), 21, or 24 (max).
std::string VoltronicModel::general_status() const {
  const double amperes = battery_.current();
  const auto charging = static_cast<int>(std::lround(std::max(amperes, 0.0)));
  const auto discharging = static_cast<int>(std::lround(std::max(-amperes, 0.0)));
  const double volts = battery_.pack(cells) / 1000.0;
  const double solar = std::max(0.0, load + volts * amperes);
  const auto soc = static_cast<int>(100 * battery_.remaining() / Battery::capacity);
  std::string text =
      print("000.0 00.0 230.0 49.9 %04d %04d %03d 400 %05.2f %03d %03d %04d %04.1f %05.1f %05.2f %05d ",
            static_cast<int>(load * 1.05), static_cast<int>(load), 24, volts, charging, soc,
            static_cast<int>(battery_.temperature() + 20), solar / 320.0, 320.0, volts, discharging);
  text += charging > 0 ? "00010110" : "00010000";
  if (variant_ == VoltronicVariant::hs) return text;
  text += print(" 00 00 %05d 010", static_cast<int>(solar));
  return variant_ == VoltronicVariant::max ? text + " 0 01 0000" : text;
}

/// GS of PI18: numbers without a point, their scale is known to the profile.
std::string VoltronicModel::general_status_18() const {
  const double amperes = battery_.current();
  const auto tenths = static_cast<int>(battery_.pack(cells) / 100);
  const auto solar = static_cast<int>(std::max(0.0, load + battery_.pack(cells) / 1000.0 * amperes));
  return print(
             "0000,000,2300,499,%04d,%04d,024,%03d,%03d,000,%03d,%03d,%03d,%03d,000,000,%04d,0000,3200,0000,",
             1260, 1200, tenths, tenths, static_cast<int>(std::lround(std::max(-amperes, 0.0))),
             static_cast<int>(std::lround(std::max(amperes, 0.0))),
             static_cast<int>(100 * battery_.remaining() / Battery::capacity),
             static_cast<int>(battery_.temperature() + 20), solar) +
         (amperes > 0 ? "0,2,0,1,1,2,0,0" : "0,2,0,1,2,2,0,0");
}

}  // namespace busbar::simulate
