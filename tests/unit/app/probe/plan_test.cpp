// What a probe tries, and in which order.
#include "app/probe/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace busbar::app::probe {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Framings : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> names(const std::vector<std::string>& only = {}) const {
    std::vector<std::string> list;
    for (const auto& framing : framings_of(library, only)) list.push_back(framing.name());
    return list;
  }
  [[nodiscard]] Framing one(const std::string& name) const {
    for (auto& framing : framings_of(library))
      if (framing.name() == name) return framing;
    ADD_FAILURE() << "no framing " << name;
    return {};
  }
  yaml::Findings findings;
  profile::Library library = profile::Library::load("", findings);
};

TEST_F(Framings, AreAllThatTheProfilesSpeak) {
  const auto framings = framings_of(library);
  std::size_t profiles = 0;
  for (const auto& framing : framings) profiles += framing.profiles.size();
  EXPECT_EQ(profiles, library.names().size());
  for (const auto protocol : protocol::protocols())
    EXPECT_TRUE(std::any_of(framings.begin(), framings.end(), [&](const auto& framing) {
      return framing.protocol == protocol;
    })) << protocol;
}

TEST_F(Framings, AreOneForEachDialect) {
  EXPECT_THAT(names({"orion"}), ElementsAre("orion (manufacturer)", "orion (draft)"));
  EXPECT_THAT(names({"daly"}), ElementsAre("daly"));
  EXPECT_THAT(one("jk (record)").profiles, SizeIs(3));
}

TEST_F(Framings, ThatOnlyListenComeFirst) {
  const auto framings = framings_of(library);
  EXPECT_TRUE(std::is_partitioned(framings.begin(), framings.end(),
                                  [](const Framing& framing) { return framing.only_listens(); }));
  EXPECT_EQ(framings.front().protocol, "vedirect");
  EXPECT_FALSE(framings.back().only_listens());
}

TEST_F(Framings, MayBeChosen) {
  EXPECT_THAT(names({"daly", "vedirect"}), ElementsAre("vedirect", "daly"));
  EXPECT_THAT(names({"unheard_of"}), IsEmpty());
}

TEST_F(Framings, AreRecognisedByReadsThatStandAlone) {
  for (const auto& framing : framings_of(library)) {
    for (const auto* const profile : framing.profiles) {
      const auto queries = recognisable(*profile);
      ASSERT_THAT(queries, Not(IsEmpty())) << profile->name;
      for (const auto* const query : queries) {
        EXPECT_FALSE(query->request.write) << profile->name << "." << query->request.name;
        EXPECT_EQ(query->total, "") << profile->name << "." << query->request.name;
      }
      EXPECT_GT(queries.front()->interval.count(), 0) << profile->name << " is asked what it is polled for";
    }
  }
}

// --- addresses
TEST_F(Framings, AreAskedTheUsualAddressesFirst) {
  std::vector<std::uint32_t> sixteen(16);
  std::iota(sixteen.begin(), sixteen.end(), 1U);
  EXPECT_EQ(addresses_of(one("orion (manufacturer)"), std::nullopt), sixteen);
  const auto terminal = addresses_of(one("jk (terminal)"), std::nullopt);
  EXPECT_EQ(terminal.front(), 0U) << "the default of its profiles";
  EXPECT_THAT(terminal, SizeIs(17));
}

TEST_F(Framings, AreAskedTheAddressesGiven) {
  EXPECT_THAT(addresses_of(one("daly"), AddressRange{3, 5}), ElementsAre(3, 4, 5));
  EXPECT_THAT(addresses_of(one("daly"), AddressRange{0, 1}), ElementsAre(0, 1));
}

TEST_F(Framings, AreNotAskedAddressesThatTheyCannotHave) {
  EXPECT_THAT(addresses_of(one("daly"), AddressRange{127, 140}), ElementsAre(127, 128));
  EXPECT_THAT(addresses_of(one("daly"), AddressRange{200, 210}), IsEmpty());
  EXPECT_THAT(addresses_of(one("orion (draft)"), AddressRange{254, 0xFFFFFFFF}), ElementsAre(254));
}

TEST_F(Framings, WithoutAddressesAreAskedOnceInAnyCase) {
  EXPECT_THAT(addresses_of(one("vedirect"), std::nullopt), ElementsAre(0));
  EXPECT_THAT(addresses_of(one("vedirect"), AddressRange{200, 210}), ElementsAre(0));
  EXPECT_THAT(addresses_of(one("jk (record)"), AddressRange{1, 4}), ElementsAre(0));
}

TEST(Addresses, AreOneOrARange) {
  EXPECT_EQ(parse_range("7"), (AddressRange{7, 7}));
  EXPECT_EQ(parse_range("0"), (AddressRange{0, 0}));
  EXPECT_EQ(parse_range("1-16"), (AddressRange{1, 16}));
  EXPECT_EQ(parse_range("0-255"), (AddressRange{0, 255}));
  EXPECT_EQ(parse_range("4294967295"), (AddressRange{4294967295U, 4294967295U}));
}

TEST(Addresses, AreRefusedInAnyOtherForm) {
  for (const auto* const text : {"", "-", "1-", "-1", "a", "1-b", "4-3", "0-256", "1-2-3", "4294967296",
                                 "99999999999999999999", "1.5", " 1 "}) {
    EXPECT_EQ(parse_range(text), std::nullopt) << "'" << text << "'";
  }
}

// --- lines
std::vector<std::pair<unsigned, link::Parity>> settings(const std::string& text) {
  const auto parsed = link::parse_endpoint(text);
  EXPECT_TRUE(parsed);
  std::vector<std::pair<unsigned, link::Parity>> list;
  for (const auto& line : lines_of(text, *parsed)) {
    const auto& serial = std::get<link::SerialOptions>(line);
    EXPECT_EQ(serial.path, "/dev/ttyUSB0");
    list.emplace_back(serial.baud, serial.parity);
  }
  return list;
}

TEST(Lines, OfASerialPortAreTriedAtTheUsualSpeeds) {
  const auto tried = settings("serial:/dev/ttyUSB0");
  EXPECT_EQ(tried.front(), (std::pair{9600U, link::Parity::none}));
  EXPECT_THAT(tried, Contains(std::pair{19200U, link::Parity::none})) << "VE.Direct";
  EXPECT_THAT(tried, Contains(std::pair{115200U, link::Parity::none})) << "JK";
  EXPECT_THAT(tried, Contains(std::pair{2400U, link::Parity::even})) << "meters";
  EXPECT_EQ(settings("/dev/ttyUSB0"), tried);
}

TEST(Lines, KeepWhatIsGiven) {
  EXPECT_THAT(settings("serial:/dev/ttyUSB0?baud=4800"), ElementsAre(std::pair{4800U, link::Parity::none}));
  for (const auto& [baud, parity] : settings("serial:/dev/ttyUSB0?parity=odd")) {
    if (baud == 2400U) continue;  // twice: once for meters
    EXPECT_EQ(parity, link::Parity::odd) << baud;
  }
}

TEST(Lines, OfAGatewayHaveOneSpeed) {
  const auto parsed = link::parse_endpoint("tcp://gateway:26");
  ASSERT_TRUE(parsed);
  EXPECT_THAT(lines_of("tcp://gateway:26", *parsed), ElementsAre(*parsed));
}

}  // namespace
}  // namespace busbar::app::probe
