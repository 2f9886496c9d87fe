// HEX frames of VE.Direct: asking for registers, and what products answer. The frame is described in
// vedirect.hpp.
//   :70010003E       7 get, register 1000 (low byte first), flags 00, check byte 3E
//   :7001000C80076   the same, flags 00, and the value 00C8
// The digits add up to 55 modulo 256, the command as one number: 7 + 00 + 10 + 00 + 3E = 55.
#include "model/text.hpp"
#include "protocol/vedirect/parts.hpp"

#include <busbar/protocol/vedirect.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace busbar::protocol::vedirect {
namespace {

constexpr std::size_t most_data = 40;  // the document allows 34
constexpr std::size_t longest_hex = 2 + 2 * (most_data + 1) + 1;
constexpr std::uint8_t check_sum = 0x55;
constexpr std::size_t register_head = 3;  // of the data: register, flags
constexpr std::string_view digits = "0123456789ABCDEF";

int nibble(char c) {
  const auto at = digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::uint32_t digit_of(std::uint32_t command) { return command >> 16; }
std::uint32_t register_of(std::uint32_t command) { return command & 0xFFFF; }
bool is(std::uint32_t command, Hex digit) { return digit_of(command) == static_cast<std::uint32_t>(digit); }
bool names_register(std::uint32_t digit) {
  return digit == static_cast<std::uint32_t>(Hex::get) || digit == static_cast<std::uint32_t>(Hex::set) ||
         digit == static_cast<std::uint32_t>(Hex::unasked);
}

std::string in_hex(std::uint32_t number) {
  const std::array<std::uint8_t, 2> bytes{static_cast<std::uint8_t>(number >> 8),
                                          static_cast<std::uint8_t>(number)};
  return "0x" + to_hex(bytes);
}

/// 4401 is a byte for the kind, 1, and the text 4.01: the digits are decimal ones, one to four bits.
Bytes version_text(ByteView word) {
  Bytes text{static_cast<std::uint8_t>(word[1] >> 6)};
  for (const char c : std::to_string(word[1] & 0x3F) + '.' + to_hex(word.first(1)))
    text.push_back(static_cast<std::uint8_t>(c));
  return text;
}

/// Why a product did not do what was asked.
Error refusal(std::uint32_t command, std::uint8_t flags, ByteView value) {
  const std::string name = "register " + in_hex(register_of(command));
  std::string why = "flags " + to_hex({&flags, 1});
  if ((flags & flag_unknown) != 0) why = "the product has none";
  if ((flags & flag_unsupported) != 0) why = "the product does not support that";
  if ((flags & flag_bad_parameter) != 0)
    why = "the value is out of range; the register holds " + to_hex(value, ' ');
  return {Errc::rejected, name + ": " + why, value};
}

}  // namespace

std::optional<std::size_t> hex_length(std::string_view text) {
  const std::size_t end = text.substr(0, longest_hex).find('\n');
  const std::string_view body = text.substr(1, std::min({end, text.size(), longest_hex}) - 1);
  if (std::any_of(body.begin(), body.end(), [](char c) { return nibble(c) < 0; })) return std::nullopt;
  if (end == std::string_view::npos)
    return text.size() < longest_hex ? std::optional<std::size_t>{0} : std::nullopt;
  if (body.size() < 3 || body.size() % 2 == 0) return std::nullopt;
  int sum = nibble(body[0]);
  for (std::size_t i = 1; i < body.size(); i += 2) sum += nibble(body[i]) * 16 + nibble(body[i + 1]);
  return (sum & 0xFF) == check_sum ? std::optional{end + 1} : std::nullopt;
}

Scan hex_found(ByteView buffered, std::size_t at, std::size_t length) {
  const ByteView bytes = buffered.subspan(at, length);
  const ByteView payload = bytes.subspan(1, length - 4);  // without ':', the check byte and LF
  std::uint32_t command = static_cast<std::uint32_t>(nibble(static_cast<char>(payload[0])));
  const Bytes data = hex_data(payload);
  const bool named = names_register(command) && data.size() >= register_head;
  command <<= 16;
  if (named) command |= static_cast<std::uint32_t>(data[0] | data[1] << 8);
  return {.outcome = Scan::Outcome::frame,
          .count = length,
          .at = at,
          .frame = {.bytes = bytes, .command = command, .payload = payload}};
}

Bytes hex_data(ByteView payload) {
  Bytes data;
  for (std::size_t i = 1; i + 1 < payload.size(); i += 2)
    data.push_back(static_cast<std::uint8_t>(nibble(static_cast<char>(payload[i])) << 4 |
                                             nibble(static_cast<char>(payload[i + 1]))));
  return data;
}

Bytes encode_hex(Hex command, ByteView data) {
  const auto digit = static_cast<std::uint8_t>(command);
  Bytes frame{':', static_cast<std::uint8_t>(digits[digit & 0xF])};
  std::uint8_t sum = digit;
  const auto put = [&frame](std::uint8_t byte) {
    frame.insert(frame.end(), {static_cast<std::uint8_t>(digits[byte >> 4]),
                               static_cast<std::uint8_t>(digits[byte & 0xF])});
  };
  for (const std::uint8_t byte : data.first(std::min(data.size(), most_data))) {
    sum = static_cast<std::uint8_t>(sum + byte);
    put(byte);
  }
  put(static_cast<std::uint8_t>(check_sum - sum));
  frame.push_back('\n');
  return frame;
}

Result<Bytes> build_hex(const Query& query) {
  const std::uint32_t command = query.command;
  if (is(command, Hex::unasked) || digit_of(command) == 0)
    return Error{Errc::not_allowed, query.name + " is only listened to: it must say 'listen: true'"};
  const bool plain = is(command, Hex::ping) || is(command, Hex::version) || is(command, Hex::product);
  if (query.write != is(command, Hex::set) || !(plain || is(command, Hex::get) || is(command, Hex::set)))
    return Error{Errc::not_allowed,
                 "busbar pings (0x10000), asks for the version (0x30000), the product (0x40000) "
                 "and registers (0x7 and the register), and sets (0x8 and the register)"};
  if (plain && register_of(command) != 0)
    return Error{Errc::bad_value, query.name + " names a register, which only get and set have"};
  if (!query.write && !query.data.empty())
    return Error{Errc::bad_value, query.name + " has data, which only a write has"};
  if (query.data.size() + register_head > most_data)
    return Error{Errc::bad_length, std::to_string(query.data.size()) + " bytes do not fit a HEX frame"};
  Bytes data;
  if (!plain)
    data = {static_cast<std::uint8_t>(command), static_cast<std::uint8_t>(register_of(command) >> 8), 0};
  data.insert(data.end(), query.data.begin(), query.data.end());
  return encode_hex(static_cast<Hex>(digit_of(command)), data);
}

bool answers_hex(const Query& query, const Frame& frame) {
  if (is(query.command, Hex::unasked)) return frame.command == query.command;
  // A refusal names what it refuses, a damaged request nothing.
  if (is(frame.command, Hex::damaged)) return true;
  if (is(frame.command, Hex::unknown)) {
    const Bytes data = hex_data(frame.payload);
    return data.size() == 1 && data[0] == digit_of(query.command);
  }
  if (is(query.command, Hex::ping)) return is(frame.command, Hex::pong);
  if (is(query.command, Hex::version) || is(query.command, Hex::product)) return is(frame.command, Hex::done);
  return frame.command == query.command;
}

Result<Bytes> value_of(const Query& query, ByteView payload) {
  const Bytes data = hex_data(payload);
  const auto digit = static_cast<std::uint32_t>(payload.empty() ? -1 : nibble(static_cast<char>(payload[0])));
  if (digit == static_cast<std::uint32_t>(Hex::damaged))
    return Error{Errc::bad_checksum, "the product found the request damaged", payload};
  if (digit == static_cast<std::uint32_t>(Hex::unknown))
    return Error{Errc::rejected, "the product does not know this command", payload};
  if (is(query.command, Hex::ping) || is(query.command, Hex::version)) {
    if (data.size() < 2) return Error{Errc::short_payload, "a version has two bytes", payload};
    return version_text(data);
  }
  if (!names_register(digit)) return data;
  if (data.size() < register_head) return Error{Errc::short_payload, "no register and flags", payload};
  const ByteView value = ByteView{data}.subspan(register_head);
  if (data[2] != 0) return refusal(query.command, data[2], value);
  return Bytes{value.begin(), value.end()};
}

}  // namespace busbar::protocol::vedirect
