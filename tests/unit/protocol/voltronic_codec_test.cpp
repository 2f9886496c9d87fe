// Frames of Voltronic's dialects: what is built, what is taken, what is refused, and what answers what.
#include "data/voltronic/settings_exchanges.hpp"
#include "data/voltronic/state_exchanges.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/voltronic.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace busbar::protocol::voltronic {
namespace {

using test::voltronic::Exchange;

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
std::string text(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
Bytes hex(std::string_view digits) { return from_hex(digits).value(); }
std::unique_ptr<Codec> codec(std::string_view dialect = "pi30") { return make_codec(dialect).value(); }
bool sets(std::string_view command) { return !command.starts_with('Q'); }

Query asking(std::string_view command, bool write = false) {
  return {.name = "query", .data = bytes_of(command), .write = write};
}

std::vector<Exchange> all_exchanges() {
  std::vector<Exchange> all = test::voltronic::state_exchanges;
  all.insert(all.end(), test::voltronic::settings_exchanges.begin(),
             test::voltronic::settings_exchanges.end());
  return all;
}

/// Payloads of the answers in a stream that comes in pieces of this size.
std::vector<std::string> read(const Codec& codec, ByteView stream, std::size_t piece) {
  FrameReader reader{codec};
  std::vector<std::string> payloads;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.feed(stream.subspan(at, std::min(piece, stream.size() - at)));
    while (const auto frame = reader.next()) payloads.push_back(text(frame->payload));
  }
  while (const auto frame = reader.next_after_silence()) payloads.push_back(text(frame->payload));
  return payloads;
}

TEST(VoltronicCodec, BuildsTheRequestsOfAllExchanges) {
  for (const Exchange& one : all_exchanges()) {
    const auto built = codec()->build(asking(one.command, sets(one.command)));
    ASSERT_TRUE(built.has_value()) << one.command;
    EXPECT_EQ(to_hex(*built), one.request) << one.command;
  }
}

TEST(VoltronicCodec, TakesTheAnswersOfAllExchangesOrSaysWhyNot) {
  for (const Exchange& one : all_exchanges()) {
    if (one.response.empty()) continue;
    const Bytes response = hex(one.response);
    const Query query = asking(one.command, sets(one.command));
    const auto frame = parse_frame(*codec(), response);
    if (one.refused == "crc") {
      ASSERT_FALSE(frame.has_value()) << one.command;
      EXPECT_EQ(frame.error().code, Errc::bad_checksum);
      continue;
    }
    ASSERT_TRUE(frame.has_value()) << one.command << ": " << to_string(frame.error());
    EXPECT_EQ(codec()->answers(query, *frame), one.refused != "no_start") << one.command;
    const Bytes payload{frame->payload.begin(), frame->payload.end()};
    const auto joined = codec()->assemble(query, {&payload, 1});
    EXPECT_EQ(joined.has_value(), one.refused != "nak") << one.command;
    if (!joined) {
      EXPECT_EQ(joined.error().code, Errc::rejected);
    }
  }
}

TEST(VoltronicCodec, MovesReservedBytesOutOfTheCrc) {
  EXPECT_EQ(crc(bytes_of("123456789")), 0x31C3);
  EXPECT_EQ(crc(bytes_of("POP02")), 0xE20A);
  EXPECT_EQ(escaped_crc(bytes_of("POP02")), 0xE20B);
  EXPECT_EQ(crc(bytes_of("QBOOT")), 0x0A88);
  EXPECT_EQ(to_hex(codec()->build(asking("QBOOT")).value(), ' '), "51 42 4f 4f 54 0b 88 0d");
  EXPECT_EQ(to_hex(codec()->build(asking("POP02", true)).value(), ' '), "50 4f 50 30 32 e2 0b 0d");
}

TEST(VoltronicCodec, TakesACrcThatIsNotMovedToo) {
  unsigned plain = 0;
  for (unsigned number = 0; number < 20000; ++number) {
    Bytes frame = bytes_of("(" + std::to_string(number));
    const unsigned check = crc(frame);
    if (check == escaped_crc(frame) && (check >> 8U) != 0 && (check & 0xFFU) != 0) continue;
    ++plain;
    frame.push_back(static_cast<std::uint8_t>(check >> 8U));
    frame.push_back(static_cast<std::uint8_t>(check & 0xFFU));
    frame.push_back('\r');
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, frame.size()}) {
      EXPECT_EQ(read(*codec(), frame, piece), std::vector<std::string>{std::to_string(number)})
          << to_hex(frame);
    }
  }
  EXPECT_GT(plain, 200U);
}

