// Frames of Modbus RTU in a stream. The specification finds their ends by silence, which gateways and USB
// adapters do not keep: here the length follows from the function, and the CRC decides.
#include <busbar/protocol/modbus.hpp>

#include <algorithm>
#include <array>

namespace busbar::protocol::modbus {
namespace {

constexpr std::size_t head = 2;  // address, function
constexpr std::size_t crc_size = 2;
constexpr std::size_t short_frame = 8;  // a request to read, an answer to a write
constexpr std::size_t refusal = 5;
constexpr std::size_t answer_head = 3;  // up to the registers
constexpr std::size_t write_head = 7;   // up to the values

/// CRC-16, polynomial 8005 reflected to A001, a byte at a time. "MODBUS over Serial Line" V1.02,
/// section 6.2.2.
constexpr std::array<std::uint16_t, 256> crc_table = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

bool reads(std::uint8_t function) { return function == read_holding || function == read_input; }
bool known(std::uint8_t function) {
  const auto plain = static_cast<std::uint8_t>(function & ~refused);
  return reads(plain) || plain == write_single || plain == write_several;
}

/// The CRC goes out low byte first, unlike every other number of Modbus.
bool intact(ByteView frame) {
  const std::uint16_t crc = crc16(frame.first(frame.size() - crc_size));
  return frame[frame.size() - 2] == (crc & 0xFF) && frame.back() == crc >> 8;
}

/// The lengths that a frame with this beginning can have, the shorter first; 0: not known yet, or there is
/// none.
std::array<std::size_t, 2> lengths(ByteView buffered) {
  const std::uint8_t function = buffered[1];
  if (function >= refused) return {refusal, 0};
  if (function == write_single) return {short_frame, 0};
  const std::size_t at = reads(function) ? answer_head : write_head;
  const std::size_t other = buffered.size() < at ? 0 : at + buffered[at - 1] + crc_size;
  return {std::min(short_frame, other == 0 ? short_frame : other), std::max(short_frame, other)};
}

Frame frame_of(ByteView bytes) {
  const std::uint8_t function = bytes[1];
  // An answer to a read does not say what was read.
  const bool names = function < refused && (!reads(function) || bytes.size() == short_frame);
  const auto reg = names ? static_cast<std::uint16_t>(bytes[2] << 8 | bytes[3]) : std::uint16_t{0};
  return {.bytes = bytes,
          .address = bytes[0],
          .command = command_of(function, reg),
          .payload = bytes.subspan(1, bytes.size() - 1 - crc_size)};
}

/// To the next byte that can be an address, because a function follows it.
Scan skip(ByteView buffered, std::optional<Errc> fault) {
  std::size_t at = 1;
  while (at + 1 < buffered.size() && !known(buffered[at + 1])) ++at;
  return {.outcome = Scan::Outcome::skip, .count = std::min(at, buffered.size()), .fault = fault};
}

}  // namespace

std::uint16_t crc16(ByteView bytes) noexcept {
  std::uint16_t crc = 0xFFFF;
  for (const std::uint8_t byte : bytes)
    crc = static_cast<std::uint16_t>(crc >> 8 ^ crc_table[(crc ^ byte) & 0xFF]);
  return crc;
}

Bytes encode(std::uint8_t address, std::uint8_t function, ByteView data) {
  Bytes frame;
  frame.reserve(2 + data.size() + crc_size);
  frame.push_back(address);
  frame.push_back(function);
  frame.insert(frame.end(), data.begin(), data.end());
  const std::uint16_t crc = crc16(frame);
  frame.push_back(static_cast<std::uint8_t>(crc));
  frame.push_back(static_cast<std::uint8_t>(crc >> 8));
  return frame;
}

/// Requests and answers of one function have different lengths, and nothing says which this is: both are
/// tried, the shorter first, and the CRC tells.
Scan scan_rtu(ByteView buffered) {
  if (buffered.size() < head) return {.count = head - buffered.size()};
  if (!known(buffered[1])) return skip(buffered, std::nullopt);
  if (buffered.size() < answer_head) return {.count = 1};
  for (const std::size_t length : lengths(buffered)) {
    if (length == 0) continue;
    if (buffered.size() < length) return {.count = length - buffered.size()};
    if (const ByteView bytes = buffered.first(length); intact(bytes))
      return {.outcome = Scan::Outcome::frame, .count = length, .frame = frame_of(bytes)};
  }
  return skip(buffered, Errc::bad_checksum);
}

}  // namespace busbar::protocol::modbus
