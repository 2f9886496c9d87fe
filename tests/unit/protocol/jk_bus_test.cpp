// Records of JK boards on a bus: asked for by a trigger, believed when the acknowledgement says whose they
// are.
#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/jk.hpp>
#include <busbar/protocol/modbus.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace busbar::protocol::jk {
namespace {

class JkBusTest : public testing::Test {
 protected:
  static Query query(std::uint32_t command, std::uint32_t address = 3) {
    return {.name = "q", .address = address, .command = command};
  }
  static Bytes record(std::uint8_t type = 2) { return encode_record(type, 0, Bytes{0xDD, 0x0C, 0xDE, 0x0C}); }
  static Bytes acknowledgement(std::uint8_t address = 3, std::uint8_t trigger = 0x20) {
    return modbus::encode(address, modbus::write_several, Bytes{0x16, trigger, 0, 1});
  }
  static Bytes join(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }
  /// What a stream of bytes says to `wanted`; nullopt: nothing yet.
  std::optional<Result<Bytes>> outcome(const Query& wanted, const Bytes& stream,
                                       std::size_t piece = 50) const {
    FrameReader reader{*codec};
    std::vector<Bytes> payloads;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(ByteView{stream}.subspan(at, std::min(piece, stream.size() - at)));
      while (const auto frame = reader.next()) {
        if (!codec->answers(wanted, *frame)) continue;
        payloads.emplace_back(frame->payload.begin(), frame->payload.end());
        auto joined = codec->assemble(wanted, payloads);
        if (!joined) return joined.error();
        if (*joined) return std::move(**joined);
      }
    }
    return std::nullopt;
  }

  std::unique_ptr<Codec> codec = make_codec("bus").value();
};

TEST_F(JkBusTest, AsksAsTheCaptureDoes) {
  EXPECT_EQ(to_hex(codec->build(query(trigger_cells)).value()), "031016200001020000cf91");
  EXPECT_EQ(codec->build(query(trigger_settings, 15)).value()[0], 15);
  EXPECT_EQ(codec->build(query(0x1600)).error().code, Errc::not_allowed);
  EXPECT_EQ(codec->build(query(trigger_cells, 256)).error().code, Errc::bad_value);
  Query write = query(trigger_cells);
  write.write = true;
  EXPECT_EQ(codec->build(write).error().code, Errc::not_allowed);
}

TEST_F(JkBusTest, TheAcknowledgementIsTheCapturedOne) {
  EXPECT_EQ(to_hex(acknowledgement()), "03101620000105a9");
}

TEST_F(JkBusTest, ARecordCountsWithItsAcknowledgementInWhateverPieces) {
  const Bytes stream = join({record(), {0}, acknowledgement(), {0}});
  for (const std::size_t piece : {1U, 7U, 50U, 400U}) {
    const auto heard = outcome(query(trigger_cells), stream, piece);
    ASSERT_TRUE(heard) << piece;
    ASSERT_TRUE(*heard) << to_string(heard->error());
    EXPECT_EQ((*heard)->size(), 293U);
    EXPECT_EQ((**heard)[0], 0xDD);
  }
  EXPECT_FALSE(outcome(query(trigger_cells), record())) << "whose is it?";
}

TEST_F(JkBusTest, OurOwnRequestOnALineWithEchoIsNoAnswer) {
  const Bytes request = codec->build(query(trigger_cells)).value();
  EXPECT_FALSE(outcome(query(trigger_cells), request));
  EXPECT_TRUE(outcome(query(trigger_cells), join({request, record(), {0}, acknowledgement(), {0}})));
}

TEST_F(JkBusTest, TheRecordOfAnotherBoardIsNotTaken) {
  EXPECT_FALSE(outcome(query(trigger_cells), join({record(), {0}, acknowledgement(4)})));
  EXPECT_FALSE(outcome(query(trigger_cells), join({record(1), {0}, acknowledgement(3, 0x1E)})));
  // What the first board of a bus says by itself stands before the true one.
  Bytes other = encode_record(2, 0, Bytes{0x11});
  const auto heard = outcome(query(trigger_cells), join({other, {0}, record(), {0}, acknowledgement()}));
  ASSERT_TRUE(heard && *heard);
  EXPECT_EQ((**heard)[0], 0xDD);
}

TEST_F(JkBusTest, DamageGivesNoReading) {
  Bytes bad = record();
  bad[40] ^= 1;
  const auto heard = outcome(query(trigger_cells), join({bad, {0}, acknowledgement()}));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->error().code, Errc::truncated_frame);
  EXPECT_EQ(error_class(heard->error().code), ErrorClass::transient);
  Bytes unsound = acknowledgement();
  unsound.back() ^= 1;
  EXPECT_FALSE(outcome(query(trigger_cells), join({record(), {0}, unsound})));
}

TEST_F(JkBusTest, ARefusalIsAnError) {
  const auto heard =
      outcome(query(trigger_cells), modbus::encode(3, modbus::write_several | modbus::refused, Bytes{1}));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->error().code, Errc::rejected);
}

}  // namespace
}  // namespace busbar::protocol::jk
