// The searches: whom they find, what they make of collisions, dead lines and slaves that answer to
// everything.
#include "unit/protocol/mbus_search_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::protocol::mbus::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct Outcome {
  std::unique_ptr<Search> search;
  std::size_t requests = 0;
};

template <class Options>
Outcome searched(std::vector<Slave> slaves, Options options) {
  Bus bus{std::move(slaves)};
  Outcome outcome{make_search(options)};
  EXPECT_TRUE(run(*outcome.search, [&](ByteView request) { return bus.ask(request); }));
  EXPECT_EQ(outcome.search->progress(), 1);
  outcome.requests = bus.requests;
  return outcome;
}

std::vector<std::string> found(std::vector<Slave> slaves, SecondarySearch options = {}) {
  return ids(*searched(std::move(slaves), options).search);
}

// --- what was heard
TEST(MbusHeard, TellsAnswersFromNoise) {
  using Kind = Heard::Kind;
  const Bytes request = build_short(snd_nke, 5);
  const Bytes telegram = build_long(rsp_ud, 5, 0x72, Bytes(12)).value();
  const auto kind = [&](std::string_view hex) { return classify(request, *from_hex(hex)).kind; };
  EXPECT_EQ(kind(""), Kind::silence);
  EXPECT_EQ(kind("e5"), Kind::acknowledged);
  EXPECT_EQ(kind("00 fe e5"), Kind::acknowledged) << "glitches when the bus is charged";
  EXPECT_EQ(kind("e5 e5"), Kind::noise) << "two slaves";
  EXPECT_EQ(kind("a5"), Kind::noise);
  EXPECT_EQ(kind("68 03 03"), Kind::noise);
  EXPECT_EQ(kind("10 40 06 46 16"), Kind::noise) << "no slave sends requests";
  EXPECT_EQ(kind(to_hex(request)), Kind::silence) << "an echo, and nothing else";
  EXPECT_EQ(kind(to_hex(request) + "e5"), Kind::acknowledged);
  EXPECT_EQ(classify(request, telegram).telegram, telegram);
  Bytes damaged = telegram;
  damaged[8] ^= 1;
  EXPECT_EQ(classify(request, damaged).kind, Kind::noise);
}

// --- by primary address
TEST(MbusPrimarySearch, FindsWhoAcknowledges) {
  const auto outcome = searched({{"1234567824400107", 1}, {"8765432124400104", 17}}, PrimarySearch{});
  const auto& meters = outcome.search->meters();
  ASSERT_EQ(meters.size(), 2U);
  EXPECT_EQ(meters[0].primary, 1);
  EXPECT_EQ(to_string(meters[0].asked), "1");
  EXPECT_EQ(secondary_address(*meters[1].identity), "8765432124400104");
  EXPECT_THAT(outcome.search->oddities(), IsEmpty());
  EXPECT_EQ(outcome.requests, 2 * 249 + 2 * 2U) << "twice where nobody is";
}

TEST(MbusPrimarySearch, AsksOnlyItsRange) {
  const auto outcome = searched({{"1234567824400107", 1}, {"8765432124400104", 17}},
                                PrimarySearch{.from = 10, .to = 20, .retries = 0});
  EXPECT_THAT(ids(*outcome.search), ElementsAre("8765432124400104"));
  EXPECT_EQ(outcome.requests, 12U);
}

TEST(MbusPrimarySearch, SaysWhereAnswersCollideAndWhereNoneComes) {
  const auto outcome =
      searched({{"1234567824400107", 0}, {"8765432124400104", 0}, {"11111111ffff0102", 3, true}},
               PrimarySearch{.to = 5});
  EXPECT_THAT(oddities(*outcome.search), ElementsAre("0: several meters answer, and cannot be told apart",
                                                     "3: acknowledges, but sends no data"));
  ASSERT_EQ(outcome.search->meters().size(), 1U);
  EXPECT_EQ(outcome.search->meters()[0].primary, 3);
  EXPECT_FALSE(outcome.search->meters()[0].identity);
}

TEST(MbusPrimarySearch, TakesATelegramWithoutName) {
  const auto outcome =
      searched({{.address = "1234567824400107", .primary = 2, .nameless = true}}, PrimarySearch{.to = 5});
  ASSERT_EQ(outcome.search->meters().size(), 1U);
  EXPECT_FALSE(outcome.search->meters()[0].identity);
  EXPECT_THAT(outcome.search->oddities(), IsEmpty());
}

