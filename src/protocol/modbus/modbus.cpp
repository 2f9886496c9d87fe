// Codec of Modbus RTU: which requests may be sent, and what answers them. The frame is described in
// modbus.hpp, how it is found in a stream in rtu.cpp.
//
// Unit 1 is asked for two registers from 0000 on, and answers 08FD (2301) and FF6A (−150):
//   01 03 00 00 00 02 c4 0b
//   01 03 04 08 fd ff 6a a8 7c
//
// What one has to know of it:
// - An answer names neither the registers nor how many were asked for. Unit, function and length decide; an
//   answer to another question of the same length cannot be told apart. The settle time of the channel after
//   a timeout is what keeps those away.
// - The answer to a write repeats the request, and so does an echo: the two are the same bytes.
// - A refusal is an answer: it ends the exchange at once with `rejected` and its reason.
#include <busbar/protocol/modbus.hpp>

#include <array>
#include <string>

namespace busbar::protocol::modbus {
namespace {

constexpr std::size_t max_frame_size = 7 + 255 + 2;  // the specification allows 256
constexpr std::uint32_t daly_boards = 16;

std::uint8_t function_of(std::uint32_t command) { return static_cast<std::uint8_t>(command >> 16); }
bool reads(std::uint8_t function) { return function == read_holding || function == read_input; }

/// MODBUS Application Protocol V1.1b3, section 7: the exception codes, 1 to 6.
std::string reason(std::uint8_t code) {
  constexpr std::array<std::string_view, 7> names{"",
                                                  "it does not know this function",
                                                  "it has no such registers",
                                                  "it does not accept this value",
                                                  "it failed",
                                                  "it needs more time",
                                                  "it is busy"};
  const std::string number = "the unit answered with exception " + std::to_string(code);
  return code > 0 && code < names.size() ? number + ": " + std::string{names[code]} : number;
}

class RtuCodec final : public Codec {
 public:
  explicit RtuCodec(bool daly) : daly_{daly} {}

  std::string_view dialect() const noexcept override { return daly_ ? "daly" : "rtu"; }
  std::size_t max_frame() const override { return max_frame_size; }
  Scan scan(ByteView buffered) const override { return scan_rtu(buffered); }
  Result<Bytes> build(const Query& query) const override;
  bool answers(const Query& query, const Frame& frame) const override;
  Result<std::optional<Bytes>> assemble(const Query& query, std::span<const Bytes> payloads) const override;

 private:
  [[nodiscard]] Result<std::uint8_t> asked_as(std::uint32_t address) const;
  [[nodiscard]] std::uint32_t answers_as(std::uint32_t address) const;

  bool daly_;
};

Result<std::uint8_t> RtuCodec::asked_as(std::uint32_t address) const {
  const bool board = address >= 1 && address <= daly_boards;
  if (daly_ && !board && address != daly_any)
    return Error{Errc::bad_value,
                 "address " + std::to_string(address) +
                     " is neither a board number, 1…16, nor 210 for the only board on the line"};
  if (!daly_ && (address < 1 || address > max_unit))
    return Error{Errc::bad_value, "address " + std::to_string(address) + " is not that of a unit, 1…247"};
  return static_cast<std::uint8_t>(daly_ && board ? daly_request_base + address : address);
}

std::uint32_t RtuCodec::answers_as(std::uint32_t address) const {
  return daly_ && address != daly_any ? daly_answer_base + address : address;
}

/// Reading functions for what reads, writing ones for declared writes, and data of the shape the function
/// has.
Result<Bytes> RtuCodec::build(const Query& query) const {
  const auto address = asked_as(query.address);
  if (!address) return address.error();
  const std::uint8_t function = function_of(query.command);
  const Bytes& data = query.data;
  const bool writes = function == write_single || function == write_several;
  if (query.command > command_of(write_several, 0xFFFF) || (!reads(function) && !writes) ||
      writes != query.write)
    return Error{Errc::not_allowed,
                 "busbar reads registers with the functions 3 and 4 (command 0x30000 and 0x40000 "
                 "and the register) and writes them with 6 and 16 (0x60000, 0x100000)"};
  if (reads(function)) {
    const unsigned count = data.size() == 2 ? data[0] << 8U | data[1] : 0U;
    if (count < 1 || count > max_registers)
      return Error{Errc::bad_value, "the data of a read is how many registers, 00 01 to 00 7d"};
  } else if (function == write_single && data.size() != 2) {
    return Error{Errc::bad_value, "the data of function 6 is one register, two bytes"};
  } else if (function == write_several &&
             (data.size() < 5 || data[2] != data.size() - 3 || 2U * (data[0] << 8U | data[1]) != data[2])) {
    return Error{Errc::bad_value, "the data of function 16 is how many registers, how many bytes, and those"};
  }
  Bytes body{static_cast<std::uint8_t>(query.command >> 8), static_cast<std::uint8_t>(query.command)};
  body.insert(body.end(), data.begin(), data.end());
  return encode(*address, function, body);
}

bool RtuCodec::answers(const Query& query, const Frame& frame) const {
  const std::uint8_t function = function_of(query.command);
  if (frame.address != answers_as(query.address)) return false;
  if (function_of(frame.command) == (function | refused)) return true;
  if (function_of(frame.command) != function) return false;
  if (!reads(function)) return frame.command == query.command && frame.bytes.size() == 8;
  // The length tells an answer from one to another question, and from somebody's request.
  const std::size_t count = query.data.size() == 2 ? query.data[0] << 8U | query.data[1] : 0U;
  return frame.payload.size() == 2 + 2 * count && frame.payload[1] == 2 * count;
}

/// Registers alone, without the byte that counts them; of a write, what the unit acknowledged.
Result<std::optional<Bytes>> RtuCodec::assemble(const Query& query, std::span<const Bytes> payloads) const {
  if (payloads.empty()) return std::optional<Bytes>{};
  const Bytes& payload = payloads.front();
  if (payload.size() < 2) return Error{Errc::short_payload, "a frame without data", payload};
  if (payload[0] >= refused) return Error{Errc::rejected, reason(payload[1]), payload};
  const std::ptrdiff_t head = reads(payload[0]) ? 2 : 1;
  // Some units acknowledge what they did not take over.
  if (payload[0] == write_single && query.data.size() == 2 && payload.size() == 5 &&
      (payload[3] != query.data[0] || payload[4] != query.data[1]))
    return Error{Errc::rejected, "the unit acknowledged another value", payload};
  return std::optional{Bytes{payload.begin() + head, payload.end()}};
}

}  // namespace

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  if (dialect.empty() || dialect == "rtu") return std::unique_ptr<Codec>{std::make_unique<RtuCodec>(false)};
  if (dialect == "daly") return std::unique_ptr<Codec>{std::make_unique<RtuCodec>(true)};
  return Error{Errc::invalid_configuration, "unknown dialect '" + std::string{dialect.substr(0, 40)} +
                                                "' of protocol modbus; known: rtu, daly"};
}

}  // namespace busbar::protocol::modbus
