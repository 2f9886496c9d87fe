// Codec of Voltronic's text protocols. Layouts and sources are described in voltronic.hpp.
//
// The status is asked for and answered, in pi30; the CRC of the request is B7 A9:
//   51 50 49 47 53  b7 a9  0d            QPIGS
//   28 32 33 30 2e 30 20 …  CRC  0d      (230.0 50.0 230.1 …
//
// What one has to know of it:
// - An answer does not name its question. What keeps late ones out is the number of words the profile expects
//   of a query, and the settle time of the channel.
// - A CRC byte that looks like '(', CR or LF is sent one higher, by most devices; by some 00 as well, by PI17
//   none. All three are accepted, so that a CR may also be part of a CRC: scan_answer().
// - NAK is an answer. It fails the query at once, is not repeated, and makes no device offline.
// - Commands that only ask begin with Q or come behind ^P: everything else must be a declared write.
// Doubts: devices that return the request instead of NAK; taken for an echo, and so for silence.
#include "model/text.hpp"

#include <busbar/protocol/voltronic.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace busbar::protocol::voltronic {
namespace {

struct Dialect {
  std::string_view name;
  bool counted;      ///< ^P…, ^D…: frames that say how long they are; values between commas
  bool request_crc;  ///< requests carry a CRC
};
constexpr std::array dialects{Dialect{"pi30", false, true}, Dialect{"pi16", false, false},
                              Dialect{"pi17", true, false}, Dialect{"pi18", true, true}};

constexpr std::size_t tail = 3;  // CRC and CR
constexpr std::size_t counted_head = 5;
constexpr std::string_view ack = "ACK";
constexpr std::string_view nak = "NAK";

bool is_end(std::uint8_t byte) { return byte == '\r' || byte == '\n'; }
bool is_letter(std::uint8_t byte) { return byte >= 'A' && byte <= 'Z'; }

/// Whether `sent` stands for a CRC byte `computed`: as it is, or moved out of the way.
bool stands_for(std::uint8_t sent, unsigned computed) {
  if (sent == computed) return true;
  const bool special = computed == '(' || computed == '\r' || computed == '\n' || computed == 0;
  return special && sent == computed + 1;
}

bool crc_fits(ByteView covered, std::uint8_t high, std::uint8_t low) {
  const unsigned computed = crc(covered);
  return stands_for(high, computed >> 8U) && stands_for(low, computed & 0xFFU);
}

constexpr Scan more{.outcome = Scan::Outcome::need_more, .count = 1};

Scan skip(std::size_t count, std::optional<Errc> fault = std::nullopt) {
  return {.outcome = Scan::Outcome::skip, .count = count, .fault = fault};
}

Scan found(ByteView bytes, std::uint32_t command, ByteView payload) {
  return {.outcome = Scan::Outcome::frame,
          .count = bytes.size(),
          .frame = {.bytes = bytes, .command = command, .payload = payload}};
}

std::uint32_t kind_of(ByteView payload) {
  const std::string_view text = text_of(payload);
  return text == ack ? acknowledged : text == nak ? refused : values;
}

/// How many words an answer has; a blank at its end starts none.
std::size_t count_words(ByteView payload, char separator) {
  if (payload.empty()) return 0;
  const auto separators = std::count(payload.begin(), payload.end(), separator);
  const bool open_end = separator == ' ' && payload.back() == ' ';
  return static_cast<std::size_t>(separators) + (open_end ? 0 : 1);
}

class VoltronicCodec final : public Codec {
 public:
  explicit VoltronicCodec(const Dialect& dialect) : dialect_{dialect} {}

  std::string_view dialect() const noexcept override { return dialect_.name; }
  Result<Bytes> build(const Query& query) const override;
  Scan scan(ByteView buffered) const override;
  bool answers(const Query& query, const Frame& frame) const override;
  Result<std::optional<Bytes>> assemble(const Query& query, std::span<const Bytes> payloads) const override;
  std::size_t max_frame() const override { return longest_frame; }

