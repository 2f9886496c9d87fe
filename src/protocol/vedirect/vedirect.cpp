// Codec of VE.Direct: blocks of text and HEX frames on one line. Both are described in vedirect.hpp; text.cpp
// finds the former, hex.cpp the latter.
//
//   \r\nPID\t0x203\r\nV\t26201\r\nI\t0\r\n … \r\nFW\t0307\r\nChecksum\t\xd8     a block, sent every second
//   :70010003E                                                            how large is the battery?
//   :7001000C80076                                                        200 Ah (00C8, low byte first)
//
// What one has to know of it:
// - Products speak by themselves: a block is no answer to anything, and a HEX answer may stand inside one.
// - The checksum of a block is one raw byte, which may be CR, LF or ':' itself: a block is taken as a whole
// or
//   not at all, never searched for another one inside it.
// - What is cut off at the start of a connection has a wrong sum: the first block is mostly lost, rightly.
#include "protocol/vedirect/parts.hpp"

#include <busbar/protocol/vedirect.hpp>

#include <string>
#include <utility>

namespace busbar::protocol::vedirect {
namespace {

bool is_block(std::uint32_t command) { return command == product_block || command == other_block; }

Scan scan_hex(ByteView buffered) {
  const std::string_view text{reinterpret_cast<const char*>(buffered.data()), buffered.size()};
  const auto length = hex_length(text);
  if (!length) return skip(1, Errc::bad_checksum);
  return *length == 0 ? more : hex_found(buffered, 0, *length);
}

class VeDirectCodec final : public Codec {
 public:
  std::string_view dialect() const noexcept override { return {}; }
  bool speaks_unasked() const noexcept override { return true; }
  std::size_t max_frame() const override { return longest_block; }

  Result<Bytes> build(const Query& query) const override { return build_hex(query); }
  Scan scan(ByteView buffered) const override {
    if (buffered.empty()) return more;
    return buffered[0] == ':' ? scan_hex(buffered) : scan_text(buffered);
  }
  bool answers(const Query& query, const Frame& frame) const override {
    if (query.address != frame.address) return false;
    if (is_block(query.command) || is_block(frame.command)) return query.command == frame.command;
    return answers_hex(query, frame);
  }
  Result<std::optional<Bytes>> assemble(const Query& query, std::span<const Bytes> payloads) const override {
    if (payloads.empty()) return std::optional<Bytes>{};
    if (is_block(query.command)) return std::optional{payloads.front()};
    auto value = value_of(query, payloads.front());
    if (!value) return std::move(value).error();
    return std::optional{std::move(*value)};
  }
};

}  // namespace

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  if (!dialect.empty())
    return Error{Errc::invalid_configuration,
                 "protocol vedirect has no dialects, found '" + std::string{dialect.substr(0, 40)} + "'"};
  return std::unique_ptr<Codec>{std::make_unique<VeDirectCodec>()};
}

}  // namespace busbar::protocol::vedirect
