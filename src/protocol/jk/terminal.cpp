// Dialect "terminal": 4E 57 … 68. The frame is described in jk.hpp.
//   4e 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00 68 00 00 01 29                 read all
//   4e 57 00 14 00 00 00 00 02 03 02 ab 01 00 00 00 00 68 00 00 01 d4              the charge MOS on
// Byte 9 says who sends, byte 10 whether it asks: an echo of the request is no answer. What the tags mean,
// and how long the value of each is, the profile knows; here they are a payload like any other.
#include "protocol/jk/parts.hpp"

#include <busbar/protocol/jk.hpp>

#include <array>
#include <string>

namespace busbar::protocol::jk {
namespace {

constexpr std::array<std::uint8_t, 1> starts{0x4E};
constexpr std::size_t head = 11;      // up to the data
constexpr std::size_t tail = 9;       // record number, end, sum
constexpr std::size_t longest = 600;  // an answer of 32 cells has about 350 bytes
constexpr std::size_t type_at = 10;
constexpr std::size_t longest_value = 25;  // a tag and 24 characters
constexpr std::uint8_t end_byte = 0x68;

std::uint32_t u16(ByteView bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at] << 8 | bytes[at + 1]);
}

Bytes encode(std::uint32_t address, std::uint32_t command, std::uint8_t source, std::uint8_t type,
             ByteView data) {
  const std::size_t length = head + data.size() + tail - 2;
  Bytes frame{0x4E, 0x57, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
  for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<std::uint8_t>(address >> shift));
  frame.insert(frame.end(), {static_cast<std::uint8_t>(command), source, type});
  frame.insert(frame.end(), data.begin(), data.end());
  frame.insert(frame.end(), {0, 0, 0, 0, end_byte, 0, 0});
  const std::uint32_t check = sum(frame);
  frame.push_back(static_cast<std::uint8_t>(check >> 8));
  frame.push_back(static_cast<std::uint8_t>(check));
  return frame;
}

class TerminalCodec final : public Codec {
 public:
  std::string_view dialect() const noexcept override { return "terminal"; }
  std::size_t max_frame() const override { return longest; }

  Result<Bytes> build(const Query& query) const override {
    constexpr std::uint8_t computer = 0x03, request = 0x00, writing = 0x02, everything = 0x00;
    if (query.command == write_tag && query.write) {
      if (query.data.size() < 2 || query.data.size() > longest_value)
        return Error{Errc::bad_length, "the data of a write is a tag and its value"};
      return encode(query.address, write_tag, computer, writing, query.data);
    }
    if (query.command != read_all || query.write || !query.data.empty())
      return Error{Errc::not_allowed, "busbar reads with command 6 and writes with command 2"};
    return encode(query.address, read_all, computer, request, Bytes{everything});
  }

  Scan scan(ByteView buffered) const override {
    const std::size_t have = buffered.size();
    if (have == 0) return need(head + tail, buffered);
    if (buffered[0] != starts[0]) return skip_to(buffered, starts, std::nullopt);
    if (have > 1 && buffered[1] != 0x57) return skip_to(buffered, starts, std::nullopt);
    if (have < 4) return need(head + tail, buffered);
    const std::size_t total = u16(buffered, 2) + 2;
    if (total < head + tail || total > longest) return skip_to(buffered, starts, Errc::bad_length);
    if (have < total) return need(total, buffered);
    const ByteView bytes = buffered.first(total);
    if (bytes[total - 5] != end_byte) return skip_to(buffered, starts, Errc::bad_end);
    if (u16(bytes, total - 4) != 0 || u16(bytes, total - 2) != (sum(bytes.first(total - 4)) & 0xFFFF))
      return skip_to(buffered, starts, Errc::bad_checksum);
    return {.outcome = Scan::Outcome::frame,
            .count = total,
            .frame = {.bytes = bytes,
                      .address = u16(bytes, 4) << 16 | u16(bytes, 6),
                      .command = bytes[8],
                      .payload = bytes.subspan(head, total - head - tail)}};
  }

  bool answers(const Query& query, const Frame& frame) const override {
    if (frame.bytes[type_at] != 0x01 || frame.address != query.address || frame.command != query.command)
      return false;
    // What was written is acknowledged by its tag.
    return !query.write ||
           (!query.data.empty() && !frame.payload.empty() && frame.payload[0] == query.data[0]);
  }
  Result<std::optional<Bytes>> assemble(const Query&, std::span<const Bytes> payloads) const override {
    return only_one(payloads);
  }
};

}  // namespace

Result<Bytes> encode_terminal(std::uint32_t address, ByteView data, std::uint32_t command) {
  if (head + data.size() + tail > longest)
    return Error{Errc::bad_length, std::to_string(data.size()) + " bytes of data do not fit a frame"};
  return encode(address, command, 0x00, 0x01, data);
}

std::unique_ptr<Codec> make_terminal() { return std::make_unique<TerminalCodec>(); }

}  // namespace busbar::protocol::jk
