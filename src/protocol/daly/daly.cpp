// Codec of Daly's A5 protocol. Layout and sources are described in daly.hpp.
//
// Board 2 is asked for its voltage, current and state of charge, and answers 13.0 V, 0 A (30000 less 30000
// tenths) and 50.0 %:
//   a5 41 90 08 00 00 00 00 00 00 00 00 7e
//   a5 02 90 08 00 82 00 00 75 30 01 f4 5b
//      │  │     └ payload · sum
//      │  └ command
//      └ who sends: 40 + 2 − 1 the one who asks board 2, 02 the board
//
// What one has to know of it:
// - Every frame has 13 bytes and the same length byte, so that a false start is found out at its fourth byte.
// - Nothing says how many frames an answer has. The count comes from the profile, which has it from the
//   status (94): without it nothing is asked.
// - A request is no answer: they differ in the sender alone, and answers() compares that.
// Doubts: the order of the bits of 97, and the last byte of 98; neither is in a profile.
#include "protocol/skip.hpp"

#include <busbar/protocol/daly.hpp>

#include <algorithm>
#include <string>

namespace busbar::protocol::daly {
namespace {

constexpr std::size_t sender_at = 1;
constexpr std::size_t command_at = 2;
constexpr std::size_t length_at = 3;
constexpr std::size_t data_at = 4;
constexpr std::uint8_t first_master = 0x40;  // asks board 1

/// What may be read: settings and identity in 50…63, measurements in 90…98. All else changes the board; of
/// that, only the switches are known.
bool is_read(std::uint32_t command) {
  return (command >= 0x50 && command <= 0x63) || (command >= 0x90 && command <= 0x98);
}

bool is_switch(std::uint32_t command) { return command == set_discharge_mos || command == set_charge_mos; }

/// Modulo 256, as the last byte of a frame has it.
std::uint8_t sum(ByteView bytes) {
  std::uint8_t total = 0;
  for (const std::uint8_t byte : bytes) total = static_cast<std::uint8_t>(total + byte);
  return total;
}

/// Byte 1 of a request for this address.
std::uint8_t master_of(std::uint32_t address) {
  return static_cast<std::uint8_t>(address == bluetooth_master ? bluetooth_master
                                                               : first_master + address - 1);
}

/// The address a sender byte stands for, in requests and answers alike.
std::uint32_t address_of(std::uint8_t sender) {
  return sender >= first_master && sender < first_master + max_board
             ? std::uint32_t{sender} - first_master + 1
             : sender;
}

Scan skip(ByteView buffered, std::optional<Errc> fault) { return skip_to_next(start_byte, buffered, fault); }

class DalyCodec final : public Codec {
 public:
  std::string_view dialect() const noexcept override { return {}; }
  Result<Bytes> build(const Query& query) const override;
  Scan scan(ByteView buffered) const override;
  bool answers(const Query& query, const Frame& frame) const override;
  Result<std::optional<Bytes>> assemble(const Query& query, std::span<const Bytes> payloads) const override;
  std::size_t max_frame() const override { return frame_size; }
};

Result<Bytes> DalyCodec::build(const Query& query) const {
  if (query.address != bluetooth_master && (query.address < 1 || query.address > max_board))
    return Error{Errc::bad_value, "address " + std::to_string(query.address) +
                                      " is neither a board number, 1…16, nor 128 for the Bluetooth master"};
  if (query.write ? !is_switch(query.command) : !is_read(query.command))
    return Error{Errc::not_allowed, "command " + std::to_string(query.command) +
                                        " is neither one of those that only read nor a write of a switch"};
  if (query.write && (query.data.size() != 1 || query.data[0] > 1))
    return Error{Errc::bad_value, "the data of a switch is 00 or 01"};
  if (query.collect && !query.collect->total)
    return Error{Errc::bad_value, "it is not known yet how many items " + query.name + " has"};
  return encode(master_of(query.address), static_cast<std::uint8_t>(query.command), query.data);
}

Scan DalyCodec::scan(ByteView buffered) const {
  const std::size_t have = buffered.size();
  if (have == 0) return {.outcome = Scan::Outcome::need_more, .count = frame_size};
  if (buffered[0] != start_byte) return skip(buffered, std::nullopt);
  if (have > length_at && buffered[length_at] != data_size) return skip(buffered, Errc::bad_length);
  if (have < frame_size) return {.outcome = Scan::Outcome::need_more, .count = frame_size - have};
  const ByteView bytes = buffered.first(frame_size);
  if (sum(bytes.first(frame_size - 1)) != bytes.back()) return skip(buffered, Errc::bad_checksum);
  return {.outcome = Scan::Outcome::frame,
          .count = frame_size,
          .frame = {.bytes = bytes,
                    .address = address_of(bytes[sender_at]),
                    .command = bytes[command_at],
                    .payload = bytes.subspan(data_at, data_size)}};
}

/// Address, command and direction, all three; the Bluetooth master is answered as board 1.
bool DalyCodec::answers(const Query& query, const Frame& frame) const {
  // A request differs from an answer in its sender only.
  const std::uint8_t sender = frame.bytes[sender_at];
  const std::uint32_t board = query.address == bluetooth_master ? 1 : query.address;
  return sender == board && frame.command == query.command;
}

/// The answer to a switch must repeat its state. Several frames must come in the order of their numbers; what
/// a board sends beyond the last item that counts is not looked at.
Result<std::optional<Bytes>> DalyCodec::assemble(const Query& query, std::span<const Bytes> payloads) const {
  if (payloads.empty()) return std::optional<Bytes>{};
  if (query.write && (payloads.front().empty() || payloads.front()[0] != query.data[0]))
    return Error{Errc::rejected, "the board acknowledged another state of the switch", payloads.front()};
  if (!query.collect) return std::optional{payloads.front()};
  const Collect& collect = *query.collect;
  const std::size_t carried = collect.per_frame * collect.item;
  if (carried == 0 || collect.header == 0 || collect.header + carried > data_size)
    return Error{Errc::invalid_profile, "collect needs a header and items that fit 8 bytes"};
  Bytes joined;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const Bytes& payload = payloads[i];
    if (payload.size() != data_size || payload[0] != i + 1)
      return Error{Errc::bad_value, "frame " + std::to_string(i + 1) + " of the answer is missing", payload};
    const auto first = payload.begin() + static_cast<std::ptrdiff_t>(collect.header);
    joined.insert(joined.end(), first, first + static_cast<std::ptrdiff_t>(carried));
    // Boards that send frames for their largest pack fill them up with zeros.
    if (collect.total && joined.size() >= *collect.total * collect.item) {
      joined.resize(*collect.total * collect.item);
      return std::optional{std::move(joined)};
    }
  }
  return std::optional<Bytes>{};
}

}  // namespace

Result<Bytes> encode(std::uint8_t from, std::uint8_t command, ByteView data) {
  if (data.size() > data_size)
    return Error{Errc::bad_length, std::to_string(data.size()) + " bytes of data, 8 fit a frame"};
  Bytes frame{start_byte, from, command, data_size};
  frame.insert(frame.end(), data.begin(), data.end());
  frame.resize(frame_size);
  frame.back() = sum(ByteView{frame}.first(frame_size - 1));
  return frame;
}

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  if (!dialect.empty())
    return Error{Errc::invalid_configuration,
                 "protocol daly has no dialects, found '" + std::string{dialect.substr(0, 40)} + "'"};
  return std::unique_ptr<Codec>{std::make_unique<DalyCodec>()};
}

}  // namespace busbar::protocol::daly
