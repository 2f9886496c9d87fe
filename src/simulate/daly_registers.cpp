// Writing a battery into the registers of Daly's boards.
#include "simulate/daly_registers.hpp"

#include <busbar/protocol/modbus.hpp>

#include <algorithm>
#include <cmath>

namespace busbar::simulate {
namespace {

namespace modbus = protocol::modbus;

constexpr unsigned probes = 2;
constexpr std::uint8_t no_such_register = 2;
// Where a switch is set, in each of the two maps.
constexpr std::uint16_t numbered_charge = 0x121, numbered_discharge = 0x122;
constexpr std::uint16_t alone_charge = 0xA5, alone_discharge = 0xA6;

Bytes other_address(ByteView frame) {
  return modbus::encode(static_cast<std::uint8_t>(frame[0] + 1), frame[1],
                        frame.subspan(2, frame.size() - 4));
}

Bytes bad_checksum(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  copy.back() ^= 0x10;
  return copy;
}

std::uint16_t word(double value) { return static_cast<std::uint16_t>(std::lround(std::max(0.0, value))); }
std::uint16_t word(ByteView data, std::size_t at) {
  return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
}

}  // namespace

Result<void> check(const DalyRegisterOptions& options) {
  if (options.count < 1 || options.count > 16)
    return Error{Errc::invalid_configuration, "a Daly adapter takes 1 to 16 boards"};
  if (options.cells < 1 || options.cells > 32)
    return Error{Errc::invalid_configuration, "a Daly board with registers has 1 to 32 cells here"};
  return {};
}

DalyRegisterModel::DalyRegisterModel(const DalyRegisterOptions& options)
    : options_{options}, codec_{modbus::make_codec("daly").value()}, boards_{daly_boards(options.count)} {}

Forger DalyRegisterModel::forger() const {
  return {&other_address, &bad_checksum, static_cast<std::uint8_t>(modbus::daly_answer_base + 1)};
}

void DalyRegisterModel::common(Registers& all, const DalyBoard& board) const {
  for (unsigned i = 0; i < options_.cells; ++i)
    all[static_cast<std::uint16_t>(i)] = static_cast<std::uint16_t>(board.battery.cell(i));
}

/// As board n is asked, 80 + n.
DalyRegisterModel::Registers DalyRegisterModel::numbered(const DalyBoard& board) const {
  const Battery& battery = board.battery;
  const std::uint16_t warm = word(40 + battery.temperature());
  Registers all{{0x38, word(battery.pack(options_.cells) / 100.0)},
                {0x39, word(30000 + 10 * battery.current())},
                {0x3A, word(1000 * battery.remaining() / Battery::capacity)},
                {0x3C, static_cast<std::uint16_t>(options_.cells)},
                {0x3D, probes},
                {0x43, warm},
                {0x44, 1},
                {0x45, warm},
                {0x46, 2},
                {0x48, battery.current() < 0 ? std::uint16_t{2} : std::uint16_t{1}},
                {0x4B, word(10 * battery.remaining())},
                {0x4C, 3},
                {0x4E, 30000},
                {0x52, board.charge},
                {0x53, board.discharge},
                {0x5A, warm},
                {0x5B, warm},
                {0x7E, 0},
                {numbered_charge, board.charge},
                {numbered_discharge, board.discharge}};
  common(all, board);
  for (std::uint16_t i = 0; i < probes; ++i) all[static_cast<std::uint16_t>(0x30 + i)] = warm;
  return all;
}

/// As the only board on the line is asked, D2.
DalyRegisterModel::Registers DalyRegisterModel::alone(const DalyBoard& board) const {
  const Battery& battery = board.battery;
  const std::uint16_t warm = word(40 + battery.temperature());
  Registers all{{0x28, word(battery.pack(options_.cells) / 100.0)},
                {0x29, word(30000 + 10 * battery.current())},
                {0x2A, word(1000 * battery.remaining() / Battery::capacity)},
                {0x2D, warm},
                {0x2E, warm},
                {0x2F, battery.current() < 0 ? std::uint16_t{2} : std::uint16_t{1}},
                {0x30, word(10 * battery.remaining())},
                {0x31, static_cast<std::uint16_t>(options_.cells)},
                {0x32, probes},
                {0x33, 3},
                {0x34, 0},
                {0x35, board.charge},
                {0x36, board.discharge},
                {0x3D, 0},
                {alone_charge, board.charge},
                {alone_discharge, board.discharge}};
  common(all, board);
  for (std::uint16_t i = 0; i < probes; ++i) all[static_cast<std::uint16_t>(0x20 + i)] = warm;
  return all;
}

std::vector<Bytes> DalyRegisterModel::respond(const protocol::Frame& request, milliseconds elapsed) {
  const bool any = request.address == modbus::daly_any;
  const std::uint32_t number = any ? 1 : request.address - modbus::daly_request_base;
  if (request.bytes.size() != 8) return {};
  DalyBoard* const asked = board_after(boards_, number, elapsed);
  if (asked == nullptr) return {};
  DalyBoard& board = *asked;
  const auto answer_as =
      static_cast<std::uint8_t>(any ? modbus::daly_any : modbus::daly_answer_base + number);
  const auto function = request.bytes[1];
  const std::uint16_t first = word(request.bytes, 2);
  const std::uint16_t value = word(request.bytes, 4);
  const auto refuse = [&] {
    return std::vector<Bytes>{modbus::encode(answer_as, static_cast<std::uint8_t>(function | modbus::refused),
                                             {&no_such_register, 1})};
  };
  const Registers all = any ? alone(board) : numbered(board);
  if (function == modbus::write_single) {
    const bool charge = first == (any ? alone_charge : numbered_charge);
    if (!charge && first != (any ? alone_discharge : numbered_discharge)) return refuse();
    (charge ? board.charge : board.discharge) = value != 0;
    return {modbus::encode(answer_as, function, request.bytes.subspan(2, 4))};
  }
  // What lies beyond the last register does not exist; what lies between is 0.
  if (function != modbus::read_holding || value < 1 || value > modbus::max_registers ||
      first + value - 1 > all.rbegin()->first)
    return refuse();
  Bytes data{static_cast<std::uint8_t>(2 * value)};
  for (unsigned i = first; i < unsigned{first} + value; ++i) {
    const auto found = all.find(static_cast<std::uint16_t>(i));
    const unsigned held = found == all.end() ? 0 : found->second;
    data.push_back(static_cast<std::uint8_t>(held >> 8));
    data.push_back(static_cast<std::uint8_t>(held));
  }
  return {modbus::encode(answer_as, function, data)};
}

}  // namespace busbar::simulate
