// Arbitrary bytes in arbitrary pieces through the frame reader of every protocol there is. What must hold
// for any input: every scan makes progress within what it was given, a frame taken out is taken for a frame
// again, the pieces never matter, and joining whatever came never fails otherwise than by an error.
//
// Input: byte 0 chooses the protocol, byte 1 seeds the sizes of the pieces; the rest is the stream.
#include "fuzz/require.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace busbar;
using namespace busbar::protocol;

struct Found {
  std::vector<Bytes> frames;
  std::uint64_t skipped = 0;
  bool operator==(const Found&) const = default;
};

class Checker {
 public:
  explicit Checker(const Codec& codec) : codec_{codec} {}

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
    }
    while (keep(reader.next_after_silence())) {
    }
    require(reader.buffered() == 0, "silence leaves nothing");
    found.skipped = reader.bytes_skipped();
    std::size_t framed = 0;
    for (const Bytes& frame : found.frames) framed += frame.size();
    require(framed + found.skipped == stream.size(), "every byte is either framed or skipped");
    join(found.frames);
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
  }

  void join(const std::vector<Bytes>& frames) const {
    Query query;
    std::vector<Bytes> payloads;
    for (const Bytes& bytes : frames) {
      const Frame frame = codec_.scan(bytes).frame;
      query.address = frame.address;
      query.command = frame.command;
      (void)codec_.answers(query, frame);
      payloads.emplace_back(frame.payload.begin(), frame.payload.end());
      (void)codec_.assemble(query, payloads);
      query.collect = Collect{.header = 1, .item = 2, .per_frame = 3, .total = 16};
      (void)codec_.assemble(query, payloads);
      query.collect.reset();
    }
  }

  const Codec& codec_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto names = protocols();
  // Byte 0 counts through the protocols in their default dialect, then in the others that one may have.
  constexpr std::array<std::string_view, 8> dialects{"",       "pi16",  "pi17", "pi18",
                                                     "record", "draft", "bus",  "daly"};
  const std::string_view name = names[data[0] % names.size()];
  auto made = make_codec(name, dialects[data[0] / names.size() % dialects.size()]);
  const auto codec = made ? std::move(*made) : make_codec(name).value();
  const ByteView stream{data + 2, size - 2};
  const Checker checker{*codec};
  checker.check_scan(stream);
  require(checker.read(stream, data[1], 40) == checker.read(stream, data[1] + 1U, 7),
          "the pieces do not matter");
  return 0;
}