TEST(VoltronicCodec, TakesAcknowledgementsWithAndWithoutCrcAndLinesThatEndWithLf) {
  for (const std::string_view answer : {"(ACK9 \r", "(ACK\r", "(ACK\n"}) {
    const Bytes bytes = bytes_of(answer);
    const auto frame = parse_frame(*codec(), bytes);
    ASSERT_TRUE(frame.has_value()) << answer;
    EXPECT_EQ(frame->command, acknowledged);
    EXPECT_TRUE(codec()->answers(asking("POP00", true), *frame));
    EXPECT_FALSE(codec()->answers(asking("QPIGS"), *frame)) << "an acknowledgement holds no values";
  }
  for (const std::string_view answer : {"(NAKss\r", "(NAK\r"}) {
    const Bytes bytes = bytes_of(answer);
    const auto frame = parse_frame(*codec(), bytes);
    ASSERT_TRUE(frame.has_value()) << answer;
    EXPECT_EQ(frame->command, refused);
    EXPECT_TRUE(codec()->answers(asking("QPIGS2"), *frame));
    EXPECT_TRUE(codec()->answers(asking("POP00", true), *frame));
  }
}

TEST(VoltronicCodec, NamesTheCommandThatIsRefused) {
  const Bytes nak = bytes_of("NAK");
  const auto error = codec()->assemble(asking("QPIGS2"), {&nak, 1}).error();
  EXPECT_EQ(error.code, Errc::rejected);
  EXPECT_NE(error.detail.find("QPIGS2"), std::string::npos) << error.detail;
}

TEST(VoltronicCodec, TakesNoOneBitErrorForAnAnswer) {
  for (const std::string_view payload : {"L", "230.0 50.0 0161 00110110"}) {
    const Bytes good = encode("pi30", payload).value();
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
      Bytes bad = good;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << bit % 8));
      for (const std::string& found : read(*codec(), bad, bad.size()))
        EXPECT_EQ(found, payload) << "bit " << bit << ": a value that was not sent";
    }
  }
}

TEST(VoltronicCodec, FindsTheAnswerBehindNoiseAnEchoAndAnAnswerCutShort) {
  Bytes stream = hex("00 ff 28 32");
  for (const Bytes& part : {codec()->build(asking("QMOD")).value(), bytes_of("(230.0 50"),
                            encode("pi30", "L").value(), hex("00 00 00"), encode("pi30", "B").value()})
    stream.insert(stream.end(), part.begin(), part.end());
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{64}}) {
    const auto found = read(*codec(), stream, piece);
    ASSERT_GE(found.size(), 2U);
    EXPECT_EQ(found[found.size() - 2], "L") << "in pieces of " << piece;
    EXPECT_EQ(found.back(), "B") << "in pieces of " << piece;
  }
}

TEST(VoltronicCodec, NoAnswerIsLongerThanTheLongest) {
  const Bytes endless(2000, '7');
  Bytes stream = bytes_of("(");
  stream.insert(stream.end(), endless.begin(), endless.end());
  const Bytes good = encode("pi30", "L").value();
  stream.insert(stream.end(), good.begin(), good.end());
  EXPECT_EQ(read(*codec(), stream, 64).back(), "L");
  EXPECT_EQ(encode("pi30", std::string(600, '1')).error().code, Errc::bad_length);
}

TEST(VoltronicCodec, ToldByItsWordsALateAnswerIsNotTakenForTheNext) {
  Query status = asking("QPIGS");
  status.min_words = 17;
  Query mode = asking("QMOD");
  mode.min_words = mode.max_words = 1;
  const Bytes late = encode("pi30", "L").value();
  const Bytes due = encode("pi30", "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16").value();
  const auto is_answer = [](const Query& query, const Bytes& bytes) {
    return codec()->answers(query, parse_frame(*codec(), bytes).value());
  };
  EXPECT_FALSE(is_answer(status, late));
  EXPECT_TRUE(is_answer(mode, late));
  EXPECT_TRUE(is_answer(status, due));
  EXPECT_FALSE(is_answer(mode, due));
  EXPECT_TRUE(is_answer(mode, encode("pi30", "L ").value())) << "a blank at the end starts no word";
}

TEST(VoltronicCodec, RefusesToAskWithWhatSets) {
  for (const std::string_view command : {"PF", "POP02", "PCVV64.0", "V230", "F50", "RTEY", "PBATCD111"}) {
    EXPECT_EQ(codec()->build(asking(command)).error().code, Errc::not_allowed) << command;
    EXPECT_TRUE(codec()->build(asking(command, true)).has_value()) << command;
  }
  EXPECT_TRUE(codec()->build(asking("VERFW:")).has_value());
  for (const std::string_view command : {"", "QPIGS\rPF", "Q PIGS", "(QPIGS", "Q\x01", "Q\xC3\xA4"})
    EXPECT_EQ(codec()->build(asking(command)).error().code, Errc::bad_value) << command;
  EXPECT_EQ(codec()->build(asking("Q" + std::string(200, 'A'))).error().code, Errc::bad_value);
}