TEST(MbusPrimarySearch, AskAgainWhenAnAnswerIsLost) {
  Bus bus{{{"1234567824400107", 1}}};
  const auto search = make_search(PrimarySearch{.from = 1, .to = 1});
  std::size_t asked = 0;
  EXPECT_TRUE(run(*search, [&](ByteView request) { return ++asked % 2 == 1 ? Bytes{} : bus.ask(request); }));
  EXPECT_THAT(ids(*search), ElementsAre("1234567824400107"));
}

// --- by secondary address
TEST(MbusSecondarySearch, FindsOneMeterWithFewRequests) {
  const auto outcome = searched({{"1234567824400107", 1}}, SecondarySearch{.retries = 0});
  EXPECT_THAT(ids(*outcome.search), ElementsAre("1234567824400107"));
  EXPECT_EQ(outcome.search->meters()[0].primary, 1);
  EXPECT_EQ(to_string(outcome.search->meters()[0].asked), "1234567824400107");
  EXPECT_EQ(outcome.requests, 1 + 10 + 1 + 2 + 1U) << "nobody, ten digits, its telegram, it alone, deselect";
}

TEST(MbusSecondarySearch, FindsNobodyOnADeadBus) {
  const auto outcome = searched({}, SecondarySearch{.retries = 1});
  EXPECT_THAT(ids(*outcome.search), IsEmpty());
  EXPECT_THAT(outcome.search->oddities(), IsEmpty());
  EXPECT_EQ(outcome.requests, 2 * 11 + 1U);
}

TEST(MbusSecondarySearch, TellsNeighboursApart) {
  EXPECT_THAT(found({{"1234567824400107", 1}, {"1234567924400107", 2}, {"9234567824400107", 3}}),
              UnorderedElementsAre("1234567824400107", "1234567924400107", "9234567824400107"));
}

TEST(MbusSecondarySearch, FindsAFullBus) {
  std::vector<Slave> slaves;
  for (unsigned n = 0; n < 250; ++n) {
    std::string id = std::to_string(10000000 + n * 9973 % 90000000);
    slaves.push_back({id + "24400107", static_cast<std::uint8_t>(n)});
  }
  const auto outcome = searched(slaves, SecondarySearch{});
  EXPECT_EQ(outcome.search->meters().size(), 250U);
  EXPECT_THAT(outcome.search->oddities(), IsEmpty());
}

TEST(MbusSecondarySearch, TellsApartWhoSharesAnId) {
  EXPECT_THAT(found({{"1234567824400107", 1}, {"1234567824400104", 2}}),
              UnorderedElementsAre("1234567824400107", "1234567824400104"))
      << "by medium";
  EXPECT_THAT(found({{"1234567824400107", 1}, {"1234567824400207", 2}}),
              UnorderedElementsAre("1234567824400107", "1234567824400207"))
      << "by version";
  EXPECT_THAT(found({{"1234567824400107", 1}, {"123456782d2c0107", 2}}),
              UnorderedElementsAre("1234567824400107", "123456782d2c0107"))
      << "by manufacturer, PAD and KAM";
}

TEST(MbusSecondarySearch, SaysWhoCannotBeToldApart) {
  const auto outcome = searched({{"1234567824400107", 1}, {"1234567824400107", 2}, {"8765432124400104", 3}},
                                SecondarySearch{});
  EXPECT_THAT(ids(*outcome.search), ElementsAre("8765432124400104"));
  EXPECT_THAT(oddities(*outcome.search), ElementsAre(HasSubstr("cannot be told apart")));
}

TEST(MbusSecondarySearch, BelievesNoMixtureOfTwoAnswers) {
  // Under the mask 1FFFFFFF the two add up to a sound telegram of a third that is not there.
  Bus bus{{{"1234567824400107", 1}, {"1834567824400107", 2}}};
  const Bytes mixture = build_long(rsp_ud, 0, 0x72, *from_hex("78 56 34 10 40 24 01 07 01 00 00 00")).value();
  const auto search = make_search(SecondarySearch{});
  bool both = false;
  EXPECT_TRUE(run(*search, [&](ByteView request) {
    const LinkFrame frame = parse_link_frame(request).value();
    if (frame.kind == FrameKind::full) both = identity_from_wire(frame.data).id == 0x1FFFFFFF;
    return both && (frame.c & 0xDF) == req_ud2 ? mixture : bus.ask(request);
  }));
  EXPECT_THAT(ids(*search), UnorderedElementsAre("1234567824400107", "1834567824400107"));
}

TEST(MbusSecondarySearch, FindsHexadecimalIdsWhenAsked) {
  const std::vector<Slave> slaves{{"1A34567824400107", 1}, {"1234567824400107", 2}};
  EXPECT_THAT(found(slaves), ElementsAre("1234567824400107"));
  EXPECT_THAT(found(slaves, {.hexadecimal = true}),
              UnorderedElementsAre("1a34567824400107", "1234567824400107"));
}

