// What must hold of the frame reader of any protocol, for any bytes in any pieces: every scan makes progress
// within what it was given, a frame taken out is taken for a frame again, no byte is lost or counted twice.
#pragma once

#include "fuzz/require.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace busbar::protocol::fuzz {

struct Found {
  std::vector<Bytes> frames;
  std::uint64_t skipped = 0;
  bool operator==(const Found&) const = default;
};

/// The first broken rule ends the process.
class FrameChecker {
 public:
  /// What else must hold of a frame of this codec, beside the rules of all.
  using Further = std::function<void(const Frame&)>;

  explicit FrameChecker(const Codec& codec, Further further = {})
      : codec_{codec}, further_{std::move(further)} {}

  void check_scan(ByteView buffered) const {
    const Scan scan = codec_.scan(buffered);
    switch (scan.outcome) {
      case Scan::Outcome::need_more:
        require(buffered.size() < codec_.max_frame(), "a full buffer makes progress");
        require(scan.count >= 1, "asks for something");
        break;
      case Scan::Outcome::skip:
        require(scan.count >= 1 && scan.count <= buffered.size(), "skips what is there");
        break;
      case Scan::Outcome::frame:
        require(scan.at + scan.count <= buffered.size(), "a frame inside another one lies in the buffer");
        check_frame(scan.frame, buffered.subspan(scan.at, scan.count));
        break;
    }
  }

  /// Frames taken while bytes arrive in pieces of at most `most`, then silence.
  [[nodiscard]] Found read(ByteView stream, std::uint32_t random, std::size_t most) const {
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
      const ByteView piece =
          stream.subspan(at, std::min<std::size_t>(1 + (random >> 20) % most, stream.size() - at));
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
    require(frame.bytes.data() == bytes.data() && frame.bytes.size() == bytes.size(),
            "views lie in the buffer");
    require(!bytes.empty() && bytes.size() <= codec_.max_frame(), "no frame is longer than the longest");
    require(frame.payload.size() <= bytes.size(), "the payload is part of the frame");
    const Scan again = codec_.scan(bytes);
    require(again.outcome == Scan::Outcome::frame && again.at == 0 && again.count == bytes.size(),
            "a frame stays one");
    if (further_) further_(frame);
  }

  const Codec& codec_;
  Further further_;
};

}  // namespace busbar::protocol::fuzz