TEST(VoltronicCodec, KnowsItsDialects) {
  EXPECT_EQ(codec("")->dialect(), "pi30");
  for (const std::string_view name : {"pi30", "pi16", "pi17", "pi18"})
    EXPECT_EQ(codec(name)->dialect(), name);
  EXPECT_EQ(make_codec("pi99").error().code, Errc::invalid_configuration);
}

struct Counted {
  std::string_view dialect;
  std::string_view command;
  std::string_view request;
};

TEST(VoltronicCounted, BuildsVerifiedRequests) {
  for (const Counted& one :
       {Counted{"pi18", "PI", "5e503030355049718b0d"}, Counted{"pi18", "GS", "5e50303035475358140d"},
        Counted{"pi18", "MOD", "5e503030364d4f44ddbe0d"}, Counted{"pi18", "PIRI", "5e5030303750495249ee380d"},

        Counted{"pi18", "ET", "5e5030303545544e910d"}, Counted{"pi17", "GS", "5e5030303347530d"},
        Counted{"pi16", "QPIGS", "51504947530d"}}) {
    EXPECT_EQ(to_hex(codec(one.dialect)->build(asking(one.command)).value()), one.request) << one.command;
  }
}

TEST(VoltronicCounted, KnowsAnOrderFromAQuestion) {
  const auto pi18 = codec("pi18");
  Query set = asking("POP1");
  set.write = true;
  const Bytes frame = pi18->build(set).value();
  EXPECT_EQ(to_hex(frame), "5e53303037504f50310e100d");
  EXPECT_EQ(parse_frame(*pi18, frame).value().command, order);
  EXPECT_EQ(parse_frame(*pi18, hex("5e503030355049718b0d")).value().command, request);
  Query stolen = asking("PF");
  stolen.command = order;
  EXPECT_EQ(pi18->build(stolen).error().code, Errc::not_allowed) << "^S is sent for a write alone";
}

TEST(VoltronicCodec, OnlyAnOrderHasBlanks) {
  Query bms = asking("PBMS0 075 0");
  EXPECT_TRUE(codec("pi30")->build(bms).has_error());
  bms.write = true;
  EXPECT_TRUE(codec("pi30")->build(bms).has_value());
}

TEST(VoltronicCounted, TakesVerifiedAnswers) {
  const auto first = [](std::string_view dialect, const Bytes& bytes) {
    const auto frame = parse_frame(*codec(dialect), bytes);
    return frame ? text(frame->payload) : to_string(frame.error());
  };
  EXPECT_EQ(first("pi18", hex("5e4430303531383b030d")), "18");
  EXPECT_EQ(first("pi17", hex("5e443030353137caec0d")), "17");
  EXPECT_EQ(first("pi16", hex("28504931369caf0d")), "PI16");
  Bytes unmoved = bytes_of("^D01720210521234743");
  unmoved.insert(unmoved.end(), {0x0D, 0x52, 0x0D});
  EXPECT_EQ(first("pi17", unmoved), "20210521234743") << "CR inside the CRC";
  unmoved[unmoved.size() - 3] = 0x0E;
  EXPECT_EQ(first("pi18", unmoved), "20210521234743");
  EXPECT_EQ(parse_frame(*codec("pi18"), hex("5e310bc20d")).value().command, acknowledged);
  EXPECT_EQ(parse_frame(*codec("pi17"), hex("5e301be30d")).value().command, refused);
  Bytes headless = encode("pi18", "2300,500").value();
  headless.erase(headless.begin());
  EXPECT_FALSE(parse_frame(*codec("pi18"), headless).has_value()) << "its CRC covers the '^' it lacks";
}

TEST(VoltronicCounted, CutsFramesByTheirLengthInWhateverPieces) {
  Bytes stream = hex("ff 5e 44 44 30");
  for (const std::string_view payload : {"18", "2300,,500", "1"}) {
    const Bytes frame = encode("pi18", payload).value();
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  for (std::size_t piece = 1; piece < stream.size(); ++piece)
    EXPECT_EQ(read(*codec("pi18"), stream, piece), (std::vector<std::string>{"18", "2300,,500", "1"}))
        << piece;
}

TEST(VoltronicCounted, CountsWordsBetweenCommas) {
  Query query = asking("GS");
  query.min_words = query.max_words = 3;
  const auto words = [&](std::string_view payload) {
    const Bytes bytes = encode("pi18", payload).value();
    return codec("pi18")->answers(query, parse_frame(*codec("pi18"), bytes).value());
  };
  EXPECT_TRUE(words("1,,3"));
  EXPECT_FALSE(words("1,2"));
  EXPECT_FALSE(words("1,2,3,4"));
}

}  // namespace
}  // namespace busbar::protocol::voltronic
