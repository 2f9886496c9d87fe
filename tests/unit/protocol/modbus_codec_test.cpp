// Modbus RTU: frames in a stream, what answers what, and Daly's addresses.
#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/modbus.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace busbar::protocol::modbus {
namespace {

Bytes bytes(std::string_view hex) { return from_hex(hex).value(); }

class ModbusCodecTest : public testing::Test {
 protected:
  static Query read(std::uint16_t first, std::uint8_t count, std::uint32_t address = 1) {
    return {.name = "q", .address = address, .command = command_of(read_holding, first), .data = {0, count}};
  }
  static Query write(std::uint16_t reg, Bytes value, std::uint32_t address = 1) {
    return {.name = "w",
            .address = address,
            .command = command_of(write_single, reg),
            .data = std::move(value),
            .write = true};
  }
  std::string request(const Query& query) const { return to_hex(codec->build(query).value(), ' '); }
  Errc refusal(const Query& query) const { return codec->build(query).error().code; }
  bool answers(const Query& query, const Bytes& answer) const {
    return codec->answers(query, parse_frame(*codec, answer).value());
  }
  Result<Bytes> value(const Query& query, const Bytes& answer) const {
    const auto frame = parse_frame(*codec, answer);
    if (!frame) return frame.error();
    EXPECT_TRUE(codec->answers(query, *frame)) << to_hex(answer);
    const Bytes payload{frame->payload.begin(), frame->payload.end()};
    auto joined = codec->assemble(query, {&payload, 1});
    if (!joined) return joined.error();
    return **joined;
  }
  std::vector<Bytes> take(const Bytes& stream, std::size_t piece) const {
    FrameReader reader{*codec};
    std::vector<Bytes> frames;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(ByteView{stream}.subspan(at, std::min(piece, stream.size() - at)));
      while (const auto frame = reader.next()) frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
    }
    while (const auto frame = reader.next_after_silence())
      frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
    return frames;
  }
  static Bytes registers(std::uint8_t address, Bytes values) {
    values.insert(values.begin(), static_cast<std::uint8_t>(values.size()));
    return encode(address, read_holding, values);
  }

  std::unique_ptr<Codec> codec = make_codec().value();
  std::unique_ptr<Codec> daly = make_codec("daly").value();
};

TEST_F(ModbusCodecTest, TheCrcIsThatOfTheSpecification) {
  // "MODBUS over Serial Line", appendix B: 02 07 gives 1241, sent 41 12.
  EXPECT_EQ(crc16(Bytes{0x02, 0x07}), 0x1241);
  EXPECT_EQ(crc16({}), 0xFFFF);
}

TEST_F(ModbusCodecTest, AsksForRegisters) {
  EXPECT_EQ(request(read(0x006B, 3, 0x11)), "11 03 00 6b 00 03 76 87") << "a known example";
  Query input = read(0x0008, 1);
  input.command = command_of(read_input, 0x0008);
  EXPECT_EQ(request(input).substr(0, 17), "01 04 00 08 00 01");
}

TEST_F(ModbusCodecTest, GivesTheRegisters) {
  EXPECT_EQ(value(read(0x006B, 3, 0x11), bytes("11 03 06 ae 41 56 52 43 40 49 ad")).value(),
            bytes("ae 41 56 52 43 40"));
}

TEST_F(ModbusCodecTest, ARefusalIsAnErrorThatSaysWhy) {
  const auto refused_with = [&](std::uint8_t code) {
    return value(read(0x006B, 3), encode(1, read_holding | refused, {&code, 1})).error();
  };
  EXPECT_EQ(refused_with(2).code, Errc::rejected);
  EXPECT_NE(refused_with(2).detail.find("no such registers"), std::string::npos);
  EXPECT_NE(refused_with(6).detail.find("busy"), std::string::npos);
  EXPECT_NE(refused_with(77).detail.find("exception 77"), std::string::npos);
}

TEST_F(ModbusCodecTest, AnAnswerIsKnownByUnitFunctionAndLength) {
  const Query query = read(0, 2);
  EXPECT_TRUE(answers(query, registers(1, {1, 2, 3, 4})));
  EXPECT_FALSE(answers(query, registers(2, {1, 2, 3, 4}))) << "another unit";
  EXPECT_FALSE(answers(query, registers(1, {1, 2}))) << "an answer to another question";
  Bytes input = registers(1, {1, 2, 3, 4});
  input = encode(1, read_input, ByteView{input}.subspan(2, 5));
  EXPECT_FALSE(answers(query, input)) << "another function";
  EXPECT_FALSE(answers(query, codec->build(query).value())) << "the request";
  const std::uint8_t code = 2;
  EXPECT_FALSE(answers(query, encode(1, write_single | refused, {&code, 1})));
}

