// M-Bus as a protocol of a channel: which request comes when, what answers it, when all telegrams are there.
#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/mbus.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace busbar::protocol::mbus {
namespace {

class MbusCodecTest : public testing::Test {
 protected:
  static Query query(std::uint32_t address, std::uint32_t command = read, std::string_view data = "") {
    Query result;
    result.name = "readout";
    result.address = address;
    result.command = command;
    result.data = *from_hex(data);
    return result;
  }
  std::string built(const Query& asked) const {
    const auto result = codec->build(asked);
    return result ? to_hex(*result, ' ') : std::string{to_string(result.error().code)};
  }
  std::string next(const Query& asked, const std::vector<Bytes>& payloads) const {
    return to_hex(codec->follow_up(asked, payloads), ' ');
  }
  static Bytes telegram(std::string_view records, std::uint8_t access = 1,
                        std::string_view id = "78 56 34 12") {
    const std::string data =
        std::string{id} + " 24 40 01 07 " + to_hex(Bytes{access}) + " 00 00 00 " + std::string{records};
    return build_long(rsp_ud, 5, 0x72, *from_hex(data)).value();
  }
  Errc refused(const Query& asked, const std::vector<Bytes>& payloads) const {
    return codec->assemble(asked, payloads).error().code;
  }

  std::unique_ptr<Codec> codec = make_codec().value();
  const Bytes ack{acknowledgement};
};

TEST_F(MbusCodecTest, ByPrimaryAddressALinkIsResetAndThenRead) {
  const Query asked = query(5);
  EXPECT_EQ(built(asked), "10 40 05 45 16");
  EXPECT_EQ(next(asked, {ack}), "10 7b 05 80 16");
  EXPECT_EQ(next(asked, {ack, telegram("1f")}), "10 5b 05 60 16");
  EXPECT_EQ(next(asked, {ack, telegram("1f"), telegram("1f")}), "10 7b 05 80 16");
}

TEST_F(MbusCodecTest, BySecondaryAddressASlaveIsSelectedAndThenRead) {
  const Query asked = query(12345678);
  EXPECT_EQ(built(asked), "68 0b 0b 68 53 fd 52 78 56 34 12 ff ff ff ff b2 16");
  EXPECT_EQ(next(asked, {ack}), "10 7b fd 78 16");
  EXPECT_EQ(next(asked, {ack, telegram("1f")}), "10 5b fd 58 16");
}

TEST_F(MbusCodecTest, WithoutAResetTheReadingComesFirst) {
  const Query asked = query(5, read_without_reset);
  EXPECT_EQ(built(asked), "10 5b 05 60 16");
  EXPECT_EQ(next(asked, {telegram("1f")}), "10 7b 05 80 16");
}

TEST_F(MbusCodecTest, WhatIsSentBeforeReadingTakesPartInTheFrameCount) {
  const Query asked = query(5, read, "50");
  EXPECT_EQ(next(asked, {ack}), "68 03 03 68 73 05 50 c8 16");
  EXPECT_EQ(next(asked, {ack, ack}), "10 5b 05 60 16");
  EXPECT_EQ(next(asked, {ack, ack, telegram("1f")}), "10 7b 05 80 16");
  const auto joined = codec->assemble(asked, std::vector<Bytes>{ack, ack, telegram("01 7a 05")});
  ASSERT_TRUE(joined);
  EXPECT_TRUE(*joined);
}

TEST_F(MbusCodecTest, RefusesWhatTheBusCannotSay) {
  EXPECT_EQ(built(query(251)), "bad_value");
  EXPECT_EQ(built(query(253)), "bad_value");
  EXPECT_EQ(built(query(255)), "bad_value");
  EXPECT_EQ(built(query(100'000'000)), "bad_value");
  EXPECT_EQ(built(query(12345678, read_without_reset)), "bad_value");
  EXPECT_EQ(built(query(1, 0)), "unknown_query");
  EXPECT_EQ(built(query(1, send, "50")), "bad_value")
      << "it changes the meter, and the query does not say so";
  EXPECT_EQ(built(query(0)), "10 40 00 40 16");
  EXPECT_EQ(built(query(254)), "10 40 fe 3e 16");
  Query write = query(1);
  write.write = true;
  EXPECT_EQ(built(write), "bad_value");
  EXPECT_FALSE(make_codec("other"));
}

TEST_F(MbusCodecTest, SelectsByMoreThanTheDigitsOfTheId) {
  // 0000004F, PAD, version 1, any medium: an id below 256, with a digit that stands for all.
  const Query asked = query(selected_address, read, "52 4f 00 00 00 24 40 01 ff");
  EXPECT_EQ(built(asked), "68 0b 0b 68 53 fd 52 4f 00 00 00 24 40 01 ff 55 16");
  EXPECT_EQ(next(asked, {ack}), "10 7b fd 78 16");
  EXPECT_TRUE(codec->assemble(asked, std::vector<Bytes>{ack, telegram("", 1, "42 00 00 00")}));
  EXPECT_EQ(refused(asked, {ack, telegram("", 1, "52 00 00 00")}), Errc::wrong_address);
  const Query after_reset = query(selected_address, read, "52 4f 00 00 00 24 40 01 ff 50 10");
  EXPECT_EQ(next(after_reset, {ack}), "68 04 04 68 73 fd 50 10 d0 16");
  EXPECT_EQ(next(after_reset, {ack, ack}), "10 5b fd 58 16");
}

TEST_F(MbusCodecTest, SendsAndIsAcknowledged) {
  Query asked = query(5, send, "51 01 7a 07");
  asked.write = true;
  EXPECT_EQ(built(asked), "10 40 05 45 16");
  EXPECT_EQ(next(asked, {ack}), "68 06 06 68 73 05 51 01 7a 07 4b 16");
  EXPECT_FALSE(*codec->assemble(asked, std::vector<Bytes>{ack}));
  EXPECT_EQ(codec->assemble(asked, std::vector<Bytes>{ack, ack}).value(), ack);
  asked.data.clear();
  EXPECT_EQ(built(asked), "bad_value") << "there is nothing to send";
}

TEST_F(MbusCodecTest, SendsSingleRequestsAsTheyAre) {
  const auto single = [](std::string_view hex) { return single_request(*from_hex(hex)); };
  EXPECT_EQ(built(single("10 40 05 45 16")), "10 40 05 45 16");
  EXPECT_EQ(built(single("10 7b fd 78 16")), "10 7b fd 78 16");
  EXPECT_EQ(built(single("68 0b 0b 68 73 fd 52 78 56 34 12 ff ff ff ff d2 16")),
            "68 0b 0b 68 73 fd 52 78 56 34 12 ff ff ff ff d2 16");
  EXPECT_EQ(codec->assemble(single("10 7b 05 80 16"), std::vector<Bytes>{telegram("1f")}).value(),
            telegram("1f"))
      << "one telegram, and no more";
  const auto answers = [&](std::string_view hex, const Bytes& bytes) {
    return codec->answers(single(hex), parse_frame(*codec, bytes).value());
  };
  EXPECT_TRUE(answers("10 40 05 45 16", ack));
  EXPECT_FALSE(answers("10 40 05 45 16", telegram(""))) << "that was asked for before";
  EXPECT_TRUE(answers("10 7b 05 80 16", telegram("")));
  EXPECT_FALSE(answers("10 7b 06 81 16", telegram("")));
  EXPECT_TRUE(answers("10 7b fd 78 16", telegram("")));
}

TEST_F(MbusCodecTest, SendsNothingThatChangesAMeterUnasked) {
  Query address = single_request(*from_hex("68 06 06 68 73 05 51 01 7a 07 4b 16"));
  EXPECT_EQ(built(address), "not_allowed");
  address.write = true;
  EXPECT_EQ(built(address), "68 06 06 68 73 05 51 01 7a 07 4b 16");
  EXPECT_EQ(built(single_request(build_short(0x49, 5))), "unknown_query");
  EXPECT_EQ(built(single_request(telegram(""))), "unknown_query") << "an answer is no request";
  EXPECT_EQ(built(single_request(Bytes{0x10, 0x40})), "unknown_query");
  Query other = single_request(build_short(snd_nke, 5));
  other.address = 6;
  EXPECT_EQ(built(other), "bad_value");
}

TEST_F(MbusCodecTest, AnAnswerComesFromItsAddress) {
  const auto answers = [&](std::uint32_t address, const Bytes& bytes) {
    return codec->answers(query(address), parse_frame(*codec, bytes).value());
  };
  EXPECT_TRUE(answers(5, ack));
  EXPECT_TRUE(answers(5, telegram("")));
  EXPECT_FALSE(answers(6, telegram("")));
  EXPECT_TRUE(answers(254, telegram("")));
  EXPECT_TRUE(answers(12345678, telegram("")));
  // ACD and DFC change nothing.
  for (const std::uint8_t c : {0x18, 0x28, 0x38})
    EXPECT_TRUE(answers(5, build_long(c, 5, 0x72, Bytes(12)).value()));
  // Our own requests are none.
  EXPECT_FALSE(answers(5, build_short(req_ud2, 5)));
  EXPECT_FALSE(answers(5, build_long(snd_ud, 5, 0x51, Bytes(3)).value()));
}

TEST_F(MbusCodecTest, TelegramsAreJoinedUntilTheLast) {
  const Query asked = query(5);
  EXPECT_FALSE(*codec->assemble(asked, std::vector<Bytes>{ack}));
  const Bytes first = telegram("01 7a 05 1f", 1);
  const Bytes second = telegram("01 7a 06", 2);
  EXPECT_FALSE(*codec->assemble(asked, std::vector<Bytes>{ack, first}));
  const auto joined = codec->assemble(asked, std::vector<Bytes>{ack, first, second}).value();
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->size(), first.size() + second.size());
}

