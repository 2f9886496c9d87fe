// Encoding of a battery as Daly boards report it.
#include "simulate/daly_board.hpp"

#include <busbar/protocol/daly.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace busbar::simulate {
namespace {

namespace daly = protocol::daly;

constexpr std::size_t sender_at = 1;

/// Another board's answer: a sound frame that must not be taken for the one that was asked.
Bytes other_address(ByteView frame) {
  return daly::encode(static_cast<std::uint8_t>(frame[sender_at] + 1), frame[2], frame.subspan(4, 8)).value();
}

Bytes bad_checksum(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  copy.back() ^= 0x10;
  return copy;
}

/// Big-endian, rounded; a gauge cannot go below zero.
void put(Bytes& bytes, double value, unsigned width) {
  const auto number = static_cast<std::uint32_t>(std::max(0.0, std::round(value)));
  for (unsigned i = width; i-- > 0;) bytes.push_back(static_cast<std::uint8_t>(number >> 8 * i));
}

/// Items of equal width, so many a frame, each frame numbered from 1.
std::vector<Bytes> numbered(const Bytes& items, std::size_t carried, std::size_t least_frames) {
  std::vector<Bytes> frames;
  for (std::size_t from = 0; from < items.size() || frames.size() < least_frames; from += carried) {
    Bytes payload{static_cast<std::uint8_t>(frames.size() + 1)};
    for (std::size_t i = from; i < from + carried; ++i) payload.push_back(i < items.size() ? items[i] : 0);
    frames.push_back(std::move(payload));
  }
  return frames;
}

/// Command 91: the highest and the lowest cell in mV, each with its number from 1.
Bytes extremes(const Battery& battery, unsigned cells) {
  unsigned high = 0;
  unsigned low = 0;
  for (unsigned i = 1; i < cells; ++i) {
    if (battery.cell(i) > battery.cell(high)) high = i;
    if (battery.cell(i) < battery.cell(low)) low = i;
  }
  Bytes data;
  put(data, battery.cell(high), 2);
  put(data, high + 1, 1);
  put(data, battery.cell(low), 2);
  put(data, low + 1, 1);
  return data;
}

Bytes text(std::string_view characters) { return {characters.begin(), characters.end()}; }

}  // namespace

Result<void> check(const DalyOptions& options) {
  if (options.count < 1 || options.count > daly::max_board)
    return Error{Errc::invalid_configuration, "a Daly adapter takes 1 to 16 boards"};
  if (options.cells < 1 || options.cells > 48)
    return Error{Errc::invalid_configuration, "a Daly board has 1 to 48 cells"};
  if (options.probes < 1 || options.probes > 16)
    return Error{Errc::invalid_configuration, "a Daly board has 1 to 16 temperature probes"};
  return {};
}

DalyModel::DalyModel(const DalyOptions& options)
    : options_{options}, codec_{daly::make_codec().value()}, boards_{daly_boards(options.count)} {}

Forger DalyModel::forger() const { return {&other_address, &bad_checksum, daly::start_byte}; }

std::vector<Bytes> DalyModel::respond(const protocol::Frame& request, milliseconds elapsed) {
  const std::uint8_t sender = request.bytes[sender_at];
  // What boards say to each other's master is no request.
  if (sender < 0x40) return {};
  const std::uint32_t number = request.address == daly::bluetooth_master ? 1 : request.address;
  DalyBoard* const asked = board_after(boards_, number, elapsed);
  if (asked == nullptr) return {};
  DalyBoard& board = *asked;
  if (request.command == daly::set_discharge_mos) board.discharge = request.payload[0] != 0;
  if (request.command == daly::set_charge_mos) board.charge = request.payload[0] != 0;
  std::vector<Bytes> frames;
  for (const Bytes& payload : payloads(request.command, board))
    frames.push_back(
        daly::encode(static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(request.command), payload)
            .value());
  return frames;
}

/// The data of each frame of the answer, in the layouts of docs/protocols/daly.md.
std::vector<Bytes> DalyModel::payloads(std::uint32_t command, const DalyBoard& board) const {
  const Battery& battery = board.battery;
  Bytes data;
  const double warm = 40 + battery.temperature();
  switch (command) {
    case daly::read_pack:
      put(data, battery.pack(options_.cells) / 100.0, 2);
      put(data, 0, 2);
      put(data, 30000 + 10 * battery.current(), 2);
      put(data, 1000 * battery.remaining() / Battery::capacity, 2);
      return {data};
    case daly::read_extreme_cells:
      return {extremes(battery, options_.cells)};
    case daly::read_extreme_temperatures:
      for (const double value : {warm + options_.probes - 1, double(options_.probes), warm, 1.0})
        put(data, value, 1);
      return {data};
    case daly::read_switches:
      for (const double value :
           {battery.current() < 0 ? 2.0 : 1.0, board.charge ? 1.0 : 0.0, board.discharge ? 1.0 : 0.0, 120.0})
        put(data, value, 1);
      put(data, 1000 * battery.remaining(), 4);
      return {data};
    case daly::read_status:
      for (const double value : {double(options_.cells), double(options_.probes), 0.0, 1.0, 0.0})
        put(data, value, 1);
      put(data, 3, 2);
      return {data};
    case daly::read_cells:
      for (unsigned i = 0; i < options_.cells; ++i) put(data, battery.cell(i), 2);
      return numbered(data, 6, options_.all_frames ? 16 : 0);
    case daly::read_temperatures:
      for (unsigned i = 0; i < options_.probes; ++i) put(data, warm + i, 1);
      return numbered(data, 7, options_.all_frames ? 3 : 0);
    case daly::read_balancing:
    case daly::read_failures:
      return {Bytes(8)};
    case daly::read_ratings:
      put(data, 1000 * Battery::capacity, 4);
      put(data, 3200, 4);
      return {data};
    case daly::read_hardware_version:
      return numbered(text("BUSBAR-SIM-001"), 7, 0);
    case daly::set_discharge_mos:
      return {Bytes{board.discharge, 0, 0, 0, 0, 0, 0, 0}};
    case daly::set_charge_mos:
      return {Bytes{board.charge, 0, 0, 0, 0, 0, 0, 0}};
    default:
      return {};
  }
}

}  // namespace busbar::simulate
