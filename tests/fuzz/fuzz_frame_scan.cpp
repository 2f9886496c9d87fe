// Arbitrary bytes in arbitrary pieces through the frame reader of both Orion dialects. What must hold for any
// input: every scan makes progress within what it was given, every accepted frame passes a checker written
// independently of the codec, and the pieces never matter.
//
// Input: byte 0 chooses the dialect (bit 0) and seeds the sizes of the pieces; the rest is the stream.
#include "fuzz/frame_checker.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/orion.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace {

using namespace busbar;
using namespace busbar::protocol;
using fuzz::Found;
using fuzz::FrameChecker;

/// The rules of docs/protocols/orion.md, spelled out once more and shared with nothing.
bool is_frame(ByteView bytes, bool draft) {
  if (bytes.size() < 8 || bytes[0] != 0xEA || bytes[1] != 0xD1 || bytes[bytes.size() - 1] != 0xF5)
    return false;
  if (bytes[3] != bytes.size() - (draft ? 6 : 4) || bytes[4] != (draft ? 0x03 : 0xFF)) return false;
  unsigned sum = 0;
  for (std::size_t i = draft ? 1 : 3; i + 2 < bytes.size(); ++i) sum ^= bytes[i];
  return sum == bytes[bytes.size() - 2];
}

void check_orion(const Codec& codec, const Frame& frame, bool draft) {
  const ByteView bytes = frame.bytes;
  require(is_frame(bytes, draft), "an accepted frame is valid");
  require(frame.address == bytes[2], "address");
  require(frame.command == (static_cast<std::uint32_t>(bytes[4]) << 8 | bytes[5]), "command");
  require(frame.payload.size() + 8 == bytes.size(), "payload is all but the framing");
  Query other;
  other.address = frame.address ^ 1U;
  other.command = frame.command;
  require(!codec.answers(other, frame), "another address is never answered");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool draft = (data[0] & 1) != 0;
  const ByteView stream{data + 1, size - 1};
  const auto codec = orion::make_codec(draft ? orion::draft : orion::manufacturer);
  const FrameChecker checker{*codec, [&](const Frame& frame) { check_orion(*codec, frame, draft); }};
  checker.check_scan(stream);
  const Scan scan = codec->scan(stream);
  require(scan.outcome != Scan::Outcome::need_more || stream.size() + scan.count <= codec->max_frame(),
          "asks for a possible amount");

  FrameReader whole{*codec};
  whole.feed(stream);
  Found at_once;
  while (const auto frame = whole.next())
    at_once.frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
  while (const auto frame = whole.next_after_silence())
    at_once.frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
  at_once.skipped = whole.bytes_skipped();
  require(checker.read(stream, 1U + data[0], 40) == at_once, "the pieces do not matter");
  return 0;
}
