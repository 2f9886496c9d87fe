// HEX frames of VE.Direct: what is asked, what is answered, and that TEXT around them is not disturbed.
#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/vedirect.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace busbar::protocol::vedirect {
namespace {

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

class VeDirectHexTest : public testing::Test {
 protected:
  static Query query(Hex command, std::uint32_t register_id = 0) {
    return {.name = "q", .command = command_of(command, register_id)};
  }
  std::string request(const Query& wanted) const { return text_of(codec->build(wanted).value()); }
  Errc refused(const Query& wanted) const { return codec->build(wanted).error().code; }
  /// The value in an answer that must be one to `wanted`.
  Result<Bytes> value(const Query& wanted, std::string_view answer) const {
    const Bytes bytes = bytes_of(answer);
    const auto frame = parse_frame(*codec, bytes);
    if (!frame) return frame.error();
    EXPECT_TRUE(codec->answers(wanted, *frame)) << answer;
    const Bytes payload{frame->payload.begin(), frame->payload.end()};
    auto joined = codec->assemble(wanted, {&payload, 1});
    if (!joined) return joined.error();
    return **joined;
  }
  bool answers(const Query& wanted, std::string_view answer) const {
    const Bytes bytes = bytes_of(answer);
    return codec->answers(wanted, parse_frame(*codec, bytes).value());
  }
  /// All frames as text; damage is skipped.
  std::vector<std::string> read(std::string_view stream, std::size_t piece) const {
    FrameReader reader{*codec};
    std::vector<std::string> frames;
    const Bytes bytes = bytes_of(stream);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(ByteView{bytes}.subspan(at, std::min(piece, bytes.size() - at)));
      while (const auto frame = reader.next()) frames.push_back(text_of(frame->bytes));
    }
    return frames;
  }
  static std::string block() { return text_of(encode("\r\nPID\t0x203\r\nV\t26201\r\nI\t-12")); }

  std::unique_ptr<Codec> codec = make_codec().value();
};

// The first four of Victron's document, the others of captures that were published with their answers.
TEST_F(VeDirectHexTest, AsksAsTheDocumentDoes) {
  EXPECT_EQ(request(query(Hex::ping)), ":154\n");
  EXPECT_EQ(request(query(Hex::version)), ":352\n");
  EXPECT_EQ(request(query(Hex::product)), ":451\n");
  EXPECT_EQ(request(query(Hex::get, 0x1000)), ":70010003E\n");
  EXPECT_EQ(request(query(Hex::get, 0x010A)), ":70A010043\n");
  Query set = query(Hex::set, 0x1000);
  set.write = true;
  set.data = {0xF4, 0x01};
  EXPECT_EQ(request(set), ":8001000F40148\n");
}

TEST_F(VeDirectHexTest, TakesTheValueOutOfAnAnswer) {
  EXPECT_EQ(value(query(Hex::ping), ":501440B\n").value(), bytes_of("\x01"
                                                                    "4.01"));
  EXPECT_EQ(value(query(Hex::ping), ":51641F9\n").value(), bytes_of("\x01"
                                                                    "1.16"));
  EXPECT_EQ(value(query(Hex::version), ":101440F\n").value(), bytes_of("\x01"
                                                                       "4.01"));
  EXPECT_EQ(value(query(Hex::product), ":181A330\n").value(), (Bytes{0x81, 0xA3}));
  EXPECT_EQ(value(query(Hex::get, 0x1000), ":7001000C80076\n").value(), (Bytes{200, 0}));
  EXPECT_EQ(value(query(Hex::get, 0x1000), ":70010007800C6\n").value(), (Bytes{120, 0}));
  EXPECT_EQ(value(query(Hex::get, 0x010A), ":70A01004851313332385936544636007D\n").value(),
            bytes_of({"HQ1328Y6TF6\0", 12}));
  EXPECT_EQ(value(query(Hex::unasked, 0xEDDB), ":ADBED00750806\n").value(), (Bytes{0x75, 0x08}));
  EXPECT_EQ(value(query(Hex::unasked, 0xED8D), ":A8DED00970832\n").value(), (Bytes{0x97, 0x08}));
}

TEST_F(VeDirectHexTest, ADamagedAnswerIsNone) {
  EXPECT_EQ(value(query(Hex::get, 0x1000), ":70010007800C7\n").error().code, Errc::bad_checksum);
  const std::string good = ":7001000C80076\n";
  for (std::size_t at = 1; at + 1 < good.size(); ++at) {
    for (const char other : std::string_view{"0123456789ABCDEFabc\r:"}) {
      std::string bad = good;
      if (bad[at] == other) continue;
      bad[at] = other;
      const auto frames = read(bad, 1);
      EXPECT_TRUE(frames.empty()) << bad;
    }
  }
}

