// Encoding of a battery as JK boards report it.
#include "simulate/jk_board.hpp"

#include <busbar/protocol/jk.hpp>
#include <busbar/protocol/modbus.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace busbar::simulate {
namespace {

namespace jk = protocol::jk;
namespace modbus = protocol::modbus;
using Variant = JkOptions::Variant;

constexpr std::size_t type_at = 10;    // of a frame
constexpr std::size_t address_at = 7;  // its last byte
constexpr std::size_t frame_head = 11;
constexpr std::size_t frame_tail = 9;
constexpr std::size_t record_head = 6;  // offsets of the document count from the start of the record

/// A frame of another terminal, an acknowledgement of another board. A record knows no addresses: it becomes
/// one of a type that nobody asked for.
Bytes other_address(ByteView frame) {
  if (frame[0] == 0x4E)
    return jk::encode_terminal(frame[address_at] + 1U,
                               frame.subspan(frame_head, frame.size() - frame_head - frame_tail))
        .value();
  if (frame[0] != 0x55)
    return modbus::encode(static_cast<std::uint8_t>(frame[0] + 1), frame[1],
                          frame.subspan(2, frame.size() - 4));
  return jk::encode_record(9, frame[5], frame.subspan(record_head, frame.size() - record_head - 1));
}

Bytes bad_checksum(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  copy.back() ^= 0x10;
  return copy;
}

/// Dialect "terminal": big-endian, at the end of what is there.
void big(Bytes& bytes, double value, unsigned width) {
  const auto number = static_cast<std::uint32_t>(std::max(0.0, std::round(value)));
  for (unsigned i = width; i-- > 0;) bytes.push_back(static_cast<std::uint8_t>(number >> 8 * i));
}

/// Records: little-endian, at an offset that counts from the start of the record.
void little(Bytes& record, std::size_t at, double value, unsigned width) {
  const auto number = static_cast<std::uint32_t>(static_cast<std::int32_t>(std::lround(value)));
  for (unsigned i = 0; i < width; ++i)
    record[at - record_head + i] = static_cast<std::uint8_t>(number >> 8 * i);
}

void text(Bytes& record, std::size_t at, std::string_view characters) {
  std::copy(characters.begin(), characters.end(),
            record.begin() + static_cast<std::ptrdiff_t>(at - record_head));
}

}  // namespace

Result<void> check(const JkOptions& options) {
  const unsigned most = options.variant == Variant::record_24 ? 24 : 32;
  if (options.cells < 1 || options.cells > most)
    return Error{Errc::invalid_configuration, "such a JK board has 1 to " + std::to_string(most) + " cells"};
  if (options.count < 1 || options.count > (options.variant == Variant::bus ? 15U : 1U))
    return Error{Errc::invalid_configuration, "a JK line has one board, a bus of the PB series 1 to 15"};
  return {};
}

JkModel::JkModel(const JkOptions& options)
    : options_{options},
      codec_{jk::make_codec(options.variant == Variant::terminal ? "terminal"
                            : options.variant == Variant::bus    ? "bus"
                                                                 : "record")
                 .value()} {
  for (unsigned board = 1; board <= options.count; ++board) batteries_.emplace_back(board);
}

Forger JkModel::forger() const {
  const bool terminal = options_.variant == Variant::terminal;
  return {&other_address, &bad_checksum, static_cast<std::uint8_t>(terminal ? 0x4E : 0x55)};
}

std::vector<Bytes> JkModel::respond(const protocol::Frame& request, milliseconds elapsed) {
  if (options_.variant == Variant::bus) return respond_bus(request, elapsed);
  batteries_.front().advance(elapsed);
  if (options_.variant == Variant::terminal) return respond_terminal(request);
  if (request.command == jk::read_cells) return {jk::encode_record(2, counter_++, cells(batteries_.front()))};
  if (request.command == jk::read_device) return {jk::encode_record(3, counter_++, device())};
  return {};
}

std::vector<Bytes> JkModel::respond_terminal(const protocol::Frame& request) {
  constexpr std::uint8_t charge_tag = 0xAB, discharge_tag = 0xAC;
  if (request.bytes[type_at] == 1 || request.address != 0) return {};
  if (request.command == jk::read_all) return {jk::encode_terminal(0, tags()).value()};
  if (request.command != jk::write_tag || request.payload.size() != 2) return {};
  const std::uint8_t tag = request.payload[0];
  if (tag == charge_tag) charge_ = request.payload[1] != 0;
  if (tag == discharge_tag) discharge_ = request.payload[1] != 0;
  if (tag != charge_tag && tag != discharge_tag) return {};
  return {jk::encode_terminal(0, {&tag, 1}, jk::write_tag).value()};
}

