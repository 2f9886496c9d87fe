// Codec of VE.Direct TEXT. The blocks are described in vedirect.hpp.
//
// A block whose sum is wrong is dropped as a whole, up to and including its checksum: looking for a block
// that starts at one of its later fields would find one by chance, once in 256 times for every field.
#include "model/text.hpp"

#include <busbar/protocol/vedirect.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace busbar::protocol::vedirect {
namespace {

constexpr std::string_view checksum_label = "Checksum";
constexpr std::string_view checksum_field = "\r\nChecksum\t";
// The document allows 22 fields of at most 8 + 32 characters, each with its four separators. Some room for
// what comes after it, and for HEX frames in between.
constexpr std::size_t max_label = 12;
constexpr std::size_t max_value = 40;
constexpr std::size_t longest_block = 2048;
constexpr std::size_t longest_hex = 2 + 2 * 36 + 1;  // nibble, 34 bytes and what frames them

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Length of a HEX frame at the front: ':' nibble, bytes, check byte, LF; the sum of all is 55.
/// 0: more is needed; nullopt: it is none.
std::optional<std::size_t> hex_length(std::string_view text) {
  const std::size_t end = text.substr(0, longest_hex).find('\n');
  const std::string_view body = text.substr(1, std::min({end, text.size(), longest_hex}) - 1);
  if (std::any_of(body.begin(), body.end(), [](char c) { return nibble(c) < 0; })) return std::nullopt;
  if (end == std::string_view::npos)
    return text.size() < longest_hex ? std::optional<std::size_t>{0} : std::nullopt;
  if (body.size() < 3 || body.size() % 2 == 0) return std::nullopt;
  int sum = nibble(body[0]);
  for (std::size_t i = 1; i < body.size(); i += 2) sum += nibble(body[i]) * 16 + nibble(body[i + 1]);
  return (sum & 0xFF) == 0x55 ? std::optional{end + 1} : std::nullopt;
}

/// What is found from the front of a block on.
struct Block {
  enum class End { complete, need_more, broken } end = End::broken;
  std::size_t size = 0;  ///< of the block, or of what was understood
  std::uint8_t sum = 0;
  bool product = false;
};

/// Walks over the fields of one block, byte by byte.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_{text} {}

  Block block() {
    for (;;) {
      if (!take("\r\n")) return stopped();
      const auto label = word(max_label, '\t');
      if (!label || label->empty()) return stopped();
      add(1);  // the tab
      if (*label == checksum_label) {
        if (at_ == text_.size()) return stopped();
        add(1);
        block_.end = Block::End::complete;
        return stopped();
      }
      block_.product = block_.product || *label == "PID";
      if (!value()) return stopped();
    }
  }

 private:
  Block stopped() {
    if (block_.end != Block::End::complete)
      block_.end = at_ == text_.size() ? Block::End::need_more : Block::End::broken;
    block_.size = at_;
    return block_;
  }
  void add(std::size_t count) {
    for (; count > 0; --count)
      block_.sum = static_cast<std::uint8_t>(block_.sum + static_cast<std::uint8_t>(text_[at_++]));
  }
  bool take(std::string_view expected) {
    for (const char c : expected) {
      if (at_ == text_.size() || text_[at_] != c) return false;
      add(1);
    }
    return true;
  }
  /// Printable characters up to `stop`, which is not taken.
  std::optional<std::string_view> word(std::size_t longest, char stop) {
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != stop) {
      if (at_ - from == longest || text_[at_] <= 0x20 || text_[at_] > 0x7E) return std::nullopt;
      add(1);
    }
    return at_ < text_.size() ? std::optional{text_.substr(from, at_ - from)} : std::nullopt;
  }
  /// Up to the next CR; HEX frames right before it are no part of the value, nor of the sum.
  bool value() {
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '\r' && text_[at_] != ':') {
      if (at_ - from == max_value || text_[at_] < 0x20 || text_[at_] > 0x7E) return false;
      add(1);
    }
    while (at_ < text_.size() && text_[at_] == ':') {
      const auto length = hex_length(text_.substr(at_));
      if (!length) return false;
      at_ = *length == 0 ? text_.size() : at_ + *length;
    }
    return at_ < text_.size() && text_[at_] == '\r';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Block block_;
};

Scan skip(std::size_t count, std::optional<Errc> fault = std::nullopt) {
  return {.outcome = Scan::Outcome::skip, .count = count, .fault = fault};
}
constexpr Scan more{.outcome = Scan::Outcome::need_more, .count = 1};

