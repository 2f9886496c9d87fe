// Blocks of VE.Direct text: which are taken, which are not, and what stands between them.
#include "data/vedirect/streams.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/vedirect.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace busbar::protocol::vedirect {
namespace {

struct Taken {
  std::vector<std::uint32_t> commands;
  std::vector<Bytes> payloads;
};

class VeDirectCodecTest : public testing::Test {
 protected:
  Taken read(ByteView stream, std::size_t piece) const {
    FrameReader reader{*codec};
    Taken taken;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(stream.subspan(at, std::min(piece, stream.size() - at)));
      while (const auto frame = reader.next()) {
        taken.commands.push_back(frame->command);
        taken.payloads.emplace_back(frame->payload.begin(), frame->payload.end());
      }
    }
    return taken;
  }
  std::size_t blocks(std::string_view text) const {
    const Bytes bytes{text.begin(), text.end()};
    return read(bytes, 64).commands.size();
  }
  static std::string text(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
  static Bytes sample() { return encode("\r\nPID\t0x203\r\nV\t26201\r\nI\t-12"); }

  std::unique_ptr<Codec> codec = make_codec().value();
};

TEST_F(VeDirectCodecTest, TakesTheGoodBlocksOfEveryStreamInWhateverPieces) {
  for (const auto& stream : test::vedirect::streams) {
    const Bytes bytes = from_hex(stream.hex).value();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{64}, bytes.size()}) {
      const Taken taken = read(bytes, piece);
      const auto good = std::count_if(
          taken.commands.begin(), taken.commands.end(),
          [](std::uint32_t command) { return command == product_block || command == other_block; });
      EXPECT_EQ(good, stream.good_blocks) << stream.what << " in pieces of " << piece;
    }
  }
}

TEST_F(VeDirectCodecTest, TellsTheBlockOfTheProductFromItsHistory) {
  Bytes stream = sample();
  const Bytes history = encode("\r\nH1\t-100\r\nH2\t0");
  stream.insert(stream.end(), history.begin(), history.end());
  EXPECT_EQ(read(stream, 5).commands, (std::vector<std::uint32_t>{product_block, other_block}));
}

TEST_F(VeDirectCodecTest, AnyByteMayBeTheChecksum) {
  for (unsigned value = 0; value < 256; ++value) {
    // One character of a label moves the sum through all values.
    std::string fields = "\r\nX\t";
    for (unsigned i = 0; i < value / 64; ++i) fields += 'p';
    fields += static_cast<char>(0x3B + value % 64);
    const Bytes block = encode(fields);
    const Bytes twice = [&] {
      Bytes both = block;
      both.insert(both.end(), block.begin(), block.end());
      return both;
    }();
    EXPECT_EQ(read(twice, 3).commands.size(), 2U) << "checksum " << int{block.back()};
  }
}

TEST_F(VeDirectCodecTest, EveryOtherValueOfEveryByteYieldsNoBlock) {
  const Bytes good = sample();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned flip = 1; flip < 256; ++flip) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ flip);
      EXPECT_TRUE(read(bad, 16).commands.empty()) << at << " " << flip;
    }
  }
}

TEST_F(VeDirectCodecTest, ALostCharacterYieldsNoBlockAndCostsOne) {
  const Bytes good = sample();
  for (std::size_t at = 0; at + 1 < good.size(); ++at) {
    Bytes stream = good;
    stream.erase(stream.begin() + static_cast<std::ptrdiff_t>(at));
    stream.insert(stream.end(), good.begin(), good.end());
    stream.insert(stream.end(), good.begin(), good.end());
    const Taken taken = read(stream, 16);
    EXPECT_GE(taken.commands.size(), 1U) << at;
    for (const Bytes& payload : taken.payloads)
      EXPECT_EQ(text(payload), "\r\nPID\t0x203\r\nV\t26201\r\nI\t-12") << at;
  }
}

TEST_F(VeDirectCodecTest, EndlessTextIsNotKept) {
  std::string stream = "\r\nPID\t0x203";
  for (int i = 0; i < 1000; ++i) stream += "\r\nV\t1";
  EXPECT_EQ(blocks(stream + text(sample())), 0U) << "the block that ended it is lost with it";
  EXPECT_EQ(blocks(stream + text(sample()) + text(sample())), 1U);
  EXPECT_EQ(blocks("\r\nV\t" + std::string(3000, '1') + text(sample()) + text(sample())), 2U);
}

TEST_F(VeDirectCodecTest, WhereABrokenBlockEndsDoesNotDependOnThePieces) {
  // The length of a block is reached in it, in the block behind it, or between them.
  for (std::size_t length = 1980; length < 2070; ++length) {
    std::string broken = "\r\nPID\t0x203\r\nthis is no field";
    broken += std::string(length - broken.size(), 'x');
    const std::string whole = broken + text(sample()) + text(sample());
    const Bytes stream{whole.begin(), whole.end()};
    const Taken bytewise = read(stream, 1);
    EXPECT_GE(bytewise.commands.size(), 1U) << length;
    EXPECT_EQ(bytewise.payloads, read(stream, stream.size()).payloads) << length;
    EXPECT_EQ(bytewise.payloads, read(stream, 40).payloads) << length;
  }
}

TEST_F(VeDirectCodecTest, BlocksAreNeverAskedFor) {
  for (const std::uint32_t command : {product_block, other_block})
    EXPECT_EQ(codec->build({.name = "realtime", .command = command}).error().code, Errc::not_allowed);
  EXPECT_NE(make_codec("hex").error().detail.find("'hex'"), std::string::npos);
}

}  // namespace
}  // namespace busbar::protocol::vedirect