TEST(MbusSecondarySearch, StaysUnderItsMask) {
  const std::vector<Slave> slaves{{"1234567824400107", 1}, {"1299999924400104", 2}, {"2234567824400107", 3}};
  const auto under = [&](std::string_view mask) {
    return found(slaves, {.mask = *parse_address(mask)->selection});
  };
  EXPECT_THAT(under("12FFFFFF"), UnorderedElementsAre("1234567824400107", "1299999924400104"));
  EXPECT_THAT(under("FFFFFFFFFFFFFF07"), UnorderedElementsAre("1234567824400107", "2234567824400107"));
  EXPECT_THAT(under("12345678"), ElementsAre("1234567824400107"));
  EXPECT_THAT(under("1299999924400104"), ElementsAre("1299999924400104"));
  EXPECT_THAT(under("3FFFFFFF"), IsEmpty());
}

TEST(MbusSecondarySearch, NamesWhoAnswersToEverything) {
  std::vector<Slave> slaves{{"1234567824400107", 1}};
  slaves[0].indiscriminate = true;
  const auto alone = searched(slaves, SecondarySearch{});
  EXPECT_THAT(ids(*alone.search), ElementsAre("1234567824400107"));
  ASSERT_EQ(alone.search->oddities().size(), 1U) << "once, however often it answers";
  EXPECT_EQ(alone.search->oddities()[0].kind, Oddity::Kind::answers_all);
  EXPECT_EQ(secondary_address(*alone.search->oddities()[0].identity), "1234567824400107");
  EXPECT_LT(alone.requests, 60U) << "it is not followed into every branch";
}

TEST(MbusSecondarySearch, IsNotLedAstrayByWhatAcknowledgesEverything) {
  std::vector<Slave> slaves{{"1234567824400107", 1}, {"9999999924400104", 2}};
  slaves[0].indiscriminate = slaves[0].mute = true;
  const auto outcome = searched(slaves, SecondarySearch{});
  EXPECT_THAT(ids(*outcome.search), ElementsAre("9999999924400104")) << "it speaks where the other is mute";
  EXPECT_LT(outcome.requests, 60U);
}

TEST(MbusSecondarySearch, GivesUpOnADisturbedLine) {
  const auto search = make_search(SecondarySearch{});
  std::size_t asked = 0;
  EXPECT_TRUE(run(*search, [&](ByteView) { return ++asked, Bytes{0x5A, 0x00, 0x13}; }));
  EXPECT_THAT(search->meters(), IsEmpty());
  EXPECT_EQ(search->oddities().back().kind, Oddity::Kind::gave_up);
  EXPECT_LT(asked, 1000U);
}

TEST(MbusSecondarySearch, ReportsWhoSaysNothing) {
  std::vector<Slave> slaves{{"1234567824400107", 1}, {"2234567824400107", 2}};
  slaves[0].mute = true;
  slaves[1].nameless = true;
  const auto outcome = searched(slaves, SecondarySearch{});
  EXPECT_THAT(oddities(*outcome.search), ElementsAre("12345678: acknowledges, but sends no data"));
  EXPECT_THAT(ids(*outcome.search), ElementsAre("22345678")) << "by its digits, since it names nobody";
}

TEST(MbusSecondarySearch, ProgressNeverFalls) {
  Bus bus{{{"1234567824400107", 1}, {"1234567924400107", 2}, {"9234567824400107", 3}}};
  const auto search = make_search(SecondarySearch{});
  double last = 0;
  EXPECT_TRUE(run(*search, [&](ByteView request) {
    EXPECT_GE(search->progress(), last);
    last = search->progress();
    return bus.ask(request);
  }));
  EXPECT_EQ(search->progress(), 1);
}

TEST(MbusSecondarySearch, RepeatsAMaskOnceBeforeItBelievesInNothing) {
  Bus bus{{{"1234567824400107", 1}, {"1234567924400107", 2}}};
  const auto search = make_search(SecondarySearch{});
  Bytes last;
  // Every request is lost when it is sent for the first time.
  EXPECT_TRUE(run(*search, [&](ByteView request) {
    const bool again = std::ranges::equal(request, last);
    last = again ? Bytes{} : Bytes{request.begin(), request.end()};
    return again ? bus.ask(request) : Bytes{};
  }));
  EXPECT_THAT(ids(*search), UnorderedElementsAre("1234567824400107", "1234567924400107"));
}

}  // namespace
}  // namespace busbar::protocol::mbus::test