/// The record, a zero, and what says whose it was.
std::vector<Bytes> JkModel::respond_bus(const protocol::Frame& request, milliseconds elapsed) {
  constexpr std::size_t trigger_size = 11;
  if (request.bytes.size() != trigger_size || request.address < 1 || request.address > batteries_.size())
    return {};
  Battery& battery = batteries_[request.address - 1];
  battery.advance(elapsed);
  Bytes record;
  switch (request.command & 0xFFFF) {
    case jk::trigger_cells:
      record = jk::encode_record(2, 0, cells(battery));
      break;
    case jk::trigger_settings:
      record = jk::encode_record(1, 0, settings());
      break;
    case jk::trigger_device:
      record = jk::encode_record(3, 0, device());
      break;
    default:
      return {};
  }
  return {record, Bytes{0},
          modbus::encode(request.bytes[0], modbus::write_several, request.bytes.subspan(2, 4))};
}

/// The tags of docs/protocols/jk.md, dialect terminal: cells (79), temperatures, voltage, current, charge,
/// and so on. The top bit of the current (84) says that it charges, as tag C0 with 1 announces.
Bytes JkModel::tags() const {
  const Battery& battery = batteries_.front();
  Bytes data;
  const auto put = [&data](std::uint8_t tag, double value, unsigned width) {
    data.push_back(tag);
    big(data, value, width);
  };
  put(0x79, 3 * options_.cells, 1);
  for (unsigned i = 0; i < options_.cells; ++i) {
    big(data, i + 1, 1);
    big(data, battery.cell(i), 2);
  }
  for (const std::uint8_t tag : {0x80, 0x81, 0x82}) put(tag, battery.temperature(), 2);
  put(0x83, battery.pack(options_.cells) / 10.0, 2);
  put(0x84, std::abs(100 * battery.current()) + (battery.current() > 0 ? 0x8000 : 0), 2);
  put(0x85, 100 * battery.remaining() / Battery::capacity, 1);
  put(0x86, 2, 1);
  put(0x87, 3, 2);
  put(0x89, 300, 4);
  put(0x8A, options_.cells, 2);
  put(0x8B, 0, 2);
  put(0x8C, (charge_ ? 1 : 0) + (discharge_ ? 2 : 0), 2);
  put(0xAA, Battery::capacity, 4);
  put(0xB6, 4321, 4);
  data.push_back(0xB7);
  constexpr std::string_view version = "BUSBAR_SIM_1.00";
  data.insert(data.end(), version.begin(), version.end());
  put(0xC0, 1, 1);
  return data;
}

/// A record of type 2. Boards of 32 cells have more room for them: what follows the cells stands 16 bytes
/// further, what follows their resistances 32.
Bytes JkModel::cells(const Battery& battery) const {
  const std::size_t first = options_.variant == Variant::record_24 ? 0 : 16;
  const std::size_t second = 2 * first;
  Bytes record(293);
  for (unsigned i = 0; i < options_.cells; ++i) {
    little(record, 6 + 2 * i, battery.cell(i), 2);
    little(record, 64 + first + 2 * i, 100 + i, 2);
  }
  little(record, 58 + first, battery.pack(options_.cells) / static_cast<double>(options_.cells), 2);
  little(record, (first > 0 ? 112 : 134) + second, 10 * battery.temperature() + 30, 2);
  little(record, 118 + second, battery.pack(options_.cells), 4);
  little(record, 126 + second, 1000 * battery.current(), 4);
  little(record, 130 + second, 10 * battery.temperature(), 2);
  little(record, 132 + second, 10 * battery.temperature(), 2);
  little(record, 141 + second, 100 * battery.remaining() / Battery::capacity, 1);
  little(record, 142 + second, 1000 * battery.remaining(), 4);
  little(record, 146 + second, 1000 * Battery::capacity, 4);
  little(record, 150 + second, 3, 4);
  little(record, 158 + second, 100, 1);
  little(record, 162 + second, 107416, 4);
  little(record, 166 + second, 1, 1);
  little(record, 167 + second, 1, 1);
  return record;
}

Bytes JkModel::settings() const {
  Bytes record(293);
  for (const auto& [at, value] :
       std::initializer_list<std::pair<std::size_t, double>>{{10, 2700},
                                                             {18, 3650},
                                                             {50, 60000},
                                                             {62, 100000},
                                                             {114, options_.cells},
                                                             {118, 1},
                                                             {122, 1},
                                                             {126, 1},
                                                             {130, 1000 * Battery::capacity}})
    little(record, at, value, 4);
  return record;
}

Bytes JkModel::device() {
  Bytes record(293);
  text(record, 6, "BUSBAR-SIM");
  text(record, 22, "1.0");
  text(record, 30, "1.00");
  little(record, 38, 107416, 4);
  little(record, 42, 1, 4);
  text(record, 46, "BUSBAR-SIM");
  return record;
}

}  // namespace busbar::simulate
