// JK's frames and records: what is built, what is recognised, what is refused, in whatever pieces it comes.
#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/jk.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace busbar::protocol::jk {
namespace {

Query query(std::uint32_t command, std::uint32_t address = 0) {
  Query result;
  result.address = address;
  result.command = command;
  return result;
}

std::size_t answers_in(const Codec& codec, const Query& asked, ByteView stream, std::size_t piece) {
  FrameReader reader{codec};
  std::size_t found = 0;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.feed(stream.subspan(at, std::min(piece, stream.size() - at)));
    while (const auto frame = reader.next()) found += codec.answers(asked, *frame) ? 1 : 0;
  }
  while (const auto frame = reader.next_after_silence()) found += codec.answers(asked, *frame) ? 1 : 0;
  return found;
}

/// Every byte changed to every other value, alone: none of it may be taken.
void expect_no_answer_when_damaged(const Codec& codec, const Query& asked, const Bytes& good) {
  ASSERT_EQ(answers_in(codec, asked, good, good.size()), 1U);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const unsigned flip : {1U, 2U, 4U, 8U, 16U, 32U, 64U, 128U, 255U, 0x55U}) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ flip);
      EXPECT_EQ(answers_in(codec, asked, bad, bad.size()), 0U) << at << " " << flip;
    }
  }
}

class JkTerminalTest : public testing::Test {
 protected:
  static Bytes answer(std::uint32_t address = 0) {
    return encode_terminal(address, from_hex("79 03 01 0e ed 80 00 1d 85 0f c0 01").value()).value();
  }
  std::unique_ptr<Codec> codec = make_codec().value();
};

TEST_F(JkTerminalTest, AsksForEverythingAtOnce) {
  EXPECT_EQ(to_hex(codec->build(query(read_all)).value(), ' '),
            "4e 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00 68 00 00 01 29");
  EXPECT_EQ(codec->build(query(read_all, 0x01020304)).value().at(7), 4);
}

TEST_F(JkTerminalTest, SendsNothingElse) {
  for (std::uint32_t command = 0; command < 16; ++command)
    EXPECT_EQ(codec->build(query(command)).has_value(), command == read_all) << command;
  Query write = query(read_all);
  write.write = true;
  EXPECT_EQ(codec->build(write).error().code, Errc::not_allowed);
}

TEST_F(JkTerminalTest, ReadsAnAnswerOfItsTerminalOnly) {
  const Bytes bytes = answer(7);
  const Frame frame = parse_frame(*codec, bytes).value();
  EXPECT_EQ(frame.address, 7U);
  EXPECT_EQ(frame.payload.size(), 12U);
  EXPECT_TRUE(codec->answers(query(read_all, 7), frame));
  EXPECT_FALSE(codec->answers(query(read_all, 0), frame));
}

TEST_F(JkTerminalTest, TakesNoRequestForAnAnswer) {
  const Bytes request = codec->build(query(read_all)).value();
  EXPECT_FALSE(codec->answers(query(read_all), parse_frame(*codec, request).value()));
}

TEST_F(JkTerminalTest, DamageYieldsNoAnswer) {
  expect_no_answer_when_damaged(*codec, query(read_all), answer());
}

TEST_F(JkTerminalTest, PiecesAndNoiseDoNotMatter) {
  Bytes stream = from_hex("00 4e 4e 57 ff ff 41 54 0d 0a").value();
  for (int i = 0; i < 3; ++i) {
    const Bytes one = answer();
    stream.insert(stream.end(), one.begin(), one.end());
    stream.push_back(0x4E);
  }
  for (const std::size_t piece : {1U, 3U, 20U, 500U})
    EXPECT_EQ(answers_in(*codec, query(read_all), stream, piece), 3U) << piece;
}

TEST_F(JkTerminalTest, NamesWhatIsWrong) {
  Bytes bad = answer();
  bad.back() ^= 1;
  EXPECT_EQ(parse_frame(*codec, bad).error().code, Errc::bad_checksum);
  bad = answer();
  bad[bad.size() - 5] = 0x69;
  EXPECT_EQ(parse_frame(*codec, bad).error().code, Errc::bad_end);
  bad = answer();
  bad[2] = 0x7F;
  EXPECT_EQ(parse_frame(*codec, bad).error().code, Errc::bad_length);
  EXPECT_EQ(encode_terminal(0, Bytes(600)).error().code, Errc::bad_length);
}