TEST_F(VeDirectHexTest, ARefusalIsAnErrorThatSaysWhy) {
  const auto error = [&](std::string_view answer) { return value(query(Hex::get, 0x1000), answer).error(); };
  const auto flags = [](std::uint8_t flag) {
    const Bytes data{0x00, 0x10, flag};
    return text_of(encode_hex(Hex::get, data));
  };
  EXPECT_EQ(error(flags(flag_unknown)).code, Errc::rejected);
  EXPECT_NE(error(flags(flag_unknown)).detail.find("register 0x1000: the product has none"),
            std::string::npos);
  EXPECT_NE(error(flags(flag_unsupported)).detail.find("does not support"), std::string::npos);
  EXPECT_EQ(error(flags(0x80)).code, Errc::rejected);
  EXPECT_NE(error(flags(0x80)).detail.find("80"), std::string::npos);
  // :307 - "I do not know the command 7"; :4AAAA - "what came was damaged", worth another attempt
  EXPECT_EQ(error(text_of(encode_hex(Hex::unknown, Bytes{7}))).code, Errc::rejected);
  EXPECT_EQ(error(":4AAAAFD\n").code, Errc::bad_checksum);
  EXPECT_EQ(value(query(Hex::ping), text_of(encode_hex(Hex::pong, Bytes{1}))).error().code,
            Errc::short_payload);
  EXPECT_EQ(error_class(error(":4AAAAFD\n").code), ErrorClass::transient);
}

TEST_F(VeDirectHexTest, AValueOutOfRangeIsRefusedWithWhatHolds) {
  Query set = query(Hex::set, 0x1000);
  set.write = true;
  set.data = {0, 0};
  EXPECT_EQ(value(set, ":8001000F40148\n").value(), (Bytes{0xF4, 0x01}));
  const auto refused = value(set, ":8001004010038\n");
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, Errc::rejected);
  EXPECT_NE(refused.error().detail.find("holds 01 00"), std::string::npos);
}

TEST_F(VeDirectHexTest, AnAnswerIsMatchedByItsRegister) {
  EXPECT_FALSE(answers(query(Hex::get, 0x1001), ":7001000C80076\n"));
  EXPECT_FALSE(answers(query(Hex::get, 0xEDDB), ":ADBED00750806\n")) << "that came unasked";
  EXPECT_FALSE(answers(query(Hex::ping), ":101440F\n"));
  EXPECT_FALSE(answers(query(Hex::get, 0x1000), text_of(encode_hex(Hex::unknown, Bytes{8}))));
  EXPECT_FALSE(answers({.name = "realtime", .command = product_block}, ":501440B\n"));
  EXPECT_FALSE(answers(query(Hex::ping), block()));
}

TEST_F(VeDirectHexTest, AsksNothingElse) {
  EXPECT_EQ(refused(query(Hex::unasked, 0xEDDB)), Errc::not_allowed) << "that is listened to";
  EXPECT_EQ(refused({.name = "q", .command = 0x60000}), Errc::not_allowed) << "restart";
  EXPECT_EQ(refused(query(Hex::set, 0x1000)), Errc::not_allowed) << "a set that is no write";
  Query get = query(Hex::get, 0x1000);
  get.write = true;
  EXPECT_EQ(refused(get), Errc::not_allowed);
  get.write = false;
  get.data = {1};
  EXPECT_EQ(refused(get), Errc::bad_value);
  EXPECT_EQ(refused(query(Hex::ping, 0x1000)), Errc::bad_value);
  Query set = query(Hex::set, 0x1000);
  set.write = true;
  set.data.resize(41);
  EXPECT_EQ(refused(set), Errc::bad_length);
}

TEST_F(VeDirectHexTest, AFrameAnywhereInABlockIsTakenOutOfIt) {
  const std::string hex = ":A0202000200000045\n";
  const std::string whole = block();
  // Behind "Checksum" and its tab comes the checksum, whatever it looks like.
  for (std::size_t at = 0; at + 1 < whole.size(); ++at) {
    std::string stream = whole;
    stream.insert(at, hex);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()})
      EXPECT_EQ(read(stream, piece), (std::vector<std::string>{hex, whole}))
          << at << " in pieces of " << piece;
  }
}

TEST_F(VeDirectHexTest, FramesBehindTheChecksumAreFramesOfTheirOwn) {
  const std::string four = ":A2001002200000008\n:ADBED00750806\n:AD5ED009708EA\n:A8DED00970832\n";
  const auto frames = read(block() + four + block(), 11);
  ASSERT_EQ(frames.size(), 6U);
  EXPECT_EQ(frames[2], ":ADBED00750806\n");
  EXPECT_EQ(frames[5], block());
}

TEST_F(VeDirectHexTest, AColonAsChecksumBeginsNoFrame) {
  // One character more moves the checksum on to ':'.
  std::string fields = "\r\nX\t";
  while (encode(fields).back() != ':') {
    if (fields.back() < 'z' && fields.back() >= '!')
      ++fields.back();
    else
      fields += '!';
  }
  const std::string whole = text_of(encode(fields));
  EXPECT_EQ(read(whole + "154\n" + block() + block(), 3),
            (std::vector<std::string>{whole, block(), block()}));
}

TEST_F(VeDirectHexTest, ADamagedBlockDoesNotTakeAFrameWithIt) {
  std::string damaged = block();
  damaged[12] = '\x01';
  damaged.insert(20, ":7001000C80076\n");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{9}, damaged.size()})
    EXPECT_EQ(read(damaged + block(), piece), (std::vector<std::string>{":7001000C80076\n", block()}));
}

TEST_F(VeDirectHexTest, ADamagedFrameSpoilsItsBlock) {
  std::string stream = block();
  stream.insert(stream.find("\r\nI"), ":A0202000200000046\n");
  EXPECT_TRUE(read(stream, 5).empty());
}

}  // namespace
}  // namespace busbar::protocol::vedirect
