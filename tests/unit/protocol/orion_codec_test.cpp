// The Orion codec against known exchanges: what it sends, what it accepts, what it refuses and why.
#include "data/orion/exchanges.hpp"

#include <busbar/protocol/orion.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace busbar::protocol::orion {
namespace {

namespace known = test::orion;
using Outcome = Scan::Outcome;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

Query query(std::uint32_t command, bool write = false) {
  Query result;
  result.address = 1;
  result.command = command;
  result.write = write;
  return result;
}

Bytes frame(std::uint16_t command, ByteView data = {}, std::uint8_t address = 1) {
  return encode(manufacturer, address, command, data).value();
}

class OrionCodecTest : public testing::Test {
 protected:
  /// Why `bytes` are refused; nullopt also when they are not.
  std::optional<Errc> fault(ByteView bytes) {
    const Scan scan = codec->scan(bytes);
    EXPECT_EQ(scan.outcome, Outcome::skip) << to_hex(bytes, ' ');
    return scan.fault;
  }
  std::unique_ptr<Codec> codec = make_codec(manufacturer);
};

class KnownExchange : public testing::TestWithParam<known::Exchange> {
 protected:
  Query asked() const { return query(GetParam().command, GetParam().write); }
  std::unique_ptr<Codec> codec = make_codec(manufacturer);
};

TEST_P(KnownExchange, IsBuiltByteForByte) {
  EXPECT_EQ(codec->build(asked()).value(), hex(GetParam().request));
}

TEST_P(KnownExchange, IsRecognisedAsTheAnswer) {
  const Bytes bytes = hex(GetParam().response);
  const Scan scan = codec->scan(bytes);
  ASSERT_EQ(scan.outcome, Outcome::frame);
  EXPECT_EQ(scan.count, bytes.size());
  EXPECT_EQ(scan.frame.bytes.size(), bytes.size());
  EXPECT_EQ(scan.frame.address, 1U);
  EXPECT_EQ(scan.frame.command, GetParam().response_command);
  EXPECT_EQ(scan.frame.payload.size(), GetParam().payload_size);
  EXPECT_TRUE(std::ranges::equal(scan.frame.payload, ByteView{bytes}.subspan(6, GetParam().payload_size)));
  EXPECT_TRUE(codec->answers(asked(), scan.frame));
}

TEST_P(KnownExchange, IsReproducedByTheEncoder) {
  const Bytes bytes = hex(GetParam().response);
  EXPECT_EQ(frame(GetParam().response_command, ByteView{bytes}.subspan(6, GetParam().payload_size)), bytes);
}

TEST_P(KnownExchange, EchoOfTheRequestIsNoAnswer) {
  const Bytes echo = hex(GetParam().request);
  const Scan scan = codec->scan(echo);
  ASSERT_EQ(scan.outcome, Outcome::frame);
  EXPECT_FALSE(codec->answers(asked(), scan.frame));
}

TEST_P(KnownExchange, EveryPrefixAsksForTheRest) {
  const Bytes bytes = hex(GetParam().response);
  for (std::size_t have = 0; have < bytes.size(); ++have) {
    const Scan scan = codec->scan(ByteView{bytes}.first(have));
    ASSERT_EQ(scan.outcome, Outcome::need_more) << have;
    EXPECT_GE(scan.count, 1U);
    EXPECT_LE(have + scan.count, bytes.size()) << "asked for more than the frame has";
    if (have > 3) {
      EXPECT_EQ(have + scan.count, bytes.size());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Orion, KnownExchange, testing::ValuesIn(known::exchanges),
                         [](const auto& parameter) {
                           std::string name{parameter.param.name};
                           std::erase_if(name, [](char c) { return c == ' ' || c == ','; });
                           return name;
                         });

TEST_F(OrionCodecTest, NoiseBeforeAStartByteIsSkippedWithoutFault) {
  const Bytes noise = hex("41542b535441540d0a ead10104ffff04f5");
  const Scan scan = codec->scan(noise);
  EXPECT_EQ(scan.outcome, Outcome::skip);
  EXPECT_EQ(scan.count, 9U);
  EXPECT_EQ(scan.fault, std::nullopt);
}

TEST_F(OrionCodecTest, NoiseWithoutAStartByteIsSkippedWhole) {
  const Scan scan = codec->scan(Bytes(300, 0x00));
  EXPECT_EQ(scan.outcome, Outcome::skip);
  EXPECT_EQ(scan.count, 300U);
}

TEST_F(OrionCodecTest, SaysWhyItRefuses) {
  EXPECT_EQ(fault(hex("ea d2 01 04 ff ff 04 f5")), Errc::bad_product);
  EXPECT_EQ(fault(hex("ea d1 01 03 ff ff 04 f5")), Errc::bad_length);
  EXPECT_EQ(fault(hex("ea d1 01 00")), Errc::bad_length);
  EXPECT_EQ(fault(hex("ea d1 01 04 fe")), Errc::wrong_command);
  EXPECT_EQ(fault(hex("ea d1 01 04 ff ff 04 f4")), Errc::bad_end);
  EXPECT_EQ(fault(hex("ea d1 01 04 ff ff 05 f5")), Errc::bad_checksum);
}

TEST_F(OrionCodecTest, LongerThanTheCommandAllowsIsGarbage) {
  // Judged from the header: a false start must not make the reader wait for 250 bytes that never come.
  EXPECT_EQ(fault(hex("ea d1 01 05 ff ff")), Errc::bad_length) << "an acknowledgement carries no data";
  EXPECT_EQ(fault(hex("ea d1 01 3a ff 04")), Errc::bad_length) << "capacity ends with the reserved extension";
  EXPECT_EQ(fault(hex("ea d1 01 25 ff 11")), Errc::bad_length) << "a serial number has at most 31 characters";
  EXPECT_EQ(fault(hex("ea d1 01 57 ff 03")), Errc::bad_length) << "no pack has more than 64 probes";
  EXPECT_EQ(codec->scan(hex("ea d1 01 39 ff 04")).outcome, Outcome::need_more);
  EXPECT_EQ(codec->scan(hex("ea d1 01 24 ff 11")).outcome, Outcome::need_more);
  EXPECT_EQ(codec->scan(hex("ea d1 01 ff ff 02")).outcome, Outcome::need_more) << "124 cells fill a frame";
}

TEST_F(OrionCodecTest, SkipsToTheNextStartByteInsideTheRefusedBytes) {
  const Scan scan = codec->scan(hex("ea d1 ea d1 01 04 ff ff 04 f5"));
  // LEN would be d1: plausible, but the command after it is not.
  ASSERT_EQ(scan.outcome, Outcome::skip);
  EXPECT_EQ(scan.count, 2U);
}

TEST_F(OrionCodecTest, MarkersInsideTheDataDoNotSplitAFrame) {
  const Bytes data = hex("01 00 01 ea f5");
  const Bytes bytes = frame(read_voltages, data);
  const Scan scan = codec->scan(bytes);
  ASSERT_EQ(scan.outcome, Outcome::frame);
  EXPECT_TRUE(std::ranges::equal(scan.frame.payload, data));
}

TEST_F(OrionCodecTest, LongestFrameIsAcceptedWhole) {
  const Bytes bytes = frame(read_voltages, Bytes(manufacturer.max_data(), 0xEA));
  EXPECT_EQ(bytes.size(), 259U);
  EXPECT_EQ(codec->max_frame(), 259U);
  EXPECT_EQ(codec->scan(bytes).count, 259U);
  EXPECT_EQ(encode(manufacturer, 1, read_voltages, Bytes(252)).error().code, Errc::bad_length);
}

TEST_F(OrionCodecTest, AnswerOfAnotherAddressOrCommandIsNotAccepted) {
  const Bytes voltages = hex(known::four_cells.response);
  const Frame mine = codec->scan(voltages).frame;
  EXPECT_TRUE(codec->answers(query(read_voltages), mine));
  EXPECT_FALSE(codec->answers(query(read_status), mine)) << "a late reply to the request before";
  Query other = query(read_voltages);
  other.address = 2;
  EXPECT_FALSE(codec->answers(other, mine));
  other.address = 0x101;
  EXPECT_FALSE(codec->answers(other, mine));
}

TEST_F(OrionCodecTest, AcknowledgementAnswersSwitchesOnly) {
  const Bytes bytes = hex(known::allow_charge.response);
  const Frame acknowledged = codec->scan(bytes).frame;
  EXPECT_TRUE(codec->answers(query(allow_charge, true), acknowledged));
  EXPECT_FALSE(codec->answers(query(read_voltages), acknowledged));
  EXPECT_FALSE(codec->answers(query(acknowledgement), acknowledged));
  Query elsewhere = query(allow_charge, true);
  elsewhere.address = 3;
  EXPECT_FALSE(codec->answers(elsewhere, acknowledged));
}

TEST_F(OrionCodecTest, ReadingDoesNotAnswerASwitch) {
  const Bytes bytes = hex(known::idle_status.response);
  EXPECT_FALSE(codec->answers(query(forbid_charge, true), codec->scan(bytes).frame));
}

TEST_F(OrionCodecTest, PayloadBeyondWhatTheProfileExpectsIsNoAnswer) {
  const Bytes bytes = hex(known::sixteen_cells.response);
  Query asked = query(read_voltages);
  asked.max_payload = 35;
  EXPECT_TRUE(codec->answers(asked, codec->scan(bytes).frame));
  asked.max_payload = 34;
  EXPECT_FALSE(codec->answers(asked, codec->scan(bytes).frame));
}

TEST_F(OrionCodecTest, ServiceCommandsAreNeverSent) {
  for (const std::uint32_t command : {0xFF0FU, 0xFF10U, 0xFF12U, 0xFF13U, 0xFE00U, 0xFE01U, 0xFEFFU})
    for (const bool write : {false, true}) {
      const auto built = codec->build(query(command, write));
      ASSERT_TRUE(built.has_error()) << command;
      EXPECT_EQ(built.error().code, Errc::not_allowed) << command;
    }
}

TEST_F(OrionCodecTest, SwitchMustBeDeclaredAWrite) {
  for (const std::uint16_t command : {allow_discharge, forbid_discharge, allow_charge, forbid_charge})
    EXPECT_EQ(codec->build(query(command, false)).error().code, Errc::not_allowed);
  EXPECT_EQ(codec->build(query(read_voltages, true)).error().code, Errc::unknown_query);
}

TEST_F(OrionCodecTest, RefusesWhatItCannotExpress) {
  EXPECT_EQ(codec->build(query(0x0300)).error().code, Errc::unknown_query);
  EXPECT_EQ(codec->build(query(0x1FF02)).error().code, Errc::unknown_query);
  EXPECT_EQ(codec->build(query(acknowledgement)).error().code, Errc::unknown_query);
  Query far = query(read_voltages);
  far.address = 256;
  EXPECT_EQ(codec->build(far).error().code, Errc::bad_value);
  Query fat = query(0xFF30);
  fat.data = Bytes(252);
  EXPECT_EQ(codec->build(fat).error().code, Errc::bad_length);
  fat.data.resize(251);
  EXPECT_EQ(codec->build(fat).value().size(), 259U);
}

TEST_F(OrionCodecTest, AddressGoesIntoTheRequestOutsideTheChecksum) {
  Query asked = query(read_voltages);
  asked.address = 0xFF;
  EXPECT_EQ(codec->build(asked).value(), hex("ea d1 ff 04 ff 02 f9 f5"));
}

}  // namespace
}  // namespace busbar::protocol::orion
