// Fault rules as text, and what each fault makes of a response; the codec must see through all of them.
#include "simulate/faults.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/orion.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace busbar::simulate {
namespace {

namespace orion = protocol::orion;
using namespace std::chrono_literals;

FaultRule rule(std::string_view text) { return parse_fault(text).value(); }

TEST(ParseFault, ReadsNameDurationProbabilityAndAddress) {
  EXPECT_EQ(rule("silent"), (FaultRule{.fault = Fault::silent}));
  EXPECT_EQ(rule("silent#3"), (FaultRule{.fault = Fault::silent, .address = 3}));
  EXPECT_EQ(rule("late:500ms@0.1"), (FaultRule{.fault = Fault::late, .probability = 0.1, .duration = 500ms}));
  EXPECT_EQ(rule("late:2s@1#7"), (FaultRule{.fault = Fault::late, .address = 7, .duration = 2000ms}));
  EXPECT_EQ(rule("reset@0"), (FaultRule{.fault = Fault::reset, .probability = 0}));
}

TEST(ParseFault, LateAndDribbleHaveADefault) {
  EXPECT_EQ(rule("late").duration, 500ms);
  EXPECT_EQ(rule("dribble").duration, 5ms);
}

TEST(ParseFault, KnowsEveryFaultByItsName) {
  EXPECT_EQ(fault_names().size(), 13U);
  for (const auto name : fault_names()) EXPECT_EQ(to_string(rule(name).fault), name);
}

TEST(ParseFault, SaysWhatItExpected) {
  const auto why = [](std::string_view text) {
    const auto result = parse_fault(text);
    return result ? std::string{"accepted"} : result.error().detail;
  };
  EXPECT_NE(why("lat:500ms").find("known: silent"), std::string::npos) << why("lat:500ms");
  EXPECT_NE(why("").find("no such fault"), std::string::npos);
  EXPECT_NE(why("late:500").find("500ms or 2s"), std::string::npos);
  EXPECT_NE(why("late:-1ms").find("500ms or 2s"), std::string::npos);
  EXPECT_NE(why("late:2h").find("500ms or 2s"), std::string::npos);
  EXPECT_NE(why("late:9999999s").find("at most one hour"), std::string::npos);
  EXPECT_NE(why("silent:5ms").find("takes no duration"), std::string::npos);
  for (const auto* text : {"silent@", "silent@2", "silent@-0.1", "silent@nan", "silent@inf", "silent@0.5x"})
    EXPECT_NE(why(text).find("between 0 and 1"), std::string::npos) << text;
  for (const auto* text : {"silent#", "silent#x", "silent#-1", "silent#1.5", "silent#99999999999"})
    EXPECT_NE(why(text).find("address is expected"), std::string::npos) << text;
  EXPECT_LT(why(std::string(100'000, 'x')).size(), 400U);
}

Bytes other_address(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  ++copy[2];
  return copy;
}

Bytes bad_checksum(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  copy[copy.size() - 2] ^= 1;
  return copy;
}

class MischiefTest : public testing::Test {
 protected:
  Mischief make(std::vector<FaultRule> rules, std::uint64_t seed = 1) {
    return {std::move(rules), seed, {&other_address, &bad_checksum, orion::start_byte}};
  }
  Transmission apply(Mischief& mischief, bool first = false) {
    return mischief.apply(request, 1, first, {response});
  }
  Transmission apply(std::string_view fault, bool first = false) {
    Mischief mischief = make({rule(fault)});
    return apply(mischief, first);
  }
  static Bytes sent(const Transmission& transmission) {
    Bytes bytes;
    for (const Piece& piece : transmission.pieces)
      bytes.insert(bytes.end(), piece.bytes.begin(), piece.bytes.end());
    return bytes;
  }
  /// How many answers to our request a reader finds in what was sent, once silence follows.
  std::size_t answers(const Transmission& transmission) {
    protocol::Query query;
    query.address = 1;
    query.command = orion::read_voltages;
    const auto codec = orion::make_codec(orion::manufacturer);
    protocol::FrameReader reader{*codec};
    std::size_t count = 0;
    for (const Piece& piece : transmission.pieces) {
      reader.feed(piece.bytes);
      while (const auto frame = reader.next()) count += codec->answers(query, *frame) ? 1 : 0;
    }
    while (const auto frame = reader.next_after_silence()) count += codec->answers(query, *frame) ? 1 : 0;
    return count;
  }
  const Bytes request = from_hex("ead10104ff02f9f5").value();
  const Bytes response = from_hex("ead1010fff020406040cef0cf10cf00cf2e8f5").value();
};

TEST_F(MischiefTest, NoRulesChangeNothing) {
  Mischief mischief = make({});
  const Transmission plain = apply(mischief);
  EXPECT_EQ(sent(plain), response);
  EXPECT_EQ(plain.pieces.size(), 1U);
  EXPECT_TRUE(plain.prompt);
  EXPECT_FALSE(plain.reset);
  EXPECT_EQ(plain.delay, 0ms);
}

TEST_F(MischiefTest, SilentSendsNothing) { EXPECT_TRUE(apply("silent").pieces.empty()); }

TEST_F(MischiefTest, LostFirstIsAboutTheFirstRequestOnly) {
  EXPECT_TRUE(apply("lost_first", true).pieces.empty());
  EXPECT_EQ(sent(apply("lost_first", false)), response);
}

TEST_F(MischiefTest, LateIsTheSameBytesAfterADelay) {
  const Transmission late = apply("late:700ms");
  EXPECT_EQ(late.delay, 700ms);
  EXPECT_FALSE(late.prompt);
  EXPECT_EQ(sent(late), response);
}

TEST_F(MischiefTest, NoiseDoesNotHideTheAnswer) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Mischief mischief = make({rule("garbage")}, seed);
    const Transmission noisy = apply(mischief);
    EXPECT_GT(sent(noisy).size(), response.size());
    EXPECT_EQ(answers(noisy), 1U) << "seed " << seed;
  }
  const Transmission module = apply("at_noise");
  EXPECT_EQ(sent(module).size(), response.size() + 18);
  EXPECT_EQ(sent(module).front(), 'A');
  EXPECT_EQ(answers(module), 1U);
}

TEST_F(MischiefTest, GarbageComesBetweenTheFramesToo) {
  Mischief mischief = make({rule("garbage")});
  const auto transmission = mischief.apply(request, 1, false, {response, response, response});
  EXPECT_EQ(transmission.pieces.size(), 6U);
  EXPECT_EQ(answers(transmission), 3U);
}

TEST_F(MischiefTest, TruncatedNeverAnswers) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Mischief mischief = make({rule("truncated")}, seed);
    const Transmission cut = apply(mischief);
    EXPECT_GE(sent(cut).size(), 1U);
    EXPECT_LT(sent(cut).size(), response.size());
    EXPECT_EQ(answers(cut), 0U);
  }
}

