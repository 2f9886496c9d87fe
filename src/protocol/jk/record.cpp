// Dialect "record": 55 AA EB 90 and 300 bytes. The record is described in jk.hpp.
//   aa 55 90 eb 96 00 … 00 10            the request for the cells, 20 bytes, the sum at its end
//   55 aa eb 90 02 …                     the record, in whatever pieces the Bluetooth module sends it
// A record has no address: there is one board behind a module. It is as long as it is, so that a lost piece
// costs the whole record, and the sum modulo 256 is all that protects it; the ranges of the profile do the
// rest.
#include "protocol/jk/parts.hpp"

#include <busbar/protocol/jk.hpp>

#include <array>

namespace busbar::protocol::jk {
namespace {

constexpr std::array<std::uint8_t, 4> request_start{0xAA, 0x55, 0x90, 0xEB};
constexpr std::array<std::uint8_t, 2> starts{0x55, 0xAA};
constexpr std::size_t request_size = 20;
constexpr std::size_t type_at = record_type_at;
constexpr std::size_t head = record_head;

/// The command that a record of this type answers; 0x100 and more for those nobody asks for.
std::uint32_t command_of(std::uint8_t type) {
  return type == 2 ? read_cells : type == 3 ? read_device : 0x100U + type;
}

class RecordCodec final : public Codec {
 public:
  std::string_view dialect() const noexcept override { return "record"; }
  std::size_t max_frame() const override { return record_size; }

  Result<Bytes> build(const Query& query) const override {
    if ((query.command != read_cells && query.command != read_device) || query.write || !query.data.empty())
      return Error{Errc::not_allowed, "busbar only reads, with command 0x96 or 0x97"};
    Bytes request{request_start.begin(), request_start.end()};
    request.push_back(static_cast<std::uint8_t>(query.command));
    request.resize(request_size - 1);
    request.push_back(static_cast<std::uint8_t>(sum(request)));
    return request;
  }

  Scan scan(ByteView buffered) const override {
    if (buffered.empty()) return need(request_size, buffered);
    const bool record = buffered[0] == record_start[0];
    const auto& start = record ? record_start : request_start;
    const std::size_t total = record ? record_size : request_size;
    const std::size_t known = std::min(buffered.size(), start.size());
    if (!std::equal(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(known), buffered.begin()))
      return skip_to(buffered, starts, std::nullopt);
    if (buffered.size() < total) return need(total, buffered);
    const ByteView bytes = buffered.first(total);
    if ((sum(bytes.first(total - 1)) & 0xFF) != bytes.back())
      return skip_to(buffered, starts, Errc::bad_checksum);
    const std::size_t data_at = record ? head : type_at + 1;
    return {.outcome = Scan::Outcome::frame,
            .count = total,
            .frame = {.bytes = bytes,
                      .command = record ? command_of(bytes[type_at]) : bytes[type_at],
                      .payload = record ? bytes.subspan(data_at, total - data_at - 1) : ByteView{}}};
  }

  bool answers(const Query& query, const Frame& frame) const override {
    return frame.bytes.size() == record_size && query.address == 0 && frame.command == query.command;
  }
  Result<std::optional<Bytes>> assemble(const Query&, std::span<const Bytes> payloads) const override {
    return only_one(payloads);
  }
};

}  // namespace

Bytes encode_record(std::uint8_t type, std::uint8_t counter, ByteView data) {
  Bytes record;
  record.reserve(record_size);
  record.assign(record_start.begin(), record_start.end());
  record.push_back(type);
  record.push_back(counter);
  record.insert(record.end(), data.begin(), data.end());
  record.resize(record_size - 1);
  record.push_back(static_cast<std::uint8_t>(sum(record)));
  return record;
}

std::unique_ptr<Codec> make_record() { return std::make_unique<RecordCodec>(); }

}  // namespace busbar::protocol::jk