 private:
  [[nodiscard]] bool starts(std::uint8_t byte) const;
  [[nodiscard]] Scan drop(ByteView buffered, std::size_t from, Errc fault) const;
  [[nodiscard]] Scan scan_answer(ByteView buffered) const;
  [[nodiscard]] Scan scan_request(ByteView buffered) const;
  [[nodiscard]] Scan scan_counted(ByteView buffered) const;
  [[nodiscard]] Scan scan_verdict(ByteView buffered) const;

  Dialect dialect_;
};

/// The characters that may be sent are those no framing is made of: a value cannot end a command early and
/// begin another.
Result<Bytes> VoltronicCodec::build(const Query& query) const {
  const std::string_view command = text_of(query.data);
  // One order has blanks between its values; nothing that asks has any.
  const bool plain = std::all_of(command.begin(), command.end(), [&](char c) {
    return (c > 0x20 || (c == 0x20 && query.write)) && c < 0x7F && c != '(' && c != '^';
  });
  if (command.empty() || command.size() > longest_command || !plain)
    return Error{Errc::bad_value, "a command is 1 to 100 printable characters; " + query.name +
                                      " gives it as 'text', like QPIGS"};
  // What asks starts with Q, or says ^P; all else changes the inverter.
  if (!dialect_.counted && !query.write && command.front() != 'Q' && command != "VERFW:")
    return Error{Errc::not_allowed, "command " + std::string{command} + " is not one of those that only ask"};
  if (query.command == order && !query.write)
    return Error{Errc::not_allowed, "command " + std::string{command} + " behind ^S changes the inverter"};
  Bytes frame;
  if (dialect_.counted) {
    std::string length = std::to_string(command.size() + (dialect_.request_crc ? tail : 1));
    length.insert(0, 3 - length.size(), '0');
    const std::string head = (query.write ? "^S" : "^P") + length;
    frame.assign(head.begin(), head.end());
  }
  frame.insert(frame.end(), command.begin(), command.end());
  if (dialect_.request_crc) {
    const std::uint16_t check = escaped_crc(frame);
    frame.push_back(static_cast<std::uint8_t>(check >> 8U));
    frame.push_back(static_cast<std::uint8_t>(check & 0xFFU));
  }
  frame.push_back('\r');
  return frame;
}

bool VoltronicCodec::starts(std::uint8_t byte) const {
  // The one counted frame without '^' that is known starts with D.
  return dialect_.counted ? byte == '^' || byte == 'D' : byte == '(' || is_letter(byte);
}

/// Goes on at the next head from `from` on, or behind all that is there.
Scan VoltronicCodec::drop(ByteView buffered, std::size_t from, Errc fault) const {
  const std::uint8_t head = dialect_.counted ? '^' : '(';
  const auto next = std::find(buffered.begin() + static_cast<std::ptrdiff_t>(from), buffered.end(), head);
  return skip(static_cast<std::size_t>(next - buffered.begin()), fault);
}

/// '(' up to the first CR or LF, or one that belongs to the CRC of a device that does not move it.
Scan VoltronicCodec::scan_answer(ByteView buffered) const {
  const ByteView bounded = buffered.first(std::min(buffered.size(), longest_frame));
  const auto stop = std::find_if(bounded.begin(), bounded.end(), &is_end);
  const auto at = static_cast<std::size_t>(stop - bounded.begin());
  const bool full = bounded.size() == longest_frame;
  if (stop == bounded.end()) return full ? drop(bounded, 1, Errc::bad_end) : more;
  const ByteView body = bounded.subspan(1, at - 1);
  if (kind_of(body) != values) return found(bounded.first(at + 1), kind_of(body), body);
  if (at > tail - 1 && crc_fits(bounded.first(at - 2), bounded[at - 2], bounded[at - 1])) {
    const ByteView payload = bounded.subspan(1, at - tail);
    return found(bounded.first(at + 1), kind_of(payload), payload);
  }
  for (const std::size_t end : {at + 1, at + 2}) {  // of the frame, when `at` is the CRC's low or high byte
    const std::size_t covered = end - 2;
    const unsigned computed = crc(bounded.first(covered));
    if (!stands_for(bounded[covered], computed >> 8U)) continue;
    if (bounded.size() > covered + 1 && bounded[covered + 1] != (computed & 0xFFU)) continue;
    if (bounded.size() <= end) {
      if (full) continue;
      return more;
    }
    if (is_end(bounded[end])) return found(bounded.first(end + 1), values, bounded.subspan(1, covered - 1));
  }
  return drop(bounded.first(at + 1), 1, Errc::bad_checksum);
}

/// A command up to its CR: of another master, or our own, which some devices and adapters return.
Scan VoltronicCodec::scan_request(ByteView buffered) const {
  const std::size_t most = longest_command + tail;
  const ByteView bounded = buffered.first(std::min(buffered.size(), most));
  const auto stop =
      std::find_if(bounded.begin(), bounded.end(), [](auto byte) { return is_end(byte) || byte == '('; });
  const auto at = static_cast<std::size_t>(stop - bounded.begin());
  if (stop == bounded.end()) return bounded.size() < most ? more : skip(at);
  if (*stop == '(') return skip(at);
  if (!dialect_.request_crc) return found(bounded.first(at + 1), request, bounded.first(at));
  if (at > 2 && crc_fits(bounded.first(at - 2), bounded[at - 2], bounded[at - 1]))
    return found(bounded.first(at + 1), request, bounded.first(at - 2));
  return skip(at + 1, Errc::bad_checksum);
}

/// ^1 and ^0.
Scan VoltronicCodec::scan_verdict(ByteView buffered) const {
  constexpr std::size_t size = 5;
  if (buffered.size() < size) return {.outcome = Scan::Outcome::need_more, .count = size - buffered.size()};
  if (!is_end(buffered[4]) || !crc_fits(buffered.first(2), buffered[2], buffered[3]))
    return drop(buffered.first(size), 1, Errc::bad_checksum);
  return found(buffered.first(size), buffered[1] == '1' ? acknowledged : refused, buffered.first(2));
}

/// ^D, ^P, ^S and three digits that count all that follows them; or the same without '^'.
Scan VoltronicCodec::scan_counted(ByteView buffered) const {
  const std::size_t head = buffered[0] == '^' ? counted_head : counted_head - 1;
  const ByteView kind = buffered.subspan(0, std::min(buffered.size(), head));
  if (head == counted_head && kind.size() > 1 && (kind[1] == '0' || kind[1] == '1'))
    return scan_verdict(buffered);
  for (std::size_t i = 1; i < kind.size(); ++i) {
    const bool letter = head == counted_head && i == 1;
    const bool good =
        letter ? kind[i] == 'D' || kind[i] == 'P' || kind[i] == 'S' : kind[i] >= '0' && kind[i] <= '9';
    if (!good) return drop(kind.first(i + 1), 1, Errc::bad_length);
  }
  if (kind.size() < head) return {.outcome = Scan::Outcome::need_more, .count = head - kind.size()};
  std::size_t length = 0;
  const std::string_view digits = text_of(kind.last(3));
  std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const std::size_t size = head + length;
  const bool asks = head == counted_head && kind[1] != 'D';
  const bool checked = !asks || dialect_.request_crc;
  if (length <= (checked ? tail : 1) || size > longest_frame) return drop(kind, 1, Errc::bad_length);
  if (buffered.size() < size) return {.outcome = Scan::Outcome::need_more, .count = size - buffered.size()};
  const ByteView bytes = buffered.first(size);
  if (!is_end(bytes.back())) return drop(bytes, 1, Errc::bad_end);
  if (checked && !crc_fits(bytes.first(size - tail), bytes[size - 3], bytes[size - 2]))
    return drop(bytes, 1, Errc::bad_checksum);
  const std::uint32_t asked = kind[1] == 'S' ? order : request;
  return found(bytes, asks ? asked : values, bytes.subspan(head, length - (checked ? tail : 1)));
}

/// By the first byte: an answer, a verdict or a request of this dialect, or noise up to where one may start.
Scan VoltronicCodec::scan(ByteView buffered) const {
  if (buffered.empty()) return more;
  if (!starts(buffered[0])) {
    const auto next =
        std::find_if(buffered.begin(), buffered.end(), [this](auto byte) { return starts(byte); });
    return skip(static_cast<std::size_t>(next - buffered.begin()));
  }
  if (dialect_.counted) return scan_counted(buffered);
  return buffered[0] == '(' ? scan_answer(buffered) : scan_request(buffered);
}

/// A refusal answers everything; orders are acknowledged, questions are answered with values.
bool VoltronicCodec::answers(const Query& query, const Frame& frame) const {
  if (frame.command == refused) return true;
  if (query.write || frame.command != values) return query.write && frame.command == acknowledged;
  // An answer does not say to what. One that came late betrays itself by its number of words alone.
  if (query.max_payload != 0 && frame.payload.size() > query.max_payload) return false;
  if (query.min_words == 0 && query.max_words == 0) return true;
  const std::size_t words = count_words(frame.payload, dialect_.counted ? ',' : ' ');
  return words >= query.min_words && (query.max_words == 0 || words <= query.max_words);
}

Result<std::optional<Bytes>> VoltronicCodec::assemble(const Query& query,
                                                      std::span<const Bytes> payloads) const {
  if (payloads.empty()) return std::optional<Bytes>{};
  const std::string_view text = text_of(payloads.front());
  if (text == nak || text == "^0")
    return Error{Errc::rejected, "the device refuses " + std::string{text_of(query.data)} +
                                     " (NAK): it does not know it, or not with these values"};
  return std::optional{payloads.front()};
}

const Dialect* find(std::string_view name) {
  const auto same = [&](const Dialect& one) { return one.name == name; };
  const auto known = std::find_if(dialects.begin(), dialects.end(), same);
  return name.empty() ? dialects.data() : known == dialects.end() ? nullptr : &*known;
}

Error unknown(std::string_view dialect) {
  return {Errc::invalid_configuration, "unknown dialect '" + std::string{dialect.substr(0, 40)} +
                                           "' of protocol voltronic; known: pi30, pi16, pi17, pi18"};
}

}  // namespace

Result<Bytes> encode(std::string_view dialect, std::string_view text) {
  const Dialect* const known = find(dialect);
  if (known == nullptr) return unknown(dialect);
  if (text.size() > longest_frame - counted_head - tail)
    return Error{Errc::bad_length, std::to_string(text.size()) + " characters do not fit an answer"};
  std::string frame = "(" + std::string{text};
  if (known->counted && (text == ack || text == nak)) {
    frame = text == ack ? "^1" : "^0";
  } else if (known->counted) {
    std::string length = std::to_string(text.size() + tail);
    length.insert(0, 3 - length.size(), '0');
    frame = "^D" + length + std::string{text};
  }
  Bytes bytes{frame.begin(), frame.end()};
  const std::uint16_t check = known->name == "pi17" ? crc(bytes) : escaped_crc(bytes);
  bytes.push_back(static_cast<std::uint8_t>(check >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(check & 0xFFU));
  bytes.push_back('\r');
  return bytes;
}

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  const Dialect* const known = find(dialect);
  if (known == nullptr) return unknown(dialect);
  return std::unique_ptr<Codec>{std::make_unique<VoltronicCodec>(*known)};
}

}  // namespace busbar::protocol::voltronic
