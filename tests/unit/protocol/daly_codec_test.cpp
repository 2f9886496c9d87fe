// Daly's frames: what is built, what is recognised, what is refused, and how numbered frames are joined.
#include <busbar/protocol/daly.hpp>
#include <busbar/protocol/frame_reader.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace busbar::protocol::daly {
namespace {

constexpr const char* pack_answer = "a5 01 90 08 02 10 00 00 75 6f 03 bc f3";  // a capture

Bytes bytes(std::string_view hex) { return from_hex(hex).value(); }

class DalyCodecTest : public testing::Test {
 protected:
  static Query query(std::uint32_t command, std::uint32_t address = 1) {
    Query result;
    result.name = "sample";
    result.address = address;
    result.command = command;
    return result;
  }
  static Query cells(std::size_t total) {
    Query result = query(read_cells);
    result.collect = Collect{.header = 1, .item = 2, .per_frame = 3, .total = total};
    return result;
  }
  std::string built(const Query& asked) const {
    const auto result = codec->build(asked);
    return result ? to_hex(*result, ' ') : to_string(result.error().code).data();
  }
  Frame frame(ByteView whole) const { return parse_frame(*codec, whole).value(); }

  std::unique_ptr<Codec> codec = make_codec().value();
};

TEST_F(DalyCodecTest, AddressesABoardByItsMasterByte) {
  EXPECT_EQ(built(query(read_pack, 1)), "a5 40 90 08 00 00 00 00 00 00 00 00 7d");
  EXPECT_EQ(built(query(read_pack, 2)), "a5 41 90 08 00 00 00 00 00 00 00 00 7e");
  EXPECT_EQ(built(query(read_pack, 16)), "a5 4f 90 08 00 00 00 00 00 00 00 00 8c");
  EXPECT_EQ(built(query(read_pack, bluetooth_master)), "a5 80 90 08 00 00 00 00 00 00 00 00 bd");
}

TEST_F(DalyCodecTest, RefusesAddressesNoBoardHas) {
  for (const std::uint32_t address : {0U, 17U, 64U, 127U, 129U, 256U})
    EXPECT_EQ(built(query(read_pack, address)), "bad_value") << address;
}

TEST_F(DalyCodecTest, SendsNothingThatChangesTheBoard) {
  for (std::uint32_t command = 0; command < 0x200; ++command) {
    const bool reads = (command >= 0x50 && command <= 0x63) || (command >= 0x90 && command <= 0x98);
    EXPECT_EQ(codec->build(query(command)).has_value(), reads) << command;
  }
  Query write = query(read_pack);
  write.write = true;
  EXPECT_EQ(built(write), "not_allowed");
}

TEST_F(DalyCodecTest, AsksForNumberedFramesOnlyWhenTheirNumberIsKnown) {
  Query asked = cells(16);
  EXPECT_EQ(built(asked), "a5 40 95 08 00 00 00 00 00 00 00 00 82");
  asked.collect->total.reset();
  EXPECT_EQ(built(asked), "bad_value");
}

TEST_F(DalyCodecTest, RefusesDataThatDoesNotFit) {
  EXPECT_EQ(encode(0x40, read_pack, Bytes(9)).error().code, Errc::bad_length);
  EXPECT_EQ(encode(0x40, read_pack, Bytes(8)).value().size(), frame_size);
}

TEST_F(DalyCodecTest, ReadsACapturedFrame) {
  const Bytes whole = bytes(pack_answer);
  const Frame found = frame(whole);
  EXPECT_EQ(found.address, 1U);
  EXPECT_EQ(found.command, read_pack);
  EXPECT_EQ(to_hex(found.payload, ' '), "02 10 00 00 75 6f 03 bc");
  EXPECT_TRUE(codec->answers(query(read_pack), found));
  EXPECT_TRUE(codec->answers(query(read_pack, bluetooth_master), found));
  EXPECT_FALSE(codec->answers(query(read_pack, 2), found));
  EXPECT_FALSE(codec->answers(query(read_status), found));
}

TEST_F(DalyCodecTest, TakesNoRequestForAnAnswer) {
  for (const std::uint32_t address : {1U, 2U, bluetooth_master}) {
    const Bytes request = codec->build(query(read_pack, address)).value();
    EXPECT_FALSE(codec->answers(query(read_pack, address), frame(request))) << address;
    EXPECT_EQ(frame(request).address, address);
  }
}

TEST_F(DalyCodecTest, EveryOtherValueOfEveryByteYieldsNoAnswer) {
  const Bytes good = bytes(pack_answer);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned flip = 1; flip < 256; ++flip) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ flip);
      FrameReader reader{*codec};
      reader.feed(bad);
      while (const auto found = reader.next_after_silence())
        EXPECT_FALSE(codec->answers(query(read_pack), *found)) << at << " " << flip;
    }
  }
}

