// Arbitrary bytes in arbitrary pieces through the frame reader of both Orion dialects. What must hold for any
// input: every scan makes progress within what it was given, every accepted frame passes a checker written
// independently of the codec, and the pieces never matter.
//
// Input: byte 0 chooses the dialect (bit 0) and seeds the sizes of the pieces; the rest is the stream.
#include "fuzz/require.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/orion.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace {

using namespace busbar;
using namespace busbar::protocol;

/// The rules of docs/protocols/orion.md, spelled out once more and shared with nothing.
bool is_frame(ByteView bytes, bool draft) {
  if (bytes.size() < 8 || bytes[0] != 0xEA || bytes[1] != 0xD1 || bytes[bytes.size() - 1] != 0xF5)
    return false;
  if (bytes[3] != bytes.size() - (draft ? 6 : 4) || bytes[4] != (draft ? 0x03 : 0xFF)) return false;
  unsigned sum = 0;
  for (std::size_t i = draft ? 1 : 3; i + 2 < bytes.size(); ++i) sum ^= bytes[i];
  return sum == bytes[bytes.size() - 2];
}

struct Found {
  std::vector<Bytes> frames;
  std::uint64_t skipped = 0;
  bool operator==(const Found&) const = default;
};

class Checker {
 public:
  Checker(const Codec& codec, bool draft) : codec_{codec}, draft_{draft} {}

  void check_scan(ByteView buffered) const {
    const Scan scan = codec_.scan(buffered);
    switch (scan.outcome) {
      case Scan::Outcome::need_more:
        require(buffered.size() < codec_.max_frame(), "a full buffer makes progress");
        require(scan.count >= 1 && buffered.size() + scan.count <= codec_.max_frame(),
                "asks for a possible amount");
        break;
      case Scan::Outcome::skip:
        require(scan.count >= 1 && scan.count <= buffered.size(), "skips what is there");
        break;
      case Scan::Outcome::frame:
        check_frame(scan.frame, buffered.first(scan.count));
        break;
    }
  }

  /// Frames taken while bytes arrive in pieces of the sizes `random` gives, then silence.
  [[nodiscard]] Found read(ByteView stream, std::uint32_t random) const {
    FrameReader reader{codec_};
    Found found;
    const auto keep = [&](const std::optional<Frame>& frame) {
      if (frame) {
        check_frame(*frame, frame->bytes);
        found.frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
      }
      return frame.has_value();
    };
    for (std::size_t at = 0; at < stream.size();) {
      random = random * 1664525U + 1013904223U;
      const std::size_t size = 1 + (random >> 20) % 40;
      const ByteView piece = stream.subspan(at, std::min(size, stream.size() - at));
      reader.feed(piece);
      at += piece.size();
      while (keep(reader.next())) {
      }
      require(reader.buffered() < codec_.max_frame(), "an emptied reader holds less than one frame");
    }
    while (keep(reader.next_after_silence())) {
    }
    require(reader.buffered() == 0, "silence leaves nothing");
    found.skipped = reader.bytes_skipped();
    std::size_t framed = 0;
    for (const Bytes& frame : found.frames) framed += frame.size();
    require(framed + found.skipped == stream.size(), "every byte is either framed or skipped");
    return found;
  }

 private:
  void check_frame(const Frame& frame, ByteView bytes) const {
    require(is_frame(bytes, draft_), "an accepted frame is valid");
    require(frame.bytes.data() == bytes.data() && frame.bytes.size() == bytes.size(),
            "views lie in the buffer");
    require(frame.address == bytes[2], "address");
    require(frame.command == (static_cast<std::uint32_t>(bytes[4]) << 8 | bytes[5]), "command");
    require(frame.payload.size() + 8 == bytes.size(), "payload is all but the framing");
    Query other;
    other.address = frame.address ^ 1U;
    other.command = frame.command;
    require(!codec_.answers(other, frame), "another address is never answered");
  }

  const Codec& codec_;
  bool draft_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool draft = (data[0] & 1) != 0;
  const ByteView stream{data + 1, size - 1};
  const auto codec = orion::make_codec(draft ? orion::draft : orion::manufacturer);
  const Checker checker{*codec, draft};
  checker.check_scan(stream);

  FrameReader whole{*codec};
  whole.feed(stream);
  Found at_once;
  while (const auto frame = whole.next())
    at_once.frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
  while (const auto frame = whole.next_after_silence())
    at_once.frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
  at_once.skipped = whole.bytes_skipped();
  require(checker.read(stream, 1U + data[0]) == at_once, "the pieces do not matter");
  return 0;
}
