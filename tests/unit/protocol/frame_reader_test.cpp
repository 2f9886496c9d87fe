// Frames out of a byte stream, whatever the pieces, whatever lies between them.
#include "data/orion/exchanges.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/orion.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace busbar::protocol {
namespace {

namespace known = test::orion;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

class FrameReaderTest : public testing::Test {
 protected:
  void feed(const Bytes& bytes) { reader.feed(bytes); }
  /// All whole frames there are now.
  std::vector<Bytes> take() {
    std::vector<Bytes> frames;
    while (const auto frame = reader.next()) frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
    return frames;
  }
  const Bytes voltages = hex(known::four_cells.response);
  const Bytes status = hex(known::idle_status.response);
  const Bytes noise = hex("41 54 2b 53 54 41 54 0d 0a");
  std::unique_ptr<Codec> codec = orion::make_codec(orion::manufacturer);
  FrameReader reader{*codec};
};

using Frames = std::vector<Bytes>;

TEST_F(FrameReaderTest, TwoFramesInOneRead) {
  feed(voltages + status);
  EXPECT_EQ(take(), (Frames{voltages, status}));
  EXPECT_EQ(reader.buffered(), 0U);
  EXPECT_EQ(reader.bytes_skipped(), 0U);
}

TEST_F(FrameReaderTest, OneFrameInSingleByteReads) {
  for (std::size_t i = 0; i + 1 < status.size(); ++i) {
    feed({status[i]});
    EXPECT_TRUE(take().empty()) << i;
  }
  feed({status.back()});
  EXPECT_EQ(take(), Frames{status});
}

TEST_F(FrameReaderTest, EverySplitOfTwoFramesGivesBoth) {
  const Bytes both = voltages + status;
  for (std::size_t cut = 0; cut <= both.size(); ++cut) {
    Frames seen;
    feed({both.begin(), both.begin() + static_cast<std::ptrdiff_t>(cut)});
    for (auto& frame : take()) seen.push_back(std::move(frame));
    feed({both.begin() + static_cast<std::ptrdiff_t>(cut), both.end()});
    for (auto& frame : take()) seen.push_back(std::move(frame));
    EXPECT_EQ(seen, (Frames{voltages, status})) << cut;
  }
}

TEST_F(FrameReaderTest, ModuleNoiseAroundFramesIsSkippedAndCounted) {
  feed(noise + voltages + noise + status + noise);
  EXPECT_EQ(take(), (Frames{voltages, status}));
  EXPECT_EQ(reader.bytes_skipped(), 27U);
  EXPECT_EQ(reader.last_fault(), std::nullopt) << "noise is no refused frame";
}

TEST_F(FrameReaderTest, FalseStartsBeforeAFrameAreSkipped) {
  for (const auto* start : {"ea", "ea ea ea", "ea d1", "ea d1 01", "ea d1 01 04", "ea d1 01 04 ff 02",
                            "ea f5", "ea d1 01 0f ff 02 04 06", "ea d1 01 04 ff 02 00 f5"}) {
    reader.clear();
    feed(hex(start) + voltages);
    Frames seen = take();
    while (const auto frame = reader.next_after_silence())
      seen.emplace_back(frame->bytes.begin(), frame->bytes.end());
    EXPECT_EQ(seen, Frames{voltages}) << start;
  }
}

TEST_F(FrameReaderTest, SilenceUncoversAFrameBehindAFalseStart) {
  // The false start announces 255 bytes that will never come.
  feed(hex("ea d1 01 ff ff 02") + voltages);
  EXPECT_TRUE(take().empty());
  const auto frame = reader.next_after_silence();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(Bytes(frame->bytes.begin(), frame->bytes.end()), voltages);
  EXPECT_EQ(reader.next_after_silence(), std::nullopt);
  EXPECT_EQ(reader.bytes_skipped(), 6U);
  EXPECT_EQ(reader.last_fault(), Errc::truncated_frame);
}

TEST_F(FrameReaderTest, SilenceAfterHalfAFrameLeavesNothing) {
  feed({status.begin(), status.begin() + 20});
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_EQ(reader.buffered(), 20U);
  EXPECT_EQ(reader.next_after_silence(), std::nullopt);
  EXPECT_EQ(reader.buffered(), 0U);
  EXPECT_EQ(reader.bytes_skipped(), 20U);
  EXPECT_EQ(reader.last_fault(), Errc::truncated_frame);
}

TEST_F(FrameReaderTest, SilenceWithNothingPendingIsNoFault) {
  feed(voltages);
  EXPECT_TRUE(reader.next_after_silence().has_value());
  EXPECT_EQ(reader.next_after_silence(), std::nullopt);
  EXPECT_EQ(reader.last_fault(), std::nullopt);
}

TEST_F(FrameReaderTest, FaultIsThatOfTheFrameNotOfItsFragments) {
  Bytes bad = orion::encode(orion::manufacturer, 1, orion::read_voltages, hex("01 06 01 ea 00")).value();
  bad[bad.size() - 2] ^= 1;
  feed(bad);
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(reader.last_fault(), Errc::bad_checksum);
  reader.clear_fault();
  EXPECT_EQ(reader.last_fault(), std::nullopt);
}

TEST_F(FrameReaderTest, ViewsStayValidUntilTheNextCall) {
  feed(voltages + status);
  const auto frame = reader.next();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->payload.size(), 11U);
  EXPECT_EQ(frame->payload[0], 4);
  EXPECT_EQ(reader.pending().size(), status.size());
  EXPECT_EQ(frame->payload[10], 0xF2);
}

