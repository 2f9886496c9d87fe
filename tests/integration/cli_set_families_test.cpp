// busbar set on simulated boards of every family with switches: obeyed, read back, and refused where it is
// not allowed.
#include "support/finished.hpp"
#include "support/simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;

struct Board {
  std::string profile;
  std::string family;
  std::string variant;
};

class SetFamilies : public ::testing::TestWithParam<Board> {
 protected:
  Finished set(const std::string& setting, const std::string& value, const std::string& allowed) {
    const std::string site =
        "version: 1\nchannels:\n  bus: {link: \"" + board_.url() +
        "\", spacing: 5ms, after_connect: 0, timeout: 500ms, settle: 50ms}\ndevices:\n  b: {profile: " +
        GetParam().profile + ", channel: bus, allow_writes: [" + allowed +
        "]}\nsinks:\n  screen: {format: jsonl}\n";
    return run_to_end(
        {BUSBAR_BINARY, "set", "--config", directory_.write("busbar.yaml", site), "b", setting, value});
  }
  Simulator board_{BUSBAR_BINARY, {.family = GetParam().family, .variant = GetParam().variant}};
  TemporaryDirectory directory_;
};

TEST_P(SetFamilies, SwitchesAndReadsBack) {
  for (const std::string setting : {"charge_mos", "discharge_mos"}) {
    for (const std::string value : {"off", "on"}) {
      const auto done = set(setting, value, setting);
      EXPECT_EQ(done.code, 0) << done.err;
      EXPECT_EQ(done.out, "b " + setting + " = " + value + ": accepted, reads back " + value + "\n");
    }
  }
}

TEST_P(SetFamilies, WhatIsNotAllowedIsRefused) {
  EXPECT_EQ(set("charge_mos", "off", "discharge_mos").code, 77);
  EXPECT_EQ(set("discharge_mos", "OFF", "discharge_mos").code, 65);
}

INSTANTIATE_TEST_SUITE_P(Boards, SetFamilies,
                         ::testing::Values(Board{"daly", "daly", ""},
                                           Board{"daly_registers", "daly", "registers"},
                                           Board{"daly_d2", "daly", "registers"},
                                           Board{"jk_terminal", "jk", ""}),
                         [](const auto& tested) { return tested.param.profile; });

class SetCapacity : public ::testing::Test {};

TEST_F(SetCapacity, OfAMonitorThatSpeaksAllTheTime) {
  const Simulator shunt{BUSBAR_BINARY, {.family = "vedirect"}};
  const TemporaryDirectory directory;
  const std::string site =
      "version: 1\nchannels:\n  bus: {link: \"" + shunt.url() +
      "\", spacing: 5ms, after_connect: 0}\ndevices:\n  b: {profile: victron_bmv, channel: bus, "
      "allow_writes: [battery_capacity]}\nsinks:\n  screen: {format: jsonl}\n";
  const auto done = run_to_end({BUSBAR_BINARY, "set", "--config", directory.write("busbar.yaml", site), "b",
                                "battery_capacity", "280"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("b battery_capacity = 280: accepted, reads back 280"));
}

}  // namespace
}  // namespace busbar::test
