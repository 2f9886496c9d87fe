// busbar set and raw, with the real program and a simulated pack: what was set is set, what was refused is
// not.
#include "support/finished.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Set : public ::testing::Test {
 protected:
  Finished busbar(std::vector<std::string> words, const std::string& allowed = "discharge_mos") {
    const auto config = directory_.write(
        "busbar.yaml", to_yaml({.link = packs_.url(), .device = ", allow_writes: [" + allowed + "]"}));
    words.insert(words.begin(), BUSBAR_BINARY);
    words.insert(words.begin() + 2, {"--config", config});
    return run_to_end(std::move(words));
  }
  /// What the pack says by itself.
  std::string state() {
    const auto shown = busbar({"status", "pack1"}).out;
    const auto line = shown.find("  Discharge MOS  ");
    return shown.substr(line, shown.find('\n', line) - line);
  }

  Simulator packs_{BUSBAR_BINARY};
  TemporaryDirectory directory_;
};

TEST_F(Set, SwitchesAndReadsBack) {
  EXPECT_THAT(state(), HasSubstr("true"));
  const auto off = busbar({"set", "pack1", "discharge_mos", "off"});
  EXPECT_EQ(off.code, 0) << off.err;
  EXPECT_EQ(off.out, "pack1 discharge_mos = off: accepted, reads back off\n");
  EXPECT_THAT(off.err, HasSubstr("warning write pack1 'discharge_mos' = 'off' by 'busbar set, user "));
  EXPECT_THAT(state(), HasSubstr("false"));
  EXPECT_EQ(busbar({"set", "pack1", "discharge_mos", "on"}).code, 0);
  EXPECT_THAT(state(), HasSubstr("true"));
}

TEST_F(Set, WhatIsNotAllowedLeavesThePackAlone) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"set", "pack1", "forbid_discharge", "press"},
                                             {"set", "pack1", "charge_mos", "off"},
                                             {"raw", "pack1", "--hex", "ead10104ff1ce7f5"}})
    EXPECT_EQ(busbar(words).code, 77) << words[2];
  EXPECT_EQ(busbar({"set", "pack1", "discharge_mos", "OFF"}).code, 65);
  EXPECT_EQ(busbar({"raw", "pack1", "--hex", "ead10104ff1ae1f5"}, "charge_mos").code, 77);
  EXPECT_THAT(packs_.stop(), Not(HasSubstr("switched")));
}

TEST_F(Set, AFrameOfAnAllowedSwitchMayAlsoBeSentRaw) {
  EXPECT_EQ(busbar({"raw", "pack1", "--hex", "ead10104ff1ae1f5"}).code, 0);
  EXPECT_THAT(state(), HasSubstr("false"));
}

TEST_F(Set, AButtonIsPressed) {
  const auto result = busbar({"set", "pack1", "forbid_discharge", "press"}, "forbid_discharge");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "pack1 forbid_discharge = press: accepted\n");
  EXPECT_THAT(state(), HasSubstr("false"));
}

TEST(SetOnASilentPack, IsUnacknowledged) {
  const Simulator packs{BUSBAR_BINARY, {.faults = {"silent"}}};
  const TemporaryDirectory directory;
  const auto config = directory.write(
      "busbar.yaml", to_yaml({.link = packs.url(), .device = ", allow_writes: [charge_mos]"}));
  const auto result = run_to_end({BUSBAR_BINARY, "set", "pack1", "charge_mos", "off", "--config", config});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.out, HasSubstr("pack1 charge_mos = off: unacknowledged: timeout"));
}

}  // namespace
}  // namespace busbar::test
