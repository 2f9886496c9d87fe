// Dialect "bus": a write of Modbus asks for a record, which comes with its acknowledgement behind it. The
// frames are described in jk.hpp and modbus.hpp.
//
// Board 3 is asked for its cells:
//   03 10 16 20 00 01 02 00 00 cf 91     write register 1620: the trigger
//   55 aa eb 90 02 …                     the record, 300 bytes
//   00                                   means nothing; skipped
//   and the acknowledgement, which names the board
//
// What one has to know of it:
// - A record does not say whose it is. Only the acknowledgement behind it makes it an answer: assemble()
// waits
//   for that, and takes the record just before it.
// - A board of number 0 is a master itself and asks the others: triggers of others are frames here, too.
#include "protocol/jk/parts.hpp"

#include <busbar/protocol/jk.hpp>
#include <busbar/protocol/modbus.hpp>

#include <string>

namespace busbar::protocol::jk {
namespace {

constexpr std::uint8_t trigger_page = 0x16;  // registers 16xx are the triggers
constexpr std::size_t acknowledgement_size = 8;
constexpr std::uint32_t highest_address = 255;

std::uint32_t trigger(std::uint32_t command) {
  return modbus::command_of(modbus::write_several, static_cast<std::uint16_t>(command));
}

/// The trigger that a record of this type answers; 0x100 and more for those nobody knows.
std::uint32_t trigger_of(std::uint8_t type) {
  switch (type) {
    case 1:
      return trigger_settings;
    case 2:
      return trigger_cells;
    case 3:
      return trigger_device;
    default:
      return 0x100U + type;
  }
}

/// What can begin here: a record, or a trigger and its acknowledgement or refusal.
bool may_start(ByteView bytes) {
  if (bytes[0] == record_start[0] && (bytes.size() == 1 || bytes[1] == record_start[1])) return true;
  if (bytes.size() == 1) return true;
  if (bytes[1] == (modbus::write_several | modbus::refused)) return true;
  return bytes[1] == modbus::write_several && (bytes.size() == 2 || bytes[2] == trigger_page);
}

Scan skip(ByteView buffered, std::optional<Errc> fault) {
  std::size_t at = 1;
  while (at < buffered.size() && !may_start(buffered.subspan(at))) ++at;
  return {.outcome = Scan::Outcome::skip, .count = at, .fault = fault};
}

class BusCodec final : public Codec {
 public:
  std::string_view dialect() const noexcept override { return "bus"; }
  std::size_t max_frame() const override { return record_size; }

  Result<Bytes> build(const Query& query) const override {
    if ((query.command != trigger_settings && query.command != trigger_cells &&
         query.command != trigger_device) ||
        query.write || !query.data.empty())
      return Error{Errc::not_allowed, "busbar asks for records with command 0x161C, 0x161E or 0x1620 only"};
    if (query.address > highest_address)
      return Error{Errc::bad_value, "address " + std::to_string(query.address) + " is above 255"};
    const Bytes body{trigger_page, static_cast<std::uint8_t>(query.command), 0, 1, 2, 0, 0};
    return modbus::encode(static_cast<std::uint8_t>(query.address), modbus::write_several, body);
  }

  Scan scan(ByteView buffered) const override {
    if (buffered.empty()) return need(acknowledgement_size, buffered);
    if (!may_start(buffered)) return skip(buffered, std::nullopt);
    if (buffered.size() < 3) return {.count = 1};
    if (buffered[0] == record_start[0] && buffered[1] == record_start[1]) return scan_record(buffered);
    Scan found = modbus::scan_rtu(buffered);
    return found.outcome == Scan::Outcome::skip ? skip(buffered, found.fault) : found;
  }

  /// A record does not say whose it is; the acknowledgement behind it does.
  bool answers(const Query& query, const Frame& frame) const override {
    if (frame.bytes.size() == record_size) return frame.command == query.command;
    if (frame.address != query.address) return false;
    return frame.command >> 16 == (modbus::write_several | modbus::refused) ||
           (frame.command == trigger(query.command) && frame.bytes.size() == acknowledgement_size);
  }

  Result<std::optional<Bytes>> assemble(const Query&, std::span<const Bytes> payloads) const override {
    if (payloads.empty() || payloads.back().size() == record_data) return std::optional<Bytes>{};
    if (payloads.back()[0] >= modbus::refused)
      return Error{Errc::rejected,
                   "the board refuses, with exception " + std::to_string(payloads.back().back()),
                   payloads.back()};
    if (payloads.size() < 2)
      return Error{Errc::truncated_frame, "the board acknowledged, but sent no sound record"};
    return std::optional{payloads[payloads.size() - 2]};
  }

 private:
  static Scan scan_record(ByteView buffered) {
    const std::size_t known = std::min(buffered.size(), record_start.size());
    if (!std::equal(record_start.begin(), record_start.begin() + static_cast<std::ptrdiff_t>(known),
                    buffered.begin()))
      return skip(buffered, std::nullopt);
    if (buffered.size() < record_size) return need(record_size, buffered);
    const ByteView bytes = buffered.first(record_size);
    if ((sum(bytes.first(record_size - 1)) & 0xFF) != bytes.back()) return skip(buffered, Errc::bad_checksum);
    return {.outcome = Scan::Outcome::frame,
            .count = record_size,
            .frame = {.bytes = bytes,
                      .command = trigger_of(bytes[record_type_at]),
                      .payload = bytes.subspan(record_head, record_data)}};
  }
};

}  // namespace

std::unique_ptr<Codec> make_bus() { return std::make_unique<BusCodec>(); }

}  // namespace busbar::protocol::jk