TEST_F(ModbusCodecTest, WritesAreAcknowledgedWithWhatWasWritten) {
  const Query one = write(0x0001, {0x00, 0x03});
  EXPECT_EQ(request(one).substr(0, 17), "01 06 00 01 00 03");
  EXPECT_TRUE(value(one, codec->build(one).value()));
  EXPECT_EQ(value(one, encode(1, write_single, bytes("00 01 00 04"))).error().code, Errc::rejected);
  EXPECT_FALSE(answers(one, encode(1, write_single, bytes("00 02 00 03"))));
  Query several{.name = "w",
                .address = 1,
                .command = command_of(write_several, 1),
                .data = bytes("00 02 04 00 0a 01 02"),
                .write = true};
  EXPECT_EQ(request(several), "01 10 00 01 00 02 04 00 0a 01 02 92 30") << "a known example";
  EXPECT_TRUE(value(several, bytes("01 10 00 01 00 02 10 08")));
}

TEST_F(ModbusCodecTest, AsksNothingElse) {
  EXPECT_EQ(refusal(read(0, 0)), Errc::bad_value);
  EXPECT_EQ(refusal(read(0, 126)), Errc::bad_value);
  EXPECT_EQ(refusal(read(0, 1, 0)), Errc::bad_value) << "a broadcast is never answered";
  EXPECT_EQ(refusal(read(0, 1, 248)), Errc::bad_value);
  EXPECT_EQ(refusal({.name = "q", .address = 1, .command = 0x050000, .data = {0xFF, 0}, .write = true}),
            Errc::not_allowed);
  Query silent = write(1, {0, 3});
  silent.write = false;
  EXPECT_EQ(refusal(silent), Errc::not_allowed) << "a write that is not declared one";
  EXPECT_EQ(refusal(write(1, {3})), Errc::bad_value);
  EXPECT_EQ(refusal({.name = "w",
                     .address = 1,
                     .command = command_of(write_several, 1),
                     .data = bytes("00 02 04 00 0a"),
                     .write = true}),
            Errc::bad_value);
  EXPECT_NE(make_codec("ascii").error().detail.find("'ascii'"), std::string::npos);
  EXPECT_EQ(codec->dialect(), "rtu");
}

TEST_F(ModbusCodecTest, FramesComeOutWhateverThePieces) {
  const std::vector<Bytes> sent{bytes("11 03 00 6b 00 03 76 87"), bytes("11 03 06 ae 41 56 52 43 40 49 ad"),
                                bytes("01 10 00 01 00 02 04 00 0a 01 02 92 30"),
                                bytes("01 10 00 01 00 02 10 08")};
  Bytes stream;
  for (const Bytes& frame : sent) stream.insert(stream.end(), frame.begin(), frame.end());
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) EXPECT_EQ(take(stream, piece), sent) << piece;
}

TEST_F(ModbusCodecTest, FramesAreFoundBehindNoise) {
  const Bytes frame = bytes("11 03 06 ae 41 56 52 43 40 49 ad");
  for (const char* const noise : {"00", "ff ff", "41 54 2b 0d 0a", "03 03", "01 03 ff", "10 10 10"}) {
    Bytes stream = bytes(noise);
    stream.insert(stream.end(), frame.begin(), frame.end());
    const auto frames = take(stream, 4);
    EXPECT_TRUE(std::ranges::count(frames, frame) == 1) << noise;
  }
}

TEST_F(ModbusCodecTest, NoSingleDamageYieldsAnAnswer) {
  const Bytes good = bytes("11 03 06 ae 41 56 52 43 40 49 ad");
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned flip = 1; flip < 256; ++flip) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ flip);
      for (const Bytes& frame : take(bad, 5))
        EXPECT_FALSE(answers(read(0x006B, 3, 0x11), frame)) << at << " " << flip << " " << to_hex(frame);
    }
  }
}

TEST_F(ModbusCodecTest, DalyBoardsAnswerFromAnotherAddress) {
  EXPECT_EQ(to_hex(daly->build(read(0x0000, 0x40)).value(), ' '), "81 03 00 00 00 40 5b fa") << "captured";
  EXPECT_EQ(to_hex(daly->build(read(0x0000, 0x3E, daly_any)).value(), ' '), "d2 03 00 00 00 3e d7 b9")
      << "captured";
  const auto answered = [&](std::uint8_t address, std::uint32_t asked) {
    return daly->answers(read(0, 1, asked), parse_frame(*daly, registers(address, {0, 1})).value());
  };
  EXPECT_TRUE(answered(0x51, 1));
  EXPECT_TRUE(answered(0x60, 16));
  EXPECT_TRUE(answered(0xD2, daly_any));
  EXPECT_FALSE(answered(0x52, 1));
  EXPECT_FALSE(answered(0x81, 1));
  EXPECT_EQ(daly->build(read(0, 1, 17)).error().code, Errc::bad_value);
}

}  // namespace
}  // namespace busbar::protocol::modbus
