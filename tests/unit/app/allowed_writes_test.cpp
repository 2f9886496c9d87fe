// allow_writes: off by default, by name or by a pattern that cannot allow more than it says.
#include "app/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Loaded load(const std::string& allowed) {
  return parse_configuration(
      "version: 1\n"
      "channels: {bus: {link: \"tcp://127.0.0.1:5000\"}}\n"
      "devices:\n"
      "  pack: {profile: orion1000" +
          allowed +
          "}\n"
          "sinks: {screen: {type: screen}}\n",
      "site.yaml", {});
}

std::vector<std::string> allowed(const std::string& list) {
  const auto loaded = load(", allow_writes: " + list);
  EXPECT_TRUE(loaded.configuration) << loaded.findings.text();
  return loaded.configuration ? loaded.configuration->devices.front().allow_writes
                              : std::vector<std::string>{};
}

std::string refusal(const std::string& list) {
  const auto loaded = load(", allow_writes: " + list);
  EXPECT_FALSE(loaded.configuration) << list;
  return loaded.findings.text();
}

TEST(AllowedWrites, NothingUnlessNamed) {
  const auto loaded = load("");
  ASSERT_TRUE(loaded.configuration) << loaded.findings.text();
  EXPECT_THAT(loaded.configuration->devices.front().allow_writes, IsEmpty());
  EXPECT_EQ(loaded.configuration->devices.front().writes_per_minute, 6u);
  EXPECT_THAT(allowed("[]"), IsEmpty());
}

TEST(AllowedWrites, NamesAllowExactlyThemselves) {
  EXPECT_THAT(allowed("[discharge_mos]"), ElementsAre("discharge_mos"));
  EXPECT_THAT(allowed("forbid_charge"), ElementsAre("forbid_charge")) << "one write may stand without a list";
  EXPECT_THAT(allowed("[forbid_charge, charge_mos, charge_mos]"), ElementsAre("charge_mos", "forbid_charge"))
      << "in the order of the profile, each once";
}

TEST(AllowedWrites, AnchoredPatternsAllowWhatTheyMatch) {
  EXPECT_THAT(allowed("[\"^.*_mos$\"]"), ElementsAre("discharge_mos", "charge_mos"));
  EXPECT_THAT(allowed("[\"^forbid_.*$\"]"), ElementsAre("forbid_discharge", "forbid_charge"));
  EXPECT_THAT(allowed("[\"^charge_mo.$\"]"), ElementsAre("charge_mos"));
  EXPECT_THAT(allowed("[\"^charge_mos$\"]"), ElementsAre("charge_mos"));
  EXPECT_THAT(allowed("[\"^charge.*$\"]"), ElementsAre("charge_mos")) << "not discharge_mos: it is anchored";
}

TEST(AllowedWrites, EverythingElseIsAFindingAtItsPlace) {
  struct Mistake {
    std::string list;
    std::string finding;
  };
  const Mistake mistakes[] = {
      {"[discharge_mo]",
       "4:45: the profile 'orion1000' has no write 'discharge_mo' (did you mean 'discharge_mos'?)"},
      {"[Discharge_mos]", "has no write 'Discharge_mos' (did you mean 'discharge_mos'?)"},
      {"[charge_mos, staus]", "4:57: the profile 'orion1000' has no write 'staus'"},
      {"[status]", "4:45: 'status' of the profile 'orion1000' only reads; there is nothing to allow"},
      {"[\".*\"]", "4:45: the pattern '.*' is not anchored"},
      {"[\"*\"]", "the pattern '*' is not anchored"},
      {"[\"^charge_mos\"]", "is not anchored: it could allow more than is meant (write it between ^ and $)"},
      {"[\"charge_mos$\"]", "is not anchored"},
      {"[\".*_mos\"]", "is not anchored"},
      {"[\"^.*$\"]", "allows everything there is, or will be (name what may be set)"},
      {"[\"^.*_.*$\"]", "allows everything"},
      {"[\"^$\"]", "allows everything"},
      {"[\"^a.*$|^f.*$\"]", "holds more than a-z"},
      {"[\"^allow_charge|forbid_charge$\"]", "holds more than a-z"},
      {"[\"^(a|f).*charge$\"]", "holds more than a-z"},
      {"[\"^[a-z]+_mos$\"]", "holds more than a-z"},
      {"[\"^charge_mos.?$\"]", "holds more than a-z"},
      {"[\"^Charge.*$\"]", "holds more than a-z"},
      {"[\"^charge_mos\\n$\"]", "holds more than a-z"},
      {"[\"^nothing.*$\"]", "matches no setting of the profile 'orion1000' (there is: discharge_mos"},
      {"[\"\"]", "has no write ''"},
      {"[\" charge_mos\"]", "has no write ' charge_mos'"},
      {"[[charge_mos]]", "an entry of 'allow_writes' is the name of a setting, found a list"},
      {"{charge_mos: true}", "is the name of a setting, found a mapping"},
      {"true", "has no write 'true'"},
      {"all", "has no write 'all'"},
  };
  for (const Mistake& mistake : mistakes) EXPECT_THAT(refusal(mistake.list), HasSubstr(mistake.finding));
}

TEST(AllowedWrites, AListWithoutEndIsRefused) {
  std::string list = "[";
  for (int i = 0; i < 300; ++i) list += "charge_mos, ";
  EXPECT_THAT(refusal(list + "charge_mos]"), HasSubstr("'allow_writes' has more than 256 entries"));
  EXPECT_THAT(refusal("[\"^" + std::string(200, 'a') + "$\"]"), HasSubstr("holds more than a-z"));
}

TEST(AllowedWrites, AProfileWithoutWritesHasNothingToAllow) {
  const auto loaded = parse_configuration(
      "version: 1\n"
      "channels: {bus: {link: \"tcp://127.0.0.1:5000\"}}\n"
      "devices: {board: {profile: jk04, allow_writes: [charge_mos, \"^c.*$\"]}}\n"
      "sinks: {screen: {type: screen}}\n",
      "site.yaml", {});
  EXPECT_THAT(loaded.findings.text(), HasSubstr("3:49: the profile 'jk04' has no write 'charge_mos'"));
  EXPECT_THAT(loaded.findings.text(), HasSubstr("3:61: the pattern '^c.*$' matches no setting"));
}

TEST(AllowedWrites, TheirRateIsBounded) {
  EXPECT_EQ(load(", writes_per_minute: 60").configuration->devices.front().writes_per_minute, 60u);
  EXPECT_THAT(load(", writes_per_minute: 0").findings.text(), HasSubstr("from 1 to 600"));
  EXPECT_THAT(load(", writes_per_minute: 601").findings.text(), HasSubstr("from 1 to 600"));
}

}  // namespace
}  // namespace busbar::app