TEST_F(DalyCodecTest, FindsFramesBetweenNoiseAndFalseStarts) {
  Bytes stream = bytes("00 a5 a5 01 90 a5 01 90 09 ff");
  const Bytes good = bytes(pack_answer);
  for (int i = 0; i < 3; ++i) {
    stream.insert(stream.end(), good.begin(), good.end());
    stream.push_back(0xA5);
  }
  FrameReader reader{*codec};
  std::size_t found = 0;
  for (const std::uint8_t byte : stream) {
    reader.feed({&byte, 1});
    while (reader.next()) ++found;
  }
  while (reader.next_after_silence()) ++found;
  EXPECT_EQ(found, 3U);
}

TEST_F(DalyCodecTest, NamesWhatIsWrongWithAFrame) {
  const auto fault = [&](std::string_view hex) { return parse_frame(*codec, bytes(hex)).error().code; };
  EXPECT_EQ(fault("a5 01 90 08 02 10 00 00 75 6f 03 bc f4"), Errc::bad_checksum);
  EXPECT_EQ(fault("a5 01 90 07 02 10 00 00 75 6f 03 bc f2"), Errc::bad_length);
  EXPECT_EQ(fault("a5 01 90 08 02 10"), Errc::truncated_frame);
  EXPECT_EQ(fault("5a 01 90 08 02 10 00 00 75 6f 03 bc f3"), Errc::bad_start);
}

std::vector<Bytes> three_frames() {
  return {bytes("01 0c a3 0c a7 0c a6 f9"), bytes("02 0c a8 0c a5 0c a4 f9"),
          bytes("03 0c a5 0c a6 00 00 f9")};
}

TEST_F(DalyCodecTest, JoinsNumberedFramesUpToTheTotal) {
  auto frames = three_frames();
  EXPECT_EQ(codec->assemble(cells(8), {frames.data(), 1}).value(), std::nullopt);
  EXPECT_EQ(codec->assemble(cells(8), {frames.data(), 2}).value(), std::nullopt);
  EXPECT_EQ(codec->assemble(cells(8), frames).value(), bytes("0ca30ca70ca60ca80ca50ca40ca50ca6"));
  EXPECT_EQ(codec->assemble(cells(6), frames).value(), bytes("0ca30ca70ca60ca80ca50ca4"))
      << "frames of cells that are not there are not looked at";
  EXPECT_EQ(codec->assemble(cells(10), frames).value(), std::nullopt);
}

TEST_F(DalyCodecTest, AFrameThatIsMissingSpoilsTheAnswer) {
  for (std::size_t lost = 0; lost < 2; ++lost) {
    auto frames = three_frames();
    frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(lost));
    EXPECT_EQ(codec->assemble(cells(8), frames).error().code, Errc::bad_value) << lost;
  }
  auto twice = three_frames();
  twice.insert(twice.begin(), twice.front());
  EXPECT_EQ(codec->assemble(cells(8), twice).error().code, Errc::bad_value);
  auto swapped = three_frames();
  std::swap(swapped[0], swapped[1]);
  EXPECT_EQ(codec->assemble(cells(8), swapped).error().code, Errc::bad_value);
}

TEST_F(DalyCodecTest, RefusesToJoinWhatCannotFitAFrame) {
  Query impossible = cells(8);
  impossible.collect->per_frame = 4;
  EXPECT_EQ(codec->assemble(impossible, three_frames()).error().code, Errc::invalid_profile);
}

TEST_F(DalyCodecTest, HasNoDialects) {
  EXPECT_EQ(codec->dialect(), "");
  EXPECT_NE(make_codec("new").error().detail.find("'new'"), std::string::npos);
}

TEST_F(DalyCodecTest, SetsSwitchesAndBelievesOnlyTheStateThatWasAsked) {
  Query off = query(set_discharge_mos);
  off.write = true;
  off.data = {0};
  EXPECT_EQ(built(off), "a5 40 d9 08 00 00 00 00 00 00 00 00 c6");
  const std::vector<Bytes> agreed{Bytes(8)};
  EXPECT_TRUE(codec->assemble(off, agreed));
  const std::vector<Bytes> other{Bytes{1, 0, 0, 0, 0, 0, 0, 0}};
  EXPECT_EQ(codec->assemble(off, other).error().code, Errc::rejected);
  for (const Bytes& data : {Bytes{}, Bytes{2}, Bytes{0, 0}}) {
    off.data = data;
    EXPECT_EQ(built(off), "bad_value");
  }
  off.data = {0};
  off.write = false;
  EXPECT_EQ(built(off), "not_allowed") << "a write that is not declared one";
}

}  // namespace
}  // namespace busbar::protocol::daly