class VeDirectCodec final : public Codec {
 public:
  std::string_view dialect() const noexcept override { return {}; }
  Result<Bytes> build(const Query& query) const override {
    return Error{Errc::not_allowed,
                 "VE.Direct text is only listened to; " + query.name + " must say 'listen: true'"};
  }
  Scan scan(ByteView buffered) const override;
  bool answers(const Query& query, const Frame& frame) const override {
    return query.address == frame.address && query.command == frame.command;
  }
  Result<std::optional<Bytes>> assemble(const Query& query, std::span<const Bytes> payloads) const override;
  std::size_t max_frame() const override { return longest_block; }
};

Scan scan_hex(ByteView buffered) {
  const std::string_view text = text_of(buffered);
  const auto length = hex_length(text);
  if (!length) return skip(1, Errc::bad_checksum);
  if (*length == 0) return more;
  const ByteView bytes = buffered.first(*length);
  return {.outcome = Scan::Outcome::frame,
          .count = *length,
          .frame = {.bytes = bytes,
                    .command = hex_frame + static_cast<std::uint32_t>(nibble(text[1])),
                    .payload = bytes.subspan(2, *length - 5)}};
}

/// Drops a block that cannot be one: up to and including its checksum, wherever that is in the length of a
/// block. What came after that does not matter, or the pieces in which the bytes come would.
Scan drop(ByteView bounded, std::size_t from, Errc fault) {
  const std::string_view text = text_of(bounded);
  // What broke it may have been the first bytes of the last field.
  const std::size_t back = std::min(from, checksum_field.size());
  const std::size_t field = text.find(checksum_field, from - back);
  const std::size_t end = field == std::string_view::npos ? text.size() : field + checksum_field.size();
  if (end < text.size()) return skip(end + 1, fault);
  return text.size() < longest_block ? more : skip(text.size(), fault);
}

Scan VeDirectCodec::scan(ByteView buffered) const {
  if (buffered.empty()) return more;
  if (buffered[0] == ':') return scan_hex(buffered);
  if (buffered[0] != '\r') {
    const auto next = std::find_if(buffered.begin() + 1, buffered.end(),
                                   [](std::uint8_t byte) { return byte == '\r' || byte == ':'; });
    return skip(static_cast<std::size_t>(next - buffered.begin()));
  }
  if (buffered.size() > 1 && buffered[1] != '\n') return skip(1);
  if (buffered.size() > 2 && buffered[2] == '\r') return skip(2);  // the end of somebody's line
  const ByteView bounded = buffered.first(std::min(buffered.size(), longest_block));
  const Block block = Walk{text_of(bounded)}.block();
  if (block.end == Block::End::need_more && buffered.size() < longest_block) return more;
  if (block.end != Block::End::complete) return drop(bounded, block.size, Errc::bad_value);
  if (block.sum != 0) return skip(block.size, Errc::bad_checksum);
  const ByteView bytes = buffered.first(block.size);
  return {.outcome = Scan::Outcome::frame,
          .count = block.size,
          .frame = {.bytes = bytes,
                    .command = block.product ? product_block : other_block,
                    .payload = bytes.first(block.size - checksum_field.size() - 1)}};
}

Result<std::optional<Bytes>> VeDirectCodec::assemble(const Query&, std::span<const Bytes> payloads) const {
  if (payloads.empty()) return std::optional<Bytes>{};
  return std::optional{fields_of(payloads.front())};
}

}  // namespace

Bytes encode(std::string_view fields) {
  Bytes block{fields.begin(), fields.end()};
  block.insert(block.end(), checksum_field.begin(), checksum_field.end());
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : block) sum = static_cast<std::uint8_t>(sum + byte);
  block.push_back(static_cast<std::uint8_t>(0x100 - sum));
  return block;
}

Bytes fields_of(ByteView block) {
  Bytes fields;
  bool hex = false;
  for (const std::uint8_t byte : block) {
    hex = hex || byte == ':';  // the scan has seen to it that no value contains one
    if (!hex) fields.push_back(byte);
    if (byte == '\n') hex = false;
  }
  return fields;
}

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  if (!dialect.empty())
    return Error{Errc::invalid_configuration,
                 "protocol vedirect has no dialects, found '" + std::string{dialect.substr(0, 40)} + "'"};
  return std::unique_ptr<Codec>{std::make_unique<VeDirectCodec>()};
}

}  // namespace busbar::protocol::vedirect