TEST_F(FrameReaderTest, ClearForgetsWhatIsPending) {
  feed({status.begin(), status.begin() + 5});
  reader.clear();
  EXPECT_EQ(reader.buffered(), 0U);
  feed(voltages);
  EXPECT_EQ(take(), Frames{voltages});
}

TEST_F(FrameReaderTest, NobodyTakingFramesCannotGrowTheBuffer) {
  for (int i = 0; i < 10'000; ++i) feed(status);
  EXPECT_LE(reader.buffered(), 2 * codec->max_frame() + status.size());
  EXPECT_EQ(reader.buffered() + reader.bytes_skipped(), 10'000 * status.size());
  EXPECT_GE(take().size(), 15U) << "the newest are kept";
}

TEST_F(FrameReaderTest, LongStreamOfNoiseAndFramesLosesNone) {
  std::size_t frames = 0;
  Bytes stream;
  for (int i = 0; i < 500; ++i) stream = std::move(stream) + noise + voltages + hex("ea") + status;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t size = std::min<std::size_t>(1 + at % 61, stream.size() - at);
    reader.feed(ByteView{stream}.subspan(at, size));
    frames += take().size();
    at += size;
  }
  EXPECT_EQ(frames, 1000U);
  EXPECT_EQ(reader.bytes_skipped(), 500U * 10);
}

/// Frames are '<' … '>'; the first thing scanned for is '[' … ']' inside one, which is taken out of it.
class Nested final : public Codec {
 public:
  std::string_view dialect() const noexcept override { return {}; }
  Result<Bytes> build(const Query&) const override { return Bytes{}; }
  Scan scan(ByteView buffered) const override {
    const auto at = [&](char c) {
      return static_cast<std::size_t>(std::ranges::find(buffered, static_cast<std::uint8_t>(c)) -
                                      buffered.begin());
    };
    const std::size_t open = at('['), close = at(']'), end = at('>');
    if (close < buffered.size())
      return {.outcome = Scan::Outcome::frame,
              .count = close + 1 - open,
              .at = open,
              .frame = {.bytes = buffered.subspan(open, close + 1 - open),
                        .payload = buffered.subspan(open + 1, 1)}};
    if (end == buffered.size() || open < end) return {.count = 1};
    return {.outcome = Scan::Outcome::frame, .count = end + 1, .frame = {.bytes = buffered.first(end + 1)}};
  }
  bool answers(const Query&, const Frame&) const override { return false; }
  Result<std::optional<Bytes>> assemble(const Query&, std::span<const Bytes>) const override {
    return std::optional<Bytes>{};
  }
  std::size_t max_frame() const override { return 64; }
};

TEST(FrameReaderNested, AFrameInsideAnotherComesFirstAndTheOtherClosesUp) {
  const Nested codec;
  FrameReader reader{codec};
  const std::string stream = "<a[1]b[2]><c>";
  std::vector<std::string> seen;
  std::string payloads;
  for (const char c : stream) {
    reader.feed(Bytes{static_cast<std::uint8_t>(c)});
    while (const auto frame = reader.next()) {
      seen.emplace_back(frame->bytes.begin(), frame->bytes.end());
      payloads.append(frame->payload.begin(), frame->payload.end());
    }
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"[1]", "[2]", "<ab>", "<c>"}));
  EXPECT_EQ(payloads, "12") << "the views go with the frame";
  EXPECT_EQ(reader.bytes_skipped(), 0U);
}

}  // namespace
}  // namespace busbar::protocol