TEST_F(MischiefTest, LiesNeverAnswer) {
  EXPECT_EQ(answers(apply("wrong_address")), 0U);
  EXPECT_EQ(answers(apply("wrong_checksum")), 0U);
  EXPECT_EQ(sent(apply("wrong_address")).size(), response.size());
}

TEST_F(MischiefTest, DribbleIsByteByByte) {
  const Transmission slow = apply("dribble:3ms");
  ASSERT_EQ(slow.pieces.size(), response.size());
  EXPECT_TRUE(
      std::ranges::all_of(slow.pieces, [](const Piece& p) { return p.bytes.size() == 1 && p.pause == 3ms; }));
  EXPECT_FALSE(slow.prompt);
  EXPECT_EQ(answers(slow), 1U);
}

TEST_F(MischiefTest, GluedComesInOnePieceWithTheNext) {
  Mischief mischief = make({rule("glued")});
  EXPECT_TRUE(apply(mischief).pieces.empty());
  const Transmission both = apply(mischief);
  ASSERT_EQ(both.pieces.size(), 1U);
  EXPECT_EQ(both.pieces[0].bytes.size(), 2 * response.size());
  EXPECT_TRUE(apply(mischief).pieces.empty()) << "and again";
}

TEST_F(MischiefTest, DuplicateAnswersTwice) { EXPECT_EQ(answers(apply("duplicate")), 2U); }

TEST_F(MischiefTest, EchoIsNoAnswerByItself) {
  const Transmission echoed = apply("echo");
  EXPECT_EQ(echoed.pieces.front().bytes, request);
  EXPECT_EQ(answers(echoed), 1U);
  Mischief both = make({rule("echo"), rule("silent")});
  const Transmission only = apply(both);
  EXPECT_EQ(sent(only), request) << "the line echoes even when nobody answers";
  EXPECT_EQ(answers(only), 0U);
}

TEST_F(MischiefTest, ResetSendsHalf) {
  const Transmission broken = apply("reset");
  EXPECT_TRUE(broken.reset);
  EXPECT_EQ(sent(broken).size(), response.size() / 2);
  EXPECT_EQ(answers(broken), 0U);
}

TEST_F(MischiefTest, AnAbsentDeviceStaysAbsent) {
  for (const auto name : fault_names()) {
    if (name == "echo") continue;
    Mischief mischief = make({rule(name)});
    const auto transmission = mischief.apply(request, 9, false, {});
    EXPECT_TRUE(sent(transmission).empty()) << name;
    EXPECT_FALSE(transmission.reset) << name;
  }
}

TEST_F(MischiefTest, RuleForOneAddressSparesTheOthers) {
  Mischief mischief = make({rule("silent#3")});
  EXPECT_EQ(sent(apply(mischief)), response);
  EXPECT_TRUE(mischief.apply(request, 3, false, {response}).pieces.empty());
  EXPECT_EQ(mischief.counts().at(Fault::silent), 1U);
}

TEST_F(MischiefTest, SameSeedSameFaults) {
  const std::vector<FaultRule> rules{rule("silent@0.3"), rule("garbage@0.5"), rule("truncated@0.2")};
  Mischief one = make(rules, 42), two = make(rules, 42), three = make(rules, 43);
  std::vector<Bytes> first, second, third;
  for (int i = 0; i < 100; ++i) {
    first.push_back(sent(apply(one)));
    second.push_back(sent(apply(two)));
    third.push_back(sent(apply(three)));
  }
  EXPECT_EQ(first, second);
  EXPECT_NE(first, third);
}

TEST_F(MischiefTest, ProbabilityIsKept) {
  Mischief mischief = make({rule("silent@0.25")}, 7), never = make({rule("silent@0")}, 7);
  for (int i = 0; i < 10'000; ++i) {
    static_cast<void>(apply(mischief));
    static_cast<void>(apply(never));
  }
  EXPECT_NEAR(static_cast<double>(mischief.counts().at(Fault::silent)), 2500, 200);
  EXPECT_TRUE(never.counts().empty());
}

}  // namespace
}  // namespace busbar::simulate
