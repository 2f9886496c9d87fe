// Codec of the Orion protocol: bytes → frame → payload. Layout and sources are described in orion.hpp; the
// difference between the dialects is in their descriptors, the rules per command in the table below, and
// nowhere else.
//
// Pack 1 is asked for its cell voltages, and answers with four of them, 3.311, 3.313, 3.312 and 3.314 V:
//   ea d1 01 04 ff 02 f9 f5
//   ea d1 01 0f ff 02 04 06 04 0c ef 0c f1 0c f0 0c f2 e8 f5
//   │  │  │  │  │     └ payload, up to the XOR e8; orion1000.yaml says what is in it
//   │  │  │  │  └ command, the same in both
//   │  │  │  └ LEN: 4 bytes follow, 15 bytes follow
//   └ start, product, address
//
// What one has to know of it:
// - The XOR is a weak check, and the address is not even covered by it. What a wrong frame meets beside it:
//   product, command, the longest data of that command, the end byte, and the length the profile expects.
// - Requests and answers look alike: an echo is told by its data alone.
// - A system of several packs answers FF02 in several frames, one behind the other, unasked: assemble().
// Doubts: how a pack refuses a command has not been seen; the draft's framing is known from paper only.
#include "protocol/skip.hpp"

#include <busbar/protocol/orion.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace busbar::protocol::orion {
namespace {

constexpr std::size_t length_at = 3;
constexpr std::size_t command_at = 4;
constexpr std::size_t data_at = 6;
constexpr std::size_t trailer = 2;  // XOR and end byte
constexpr std::size_t min_frame = data_at + trailer;

/// What the manufacturer's document says about one command. The low byte names it.
struct Rule {
  enum class Use { read, change, reply, never };
  std::uint8_t low;
  Use use;
  std::size_t max_data;  // of the response
};

constexpr std::array rules{
    Rule{0x03, Rule::Use::read,
         18 + 64},  // 64 probes: far beyond any pack, far below the 237 LEN could express
    Rule{0x04, Rule::Use::read, 53},
    Rule{0x11, Rule::Use::read, 1 + 31},
    Rule{0x19, Rule::Use::change, 0},
    Rule{0x1A, Rule::Use::change, 0},
    Rule{0x1B, Rule::Use::change, 0},
    Rule{0x1C, Rule::Use::change, 0},
    Rule{0xFF, Rule::Use::reply, 0},
    // Calibration, writing of serial number and date, shutdown: never sent, whoever asks.
    Rule{0x0F, Rule::Use::never, 0xFF},
    Rule{0x10, Rule::Use::never, 0xFF},
    Rule{0x12, Rule::Use::never, 0xFF},
    Rule{0x13, Rule::Use::never, 0xFF},
};
constexpr std::uint8_t service_high = 0xFE;  // heartbeat and watchdog: never sent either

/// The draft numbers other commands, of which no rule is known.
const Rule* find_rule(const Dialect& dialect, std::uint8_t low) {
  if (!dialect.switches) return nullptr;
  const auto* const found = std::ranges::find(rules, low, &Rule::low);
  return found == rules.end() ? nullptr : found;
}

/// XOR from where the dialect begins it, up to the byte before its own place.
std::uint8_t checksum(const Dialect& dialect, ByteView frame) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte :
       frame.subspan(dialect.checksum_from, frame.size() - dialect.checksum_from - trailer))
    sum ^= byte;
  return sum;
}

Scan skip(ByteView buffered, std::optional<Errc> fault) { return skip_to_next(start_byte, buffered, fault); }

/// So many bytes are still missing of a frame of `total`.
Scan need(std::size_t total, ByteView buffered) {
  return {.outcome = Scan::Outcome::need_more, .count = total - buffered.size()};
}

std::string hex(std::uint32_t command) {
  const std::array bytes{static_cast<std::uint8_t>(command >> 8), static_cast<std::uint8_t>(command)};
  return to_hex(bytes);
}

class OrionCodec final : public Codec {
 public:
  explicit OrionCodec(const Dialect& dialect) : dialect_{dialect} {}
  std::string_view dialect() const noexcept override { return dialect_.name; }

  Result<Bytes> build(const Query& query) const override;
  Scan scan(ByteView buffered) const override;
  bool answers(const Query& query, const Frame& frame) const override;
  Result<std::optional<Bytes>> assemble(const Query& query, std::span<const Bytes> payloads) const override;
  std::size_t max_frame() const override { return dialect_.max_frame(); }

 private:
  Dialect dialect_;
};

/// Three fences, whatever a profile or a person asks for: service commands never, switches only as declared
/// writes, and nothing that is no command of the dialect.
Result<Bytes> OrionCodec::build(const Query& query) const {
  if (query.address > 0xFF)
    return Error{Errc::bad_value, "address " + std::to_string(query.address) + " is outside 0…255"};
  const std::uint32_t high = query.command >> 8;
  const Rule* const rule = find_rule(dialect_, static_cast<std::uint8_t>(query.command));
  if (high == service_high ||
      (high == dialect_.command_high && rule != nullptr && rule->use == Rule::Use::never))
    return Error{Errc::not_allowed,
                 "command " + hex(query.command) + " is a service command and is never sent"};
  if (high != dialect_.command_high || (rule != nullptr && rule->use == Rule::Use::reply))
    return Error{Errc::unknown_query, "the " + std::string{dialect_.name} + " dialect has no command " +
                                          std::to_string(query.command)};
  const bool changes = rule != nullptr && rule->use == Rule::Use::change;
  if (changes && !query.write)
    return Error{Errc::not_allowed,
                 "command " + hex(query.command) + " is a switch and must be declared a write"};
  if (!changes && query.write)
    return Error{Errc::unknown_query, "command " + hex(query.command) + " is not known as a write"};
  return encode(dialect_, static_cast<std::uint8_t>(query.address), static_cast<std::uint16_t>(query.command),
                query.data);
}

