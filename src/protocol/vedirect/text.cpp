// Blocks of VE.Direct TEXT, and the HEX frames inside them. The blocks are described in vedirect.hpp.
//
// A block whose sum is wrong is dropped as a whole, up to and including its checksum: looking for a block
// that starts at one of its later fields would find one by chance, once in 256 times for every field.
#include "model/text.hpp"

#include "protocol/vedirect/parts.hpp"

#include <busbar/protocol/vedirect.hpp>

#include <algorithm>

namespace busbar::protocol::vedirect {
namespace {

constexpr std::string_view checksum_label = "Checksum";
constexpr std::string_view checksum_field = "\r\nChecksum\t";
constexpr std::size_t max_label = 12;
constexpr std::size_t max_value = 40;

/// What is found from the front of a block on.
struct Block {
  enum class End { complete, need_more, broken, hex } end = End::broken;
  std::size_t size = 0;  ///< of the block, or of what was understood: a HEX frame begins there
  std::size_t hex = 0;   ///< length of the HEX frame
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
    block_.size = at_;
    if (block_.end == Block::End::complete) return block_;
    block_.end = at_ == text_.size() ? Block::End::need_more : Block::End::broken;
    // No label and no value has a colon.
    if (block_.end == Block::End::broken && text_[at_] == ':') colon();
    return block_;
  }
  void colon() {
    const auto length = hex_length(text_.substr(at_));
    if (!length) return;
    block_.end = *length == 0 ? Block::End::need_more : Block::End::hex;
    block_.hex = *length;
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
      if (at_ - from == longest || text_[at_] <= 0x20 || text_[at_] > 0x7E || text_[at_] == ':')
        return std::nullopt;
      add(1);
    }
    return at_ < text_.size() ? std::optional{text_.substr(from, at_ - from)} : std::nullopt;
  }
  /// Up to the next CR.
  bool value() {
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '\r') {
      if (at_ - from == max_value || text_[at_] < 0x20 || text_[at_] > 0x7E || text_[at_] == ':')
        return false;
      add(1);
    }
    return at_ < text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Block block_;
};

/// The first HEX frame that begins between the two.
std::optional<Scan> hex_between(ByteView bounded, std::size_t from, std::size_t to) {
  const std::string_view text = text_of(bounded);
  for (std::size_t at = text.find(':', from); at < to; at = text.find(':', at + 1))
    if (const auto length = hex_length(text.substr(at)); length && *length > 0)
      return hex_found(bounded, at, *length);
  return std::nullopt;
}

/// Drops a block that cannot be one: up to and including its checksum, wherever that is in the length of a
/// block. What came after that does not matter, or the pieces in which the bytes come would.
Scan drop(ByteView bounded, std::size_t from, Errc fault) {
  const std::string_view text = text_of(bounded);
  // What broke it may have been the first bytes of the last field.
  const std::size_t back = std::min(from, checksum_field.size());
  const std::size_t field = text.find(checksum_field, from - back);
  // HEX frames have a sum of their own: what they say stands, whatever became of the block around them.
  if (auto hex = hex_between(bounded, from, std::min(field, text.size()))) return *hex;
  const std::size_t end = field == std::string_view::npos ? text.size() : field + checksum_field.size();
  if (end < text.size()) return skip(end + 1, fault);
  return text.size() < longest_block ? more : skip(text.size(), fault);
}

}  // namespace

Scan scan_text(ByteView buffered) {
  if (buffered[0] != '\r') {
    const auto next = std::find_if(buffered.begin() + 1, buffered.end(),
                                   [](std::uint8_t byte) { return byte == '\r' || byte == ':'; });
    return skip(static_cast<std::size_t>(next - buffered.begin()));
  }
  if (buffered.size() > 1 && buffered[1] != '\n' && buffered[1] != ':') return skip(1);
  if (buffered.size() > 2 && buffered[2] == '\r') return skip(2);  // the end of somebody's line
  const ByteView bounded = buffered.first(std::min(buffered.size(), longest_block));
  const Block block = Walk{text_of(bounded)}.block();
  if (block.end == Block::End::need_more && buffered.size() < longest_block) return more;
  if (block.end == Block::End::hex) return hex_found(bounded, block.size, block.hex);
  if (block.end == Block::End::broken && block.size < 2) return skip(1);
  if (block.end != Block::End::complete) return drop(bounded, block.size, Errc::bad_value);
  if (block.sum != 0) return skip(block.size, Errc::bad_checksum);
  const ByteView bytes = buffered.first(block.size);
  return {.outcome = Scan::Outcome::frame,
          .count = block.size,
          .frame = {.bytes = bytes,
                    .command = block.product ? product_block : other_block,
                    .payload = bytes.first(block.size - checksum_field.size() - 1)}};
}

Bytes encode(std::string_view fields) {
  Bytes block{fields.begin(), fields.end()};
  block.insert(block.end(), checksum_field.begin(), checksum_field.end());
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : block) sum = static_cast<std::uint8_t>(sum + byte);
  block.push_back(static_cast<std::uint8_t>(0x100 - sum));
  return block;
}

}  // namespace busbar::protocol::vedirect
