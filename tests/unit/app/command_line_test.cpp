// What a person at a terminal gets: exit codes, hints and results of the commands that open nothing.
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "support/captured_output.hpp"
#include "support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace busbar::app {
namespace {

using test::CapturedOutput;
using test::run_captured;
using ::testing::HasSubstr;
using ::testing::Not;

CapturedOutput busbar(std::vector<std::string> words) {
  return run_captured([words = std::move(words)]() mutable {
    std::vector<char*> arguments;
    std::string program = "busbar";
    arguments.push_back(program.data());
    for (auto& word : words) arguments.push_back(word.data());
    return command_line(static_cast<int>(arguments.size()), arguments.data());
  });
}

TEST(CommandLine, HelpNamesEveryCommandAndTheExitCodes) {
  const auto result = busbar({"--help"});
  EXPECT_EQ(result.code, exit_ok);
  for (const auto* word : {"run", "status", "cells", "raw", "set", "decode", "doctor", "probe", "capture",
                           "replay", "profile", "simulate", "scan", "mbus", "healthcheck"}) {
    EXPECT_THAT(result.out, HasSubstr(std::string{"\n  "} + word + " "));
  }
}

TEST(CommandLine, EveryCommandExplainsItself) {
  for (const auto* command : {"run", "status", "cells", "raw", "set", "decode", "doctor", "probe", "capture",
                              "replay", "profile", "simulate", "scan", "mbus", "healthcheck"}) {
    const auto result = busbar({command, "--help"});
    EXPECT_EQ(busbar({"help", command}).out, result.out) << "the other way to ask";
    EXPECT_EQ(result.code, exit_ok) << command;
    EXPECT_THAT(result.out, HasSubstr("Usage: busbar ")) << command;
    EXPECT_EQ(result.err, "") << command;
  }
}

TEST(CommandLine, SuggestsTheNearestCommand) {
  const auto result = busbar({"statsu"});
  EXPECT_EQ(result.code, exit_usage);
  EXPECT_EQ(result.err, "busbar: unknown command 'statsu' (did you mean 'status'?); see busbar --help\n");
}

TEST(CommandLine, SuggestsTheNearestOption) {
  const auto result = busbar({"--chekc-config"});
  EXPECT_EQ(result.code, exit_usage);
  EXPECT_THAT(result.err, HasSubstr("did you mean '--check-config'?"));
}

TEST(CommandLine, RefusesTwoModesAtOnce) {
  const auto result = busbar({"--once", "--dry-run"});
  EXPECT_EQ(result.code, exit_usage);
  EXPECT_THAT(result.err, HasSubstr("exclude each other"));
}

TEST(CommandLine, MissingSiteFileIsAConfigurationError) {
  const auto result = busbar({"--config", "/nowhere/busbar.yaml"});
  EXPECT_EQ(result.code, exit_configuration);
  EXPECT_THAT(result.err, HasSubstr("/nowhere/busbar.yaml"));
}

TEST(Decode, ExplainsACapturedFrame) {
  const auto result = busbar({"decode", "--hex", "ead1010fff020406040cef0cf10cf00cf2e8f5"});
  EXPECT_EQ(result.code, exit_ok);
  EXPECT_THAT(result.out, HasSubstr("cell_03_voltage"));
  EXPECT_THAT(result.out, HasSubstr("3.312"));
}

TEST(Decode, FindsTheFrameInNoise) {
  const auto result =
      busbar({"decode", "--hex", "41542b535441540d0a ead1010fff020406040cef0cf10cf00cf2e8f5"});
  EXPECT_EQ(result.code, exit_ok);
  EXPECT_THAT(result.out, HasSubstr("9 byte(s) belong to no valid orion frame"));
  EXPECT_THAT(result.out, HasSubstr("cell_01_voltage"));
}

TEST(Decode, NamesTheFaultOfACorruptFrame) {
  const auto result = busbar({"decode", "--hex", "ead1010fff020406040cef0cf10cf00cf2e9f5"});
  EXPECT_EQ(result.code, exit_data);
  EXPECT_THAT(result.out, HasSubstr("bad_checksum"));
  EXPECT_THAT(result.out, Not(HasSubstr("cell_01_voltage")));
}

TEST(Decode, RefusesWhatIsNoHex) {
  EXPECT_EQ(busbar({"decode", "--hex", "ea d"}).code, exit_data);
  EXPECT_EQ(busbar({"decode", "--hex", "hello"}).code, exit_data);
}

TEST(Profile, ListShowsDevicesAndTheirQueries) {
  const auto result = busbar({"profile", "list"});
  EXPECT_EQ(result.code, exit_ok);
  EXPECT_THAT(result.out, HasSubstr("orion1000"));
  EXPECT_THAT(result.out, HasSubstr("query voltages"));
  EXPECT_THAT(result.out, HasSubstr("write forbid_discharge"));
}

TEST(Profile, CheckRunsTheExamplesOfABuiltInProfile) {
  const auto result = busbar({"profile", "check", "orion1000"});
  EXPECT_EQ(result.code, exit_ok) << result.err;
  EXPECT_THAT(result.out, HasSubstr("valid"));
}

TEST(Profile, CheckNamesThePlaceOfAMistake) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("bad.yaml", "profile: bad\nprotocl: orion\n");
  const auto result = busbar({"profile", "check", path});
  EXPECT_EQ(result.code, exit_data);
  EXPECT_THAT(result.err, HasSubstr(path + ":2:1"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'protocol'?"));
}

TEST(Profile, ShowPrintsAFileThatChecks) {
  const auto shown = busbar({"profile", "show", "orion1000"});
  ASSERT_EQ(shown.code, exit_ok);
  const test::TemporaryDirectory directory;
  EXPECT_EQ(busbar({"profile", "check", directory.write("orion1000.yaml", shown.out)}).code, exit_ok);
}

// Nothing listens on the discard port: whatever is refused below is refused before anything is opened.
const std::vector<std::string> nowhere{"--link", "tcp://127.0.0.1:9"};

CapturedOutput raw(const std::string& hex) {
  auto words = std::vector<std::string>{"raw", "--hex", hex};
  words.insert(words.end(), nowhere.begin(), nowhere.end());
  return busbar(words);
}

TEST(Raw, RefusesAWriteTheSiteDoesNotAllow) {
  const auto result = raw("ead10104ff1ae1f5");
  EXPECT_EQ(result.code, exit_no_permission);
  EXPECT_THAT(result.err, HasSubstr("allow_writes: [forbid_discharge]"));
}

/// `busbar set` with a site file that allows `allowed`, on a device that is not there.
CapturedOutput set(const std::string& allowed, std::vector<std::string> words) {
  const test::TemporaryDirectory directory;
  const auto file = directory.write("busbar.yaml",
                                    "version: 1\nchannels: {bus: {link: \"tcp://127.0.0.1:9\"}}\n"
                                    "devices: {pack: {profile: orion1000, allow_writes: [" +
                                        allowed + "]}}\nsinks: {screen: {type: screen}}\n");
  words.insert(words.begin(), {"set", "--config", file});
  return busbar(words);
}

TEST(Set, RefusesWhatTheSiteDoesNotAllow) {
  for (const auto* name : {"charge_mos", "allow_discharge", "forbid_discharge", "forbid_charge"}) {
    const auto result = set("discharge_mos", {"pack", name, "on"});
    EXPECT_EQ(result.code, exit_no_permission) << name;
    EXPECT_THAT(result.out, HasSubstr("refused: the site file does not allow it")) << name;
    EXPECT_THAT(result.out, HasSubstr("allow_writes: [" + std::string{name} + "]"));
  }
  EXPECT_EQ(set("", {"pack", "discharge_mos", "off"}).code, exit_no_permission) << "off by default";
}

TEST(Set, RefusesValuesThereAreNot) {
  for (const auto* value : {"", "ON", " on", "on ", "1", "true", "toggle", "on\n", "on;off", "*"}) {
    const auto result = set("discharge_mos", {"pack", "discharge_mos", value});
    EXPECT_EQ(result.code, exit_data) << value;
    EXPECT_THAT(result.out, HasSubstr("takes one of: on, off"));
  }
}

TEST(Set, KnowsNoOtherNames) {
  EXPECT_THAT(set("", {"pack", "discharg_mos", "on"}).err, HasSubstr("did you mean 'discharge_mos'?"));
  EXPECT_EQ(set("", {"pack", "Discharge_mos", "on"}).code, exit_usage);
  EXPECT_EQ(set("", {"pack", "../discharge_mos", "on"}).code, exit_usage);
  EXPECT_THAT(set("", {"pak", "discharge_mos", "on"}).err, HasSubstr("no device 'pak'"));
  EXPECT_EQ(set("", {"pack", "discharge_mos"}).code, exit_usage);
  EXPECT_EQ(set("", {}).code, exit_usage);
}

TEST(Set, ListsWhatThereIsAndWhatIsAllowed) {
  const auto result = set("\"^dis.*$\"", {"pack"});
  EXPECT_EQ(result.code, exit_ok);
  EXPECT_THAT(result.out, HasSubstr("allowed  discharge_mos: switch (one of: on, off)"));
  EXPECT_THAT(result.out, HasSubstr("         charge_mos: switch"));
}

TEST(Set, ListsWhatThePageShows) {
  std::ifstream page{std::string{BUSBAR_SOURCE_DIR} + "/docs/writes.md"};
  const std::string text{std::istreambuf_iterator<char>{page}, {}};
  EXPECT_THAT(text, HasSubstr("$ busbar set pack1\n" + set("discharge_mos", {"pack"}).out + "$ busbar set"));
}

TEST(Raw, RefusesCommandsThatMustNeverBeSent) {
  // Calibration, serial number, date, shutdown: valid frames all.
  for (const auto* hex : {"ead10104ff0ff4f5", "ead10104ff10ebf5", "ead10104ff12e9f5", "ead10104ff13e8f5"}) {
    EXPECT_EQ(raw(hex).code, exit_no_permission) << hex;
  }
}

TEST(Raw, RefusesBrokenFrames) {
  EXPECT_EQ(raw("ead10104ff02f8f5").code, exit_data);
  EXPECT_EQ(raw("ead10104ff02f9").code, exit_data);
  EXPECT_EQ(raw("ead10104ff02f9f5ead10104ff13e8f5").code, exit_data);
}

TEST(Raw, SaysWhenNobodyListens) {
  const auto result = raw("ead10104ff02f9f5");
  EXPECT_EQ(result.code, exit_temporary);
  EXPECT_THAT(result.err, HasSubstr("127.0.0.1:9"));
}

TEST(Status, SuggestsTheNearestProfile) {
  const auto result = busbar({"status", "--link", "tcp://127.0.0.1:9", "--profile", "orion100"});
  EXPECT_EQ(result.code, exit_usage);
  EXPECT_THAT(result.err, HasSubstr("did you mean 'orion1000'?"));
}

TEST(Simulate, ExplainsABadFault) {
  const auto result = busbar({"simulate", "orion", "--fault", "silnt"});
  EXPECT_EQ(result.code, exit_usage);
  EXPECT_THAT(result.err, HasSubstr("silent"));
}

TEST(Simulate, RefusesNumbersOutOfRange) {
  EXPECT_EQ(busbar({"simulate", "orion", "--count", "0"}).code, exit_usage);
  EXPECT_EQ(busbar({"simulate", "orion", "--cells", "many"}).code, exit_usage);
  EXPECT_EQ(busbar({"simulate", "orion", "--listen", "nowhere"}).code, exit_usage);
  EXPECT_EQ(busbar({"simulate", "toaster"}).code, exit_usage);
}

}  // namespace
}  // namespace busbar::app