Scan OrionCodec::scan(ByteView buffered) const {
  const std::size_t have = buffered.size();
  if (have == 0) return need(min_frame, buffered);
  // Each byte is judged as soon as it is there, so that a false start is dropped early and a true one is
  // never waited for longer than its own length says.
  if (buffered[0] != start_byte) return skip(buffered, std::nullopt);
  if (have > 1 && buffered[1] != product_id) return skip(buffered, Errc::bad_product);
  if (have <= length_at) return need(min_frame, buffered);
  const std::size_t total = buffered[length_at] + dialect_.uncounted;
  if (total < min_frame) return skip(buffered, Errc::bad_length);
  if (have > command_at && buffered[command_at] != dialect_.command_high)
    return skip(buffered, Errc::wrong_command);
  if (have > command_at + 1) {
    const Rule* const rule = find_rule(dialect_, buffered[command_at + 1]);
    if (rule != nullptr && total - min_frame > rule->max_data) return skip(buffered, Errc::bad_length);
  }
  if (have < total) return need(total, buffered);
  const ByteView bytes = buffered.first(total);
  if (bytes.back() != end_byte) return skip(buffered, Errc::bad_end);
  if (checksum(dialect_, bytes) != bytes[total - trailer]) return skip(buffered, Errc::bad_checksum);
  const auto command = static_cast<std::uint32_t>(bytes[command_at] << 8 | bytes[command_at + 1]);
  return {.outcome = Scan::Outcome::frame,
          .count = total,
          .frame = {.bytes = bytes,
                    .address = bytes[2],
                    .command = command,
                    .payload = bytes.subspan(data_at, total - min_frame)}};
}

bool OrionCodec::answers(const Query& query, const Frame& frame) const {
  // The address is outside the manufacturer's checksum: comparing it is the only protection against a flipped
  // bit.
  if (frame.address != query.address) return false;
  if (query.write) return dialect_.switches && frame.command == acknowledgement;
  if (frame.command != query.command) return false;
  // A request carries the command of its answer; what equals our own data is an echo of the line.
  if (std::ranges::equal(frame.payload, query.data)) return false;
  return query.max_payload == 0 || frame.payload.size() <= query.max_payload;
}

/// Joins the cells of all packs of a system, see Collect: each frame repeats its header and announces the
/// same total. Stops at a contradiction rather than publishing cells of two answers as one.
Result<std::optional<Bytes>> OrionCodec::assemble(const Query& query, std::span<const Bytes> payloads) const {
  if (payloads.empty()) return std::optional<Bytes>{};
  if (!query.collect) return std::optional{payloads.front()};
  const Collect& collect = *query.collect;
  if (collect.item == 0 || collect.total_at >= collect.header)
    return Error{Errc::invalid_profile, "collect needs an item size and a total inside its header"};

  Bytes joined;
  std::size_t total = 0;
  std::size_t items = 0;
  for (const Bytes& payload : payloads) {
    if (payload.size() < collect.header)
      return Error{Errc::short_payload, "header of " + std::to_string(collect.header) + " bytes expected",
                   payload};
    const std::size_t carried = payload.size() - collect.header;
    if (carried % collect.item != 0)
      return Error{Errc::bad_length, std::to_string(carried) + " bytes are no whole number of items",
                   payload};
    const bool first = &payload == &payloads.front();
    if (first)
      total = payload[collect.total_at];
    else if (payload[collect.total_at] != total)
      return Error{Errc::bad_value, "frames of one answer announce different totals", payload};
    // Every frame must bring items: this bounds their number by the total, which is one byte.
    if (carried == 0 && total != 0)
      return Error{Errc::bad_value, "a frame of several carries no items", payload};
    items += carried / collect.item;
    // One frame may carry more than it announces (the document's own example does); several must meet the
    // total.
    if (!first && items > total)
      return Error{Errc::bad_value, "more items than the announced total", payload};
    const std::size_t from = first ? 0 : collect.header;
    joined.insert(joined.end(), payload.begin() + static_cast<std::ptrdiff_t>(from), payload.end());
  }
  if (items < total) return std::optional<Bytes>{};
  return std::optional{std::move(joined)};
}

}  // namespace

Result<Bytes> encode(const Dialect& dialect, std::uint8_t address, std::uint16_t command, ByteView data) {
  if (data.size() > dialect.max_data())
    return Error{Errc::bad_length, std::to_string(data.size()) + " bytes of data, at most " +
                                       std::to_string(dialect.max_data()) + " fit a frame"};
  const std::size_t total = min_frame + data.size();
  Bytes frame;
  frame.reserve(total);
  frame = {start_byte,
           product_id,
           address,
           static_cast<std::uint8_t>(total - dialect.uncounted),
           static_cast<std::uint8_t>(command >> 8),
           static_cast<std::uint8_t>(command)};
  frame.insert(frame.end(), data.begin(), data.end());
  frame.resize(total);
  frame[total - trailer] = checksum(dialect, frame);
  frame.back() = end_byte;
  return frame;
}

std::unique_ptr<Codec> make_codec(const Dialect& dialect) { return std::make_unique<OrionCodec>(dialect); }

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  if (dialect.empty() || dialect == manufacturer.name) return make_codec(manufacturer);
  if (dialect == draft.name) return make_codec(draft);
  return Error{Errc::invalid_configuration, "unknown dialect '" + std::string{dialect.substr(0, 40)} +
                                                "' of protocol orion; known: manufacturer, draft"};
}

}  // namespace busbar::protocol::orion