class JkRecordTest : public testing::Test {
 protected:
  static Bytes record(std::uint8_t type) { return encode_record(type, 9, Bytes{0xD4, 0x0C, 0xD0, 0x0C}); }
  std::unique_ptr<Codec> codec = make_codec("record").value();
};

TEST_F(JkRecordTest, AsksForCellsAndForTheDevice) {
  EXPECT_EQ(to_hex(codec->build(query(read_cells)).value()), "aa5590eb96000000000000000000000000000010");
  EXPECT_EQ(to_hex(codec->build(query(read_device)).value()), "aa5590eb97000000000000000000000000000011");
  EXPECT_EQ(codec->build(query(0x01)).error().code, Errc::not_allowed);
}

TEST_F(JkRecordTest, TellsRecordsByTheirType) {
  for (const auto& [type, command] : {std::pair<int, std::uint32_t>{2, read_cells}, {3, read_device}}) {
    const Bytes bytes = record(static_cast<std::uint8_t>(type));
    const Frame frame = parse_frame(*codec, bytes).value();
    EXPECT_EQ(frame.payload.size(), 293U);
    EXPECT_TRUE(codec->answers(query(command), frame));
    EXPECT_FALSE(codec->answers(query(command == read_cells ? read_device : read_cells), frame));
  }
  const Bytes settings = record(1);
  EXPECT_FALSE(codec->answers(query(read_cells), parse_frame(*codec, settings).value()));
}

TEST_F(JkRecordTest, TakesNoRequestForAnAnswer) {
  const Bytes request = codec->build(query(read_cells)).value();
  EXPECT_FALSE(codec->answers(query(read_cells), parse_frame(*codec, request).value()));
}

TEST_F(JkRecordTest, IsPutTogetherFromNotificationsOfAnySize) {
  Bytes stream = record(2);
  const Bytes next = record(3);
  stream.insert(stream.end(), {0x41, 0x54, 0x0D, 0x0A});  // what the module says in between
  stream.insert(stream.end(), next.begin(), next.end());
  for (const std::size_t piece : {1U, 20U, 128U, 244U, 700U}) {
    EXPECT_EQ(answers_in(*codec, query(read_cells), stream, piece), 1U) << piece;
    EXPECT_EQ(answers_in(*codec, query(read_device), stream, piece), 1U) << piece;
  }
}

TEST_F(JkRecordTest, DamageYieldsNoAnswer) {
  expect_no_answer_when_damaged(*codec, query(read_cells), record(2));
}

TEST(JkDialects, AreTwo) {
  EXPECT_EQ(make_codec().value()->dialect(), "terminal");
  EXPECT_EQ(make_codec("record").value()->dialect(), "record");
  EXPECT_NE(make_codec("jk02").error().detail.find("known: terminal, record"), std::string::npos);
}

TEST_F(JkTerminalTest, WritesATagAndIsAnsweredWithIt) {
  Query write = query(write_tag);
  write.write = true;
  write.data = {0xAB, 0x01};
  EXPECT_EQ(to_hex(codec->build(write).value()), "4e57001400000000020302ab010000000068000001d4")
      << "published";
  const std::uint8_t tag = 0xAB, other = 0xAC;
  EXPECT_TRUE(
      codec->answers(write, parse_frame(*codec, encode_terminal(0, {&tag, 1}, write_tag).value()).value()));
  EXPECT_FALSE(
      codec->answers(write, parse_frame(*codec, encode_terminal(0, {&other, 1}, write_tag).value()).value()));
  EXPECT_FALSE(codec->answers(write, parse_frame(*codec, codec->build(write).value()).value()))
      << "the request";
  write.data = {0xAB};
  EXPECT_EQ(codec->build(write).error().code, Errc::bad_length);
}

}  // namespace
}  // namespace busbar::protocol::jk