TEST_F(MbusCodecTest, AMeterThatRepeatsItselfIsNotFollowed) {
  const Query asked = query(5);
  const Bytes first = telegram("01 7a 05 1f", 1);
  const Bytes again = telegram("01 7a 05 1f", 2);
  const auto joined = codec->assemble(asked, std::vector<Bytes>{ack, first, again}).value();
  ASSERT_TRUE(joined);
  EXPECT_EQ(*joined, first);
}

TEST_F(MbusCodecTest, AMeterThatNeverEndsIsCutOff) {
  std::vector<Bytes> payloads{ack};
  for (std::uint8_t at = 0; at < max_telegrams; ++at) {
    EXPECT_FALSE(*codec->assemble(query(5), payloads)) << static_cast<int>(at);
    payloads.push_back(telegram("01 7a " + to_hex(Bytes{at}) + " 1f", at));
  }
  EXPECT_TRUE(*codec->assemble(query(5), payloads));
}

TEST_F(MbusCodecTest, WhatContradictsIsRefused) {
  EXPECT_EQ(refused(query(5), {telegram("")}), Errc::wrong_command);
  EXPECT_EQ(refused(query(5), {ack, ack}), Errc::rejected);
  EXPECT_EQ(refused(query(5), {ack, build_long(rsp_ud, 5, 0x70, Bytes{9}).value()}), Errc::rejected);
  EXPECT_EQ(refused(query(87654321), {ack, telegram("")}), Errc::wrong_address);
  EXPECT_EQ(refused(query(5), {ack, telegram("01 7a 05 1f"), telegram("", 2, "79 56 34 12")}),
            Errc::wrong_address);
  EXPECT_EQ(codec->describe(Bytes{0x68, 0x03}).error().code, Errc::bad_length);
}

TEST_F(MbusCodecTest, FindsFramesInNoise) {
  FrameReader reader{*codec};
  reader.feed(*from_hex("00 fe ff e5 68 05 06 10 7b 05 80 16"));
  reader.feed(telegram("01 7a 05"));
  std::vector<std::size_t> sizes;
  while (const auto frame = reader.next()) sizes.push_back(frame->bytes.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 5, telegram("01 7a 05").size()}));
  EXPECT_EQ(reader.bytes_skipped(), 6U);
  EXPECT_EQ(reader.last_fault(), Errc::bad_length);
}

}  // namespace
}  // namespace busbar::protocol::mbus
