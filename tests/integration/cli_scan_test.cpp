// busbar scan mbus, and busbar mbus get-info, read, monitor and what changes a meter, against simulated
// meters.
#include "support/finished.hpp"
#include "support/simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>

namespace busbar::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Finished busbar(std::vector<std::string> words) {
  words.insert(words.begin(), BUSBAR_BINARY);
  return run_to_end(std::move(words));
}
/// Nobody is where nobody is expected: a busy machine must not turn a meter into nobody.
Finished scan(std::vector<std::string> words) {
  words.insert(words.begin(), {"scan", "mbus"});
  words.insert(words.end(), {"--baud", "38400", "--timeout", "500"});
  return busbar(std::move(words));
}
SimulatorOptions meters(unsigned count, std::vector<std::string> faults = {}) {
  return {.family = "mbus", .count = count, .faults = std::move(faults)};
}

// --- scan
TEST(ScanMbus, PrintsASiteFileThatPollsWhatItFound) {
  const Simulator bus{BUSBAR_BINARY, meters(3)};
  const auto result = scan({bus.url(), "--to", "4"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("address 2: 12345002 PAD version 1, water"));
  EXPECT_THAT(result.err, HasSubstr("3 found"));
  EXPECT_THAT(result.out, HasSubstr("heat_12345001: {channel: mbus, profile: mbus, address: 1}"));
  const TemporaryDirectory directory;
  const auto file = directory.write("site.yaml", result.out + "sinks: {screen: {format: jsonl}}\n");
  const auto polled = busbar({"--config", file, "--once"});
  EXPECT_EQ(polled.code, 0) << polled.err;
  for (const auto* id : {"heat_12345001", "water_12345002", "electricity_12345003"})
    EXPECT_THAT(polled.out, HasSubstr(id));
}

TEST(ScanMbus, FindsSecondaryAddressesUnderAMask) {
  const Simulator bus{BUSBAR_BINARY, meters(2)};
  const auto result = scan({bus.url(), "--mask", "1234500F", "--retries", "0", "--json"});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  ASSERT_EQ(json.at("meters").size(), 2U);
  EXPECT_EQ(json.at("meters")[1].at("address"), "1234500224400107");
  EXPECT_EQ(json.at("meters")[1].at("primary"), 2);
  EXPECT_EQ(json.at("whole"), true);
  EXPECT_THAT(json.at("oddities"), IsEmpty());
}

TEST(ScanMbus, SaysWhatToCheckWhenNobodyAnswers) {
  const Simulator bus{BUSBAR_BINARY, meters(1, {"silent"})};
  const auto result = busbar({"scan", "mbus", bus.url(), "--to", "1", "--timeout", "50"});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, AllOf(HasSubstr("no meter answered"), HasSubstr("--secondary")));
}

TEST(ScanMbus, ShowsWhatItFoundBeforeItWasInterrupted) {
  const Simulator bus{BUSBAR_BINARY, meters(2)};
  Process running{{BUSBAR_BINARY, "scan", "mbus", bus.url(), "--timeout", "60000", "--from", "1"}};
  ASSERT_TRUE(eventually([&] { return running.err().find("2 found") != std::string::npos; }));
  running.signal(SIGINT);
  EXPECT_EQ(running.wait(), 75);
  EXPECT_THAT(running.err(), HasSubstr("interrupted"));
  EXPECT_THAT(running.out(), AllOf(HasSubstr("heat_12345001"), HasSubstr("water_12345002")));
}

TEST(ScanMbus, FailsAtOnceOnADeadPort) {
  const auto result = busbar({"scan", "mbus", "tcp://127.0.0.1:" + std::to_string(free_port())});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, AllOf(HasSubstr("efused"), HasSubstr("one connection only")));
}

TEST(ScanMbus, RefusesWhatMakesNoSense) {
  const std::string link = "tcp://127.0.0.1:1";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"scan"},
                                             {"scan", "modbus", link},
                                             {"scan", "mbus"},
                                             {"scan", "mbus", "tcp://no-port"},
                                             {"scan", "mbus", link, "--from", "9", "--to", "3"},
                                             {"scan", "mbus", link, "--to", "251"},
                                             {"scan", "mbus", link, "--mask", "12"},
                                             {"scan", "mbus", link, "--baud", "1234"},
                                             {"scan", "mbus", link, "--timeout", "1"}}) {
    const auto result = busbar(words);
    EXPECT_EQ(result.code, 64) << testing::PrintToString(words);
    EXPECT_THAT(result.err, Not(IsEmpty()));
  }
}

// --- one meter
TEST(MbusMeter, IsShownAndRead) {
  const Simulator bus{BUSBAR_BINARY, meters(2)};
  const auto info = busbar({"mbus", "get-info", bus.url(), "12345002"});
  EXPECT_EQ(info.code, 0) << info.err;
  EXPECT_THAT(info.out, AllOf(HasSubstr("12345002 PAD version 1, water"), HasSubstr("primary address 2"),
                              HasSubstr("no problem")));
  const auto read = busbar({"mbus", "read", bus.url(), "2"});
  EXPECT_EQ(read.code, 0) << read.err;
  EXPECT_THAT(read.out, AllOf(HasSubstr("Volume flow"), HasSubstr("2190 d")));
}

TEST(MbusMeter, IsGivenAsJson) {
  const Simulator bus{BUSBAR_BINARY, {.family = "mbus", .variant = "two-telegrams"}};
  const auto info = nlohmann::json::parse(busbar({"mbus", "get-info", bus.url(), "1", "--json"}).out);
  EXPECT_EQ(info.at("id"), "12345001");
  EXPECT_EQ(info.at("more_telegrams"), true);
  const auto read = nlohmann::json::parse(busbar({"mbus", "read", bus.url(), "1", "--json"}).out);
  ASSERT_EQ(read.at("telegrams").size(), 2U);
  EXPECT_EQ(read.at("telegrams")[0].at("records")[0].at("quantity"), "energy");
  EXPECT_EQ(read.at("telegrams")[1].at("records")[1].at("value"), "2014-12-31");
}

TEST(MbusMeter, IsMonitoredLineByLine) {
  const Simulator bus{BUSBAR_BINARY, meters(1)};
  const auto result = busbar({"mbus", "monitor", bus.url(), "1", "--every", "1s", "--count", "2"});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 2U);
  const auto json = nlohmann::json::parse(lines[1]);
  EXPECT_EQ(json.at("address"), "1");
  EXPECT_EQ(json.at("readings").at("flow_temperature"), 62.5);
}

TEST(MbusMeter, IsMonitoredOverItsFailures) {
  const Simulator bus{BUSBAR_BINARY, meters(1, {"silent"})};
  const auto result =
      busbar({"mbus", "monitor", bus.url(), "1", "--every", "1s", "--count", "2", "--timeout", "50"});
  EXPECT_EQ(result.code, 0);
  ASSERT_EQ(lines_of(result.out).size(), 2U);
  EXPECT_EQ(nlohmann::json::parse(lines_of(result.out)[1]).at("error"), "timeout");
}

TEST(MbusMeter, IsMissedWithAHint) {
  const Simulator bus{BUSBAR_BINARY, meters(1)};
  const auto result = busbar({"mbus", "read", bus.url(), "9", "--timeout", "100"});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, AllOf(HasSubstr("no meter acknowledges address 9"), HasSubstr("busbar scan mbus")));
}

// --- what changes a meter
TEST(MbusChange, IsRefusedWithoutConfirmation) {
  const Simulator bus{BUSBAR_BINARY, meters(1)};
  const auto result = busbar({"mbus", "set-address", bus.url(), "1", "9", "--timeout", "500"});
  EXPECT_EQ(result.code, 77);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("Give meter 12345001 PAD the primary address 9?"), HasSubstr("--yes")));
  EXPECT_EQ(busbar({"mbus", "get-info", bus.url(), "1"}).code, 0) << "it is where it was";
}

TEST(MbusChange, GivesAMeterAnAddressAndLooks) {
  const Simulator bus{BUSBAR_BINARY, meters(2)};
  const auto moved = busbar({"mbus", "set-address", bus.url(), "12345001", "9", "--yes", "--timeout", "500"});
  EXPECT_EQ(moved.code, 0) << moved.err;
  EXPECT_THAT(moved.out, HasSubstr("answers at address 9"));
  const auto taken = busbar({"mbus", "set-address", bus.url(), "9", "2", "--yes", "--timeout", "500"});
  EXPECT_EQ(taken.code, 76);
  EXPECT_THAT(taken.err, HasSubstr("a meter answers at address 2 already; nothing was changed"));
}

TEST(MbusChange, ResetsAndSetsTheSpeed) {
  const Simulator bus{BUSBAR_BINARY, meters(1)};
  EXPECT_THAT(busbar({"mbus", "reset", bus.url(), "1", "--subcode", "50", "--yes"}).out,
              HasSubstr("acknowledged"));
  EXPECT_THAT(busbar({"mbus", "set-baud", bus.url(), "1", "9600", "--yes"}).out,
              HasSubstr("set the gateway to 9600 baud now"));
}

TEST(MbusChange, FollowsASerialPortToTheNewSpeed) {
  const TemporaryDirectory directory;
  const auto port = directory.path() + "/port";
  const Simulator bus{BUSBAR_BINARY, {.family = "mbus", .pty = port}};
  const auto result = busbar({"mbus", "set-baud", port, "12345001", "9600", "--yes"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("answers at 9600 baud"));
}

TEST(MbusChange, RefusesWhatMakesNoSense) {
  const std::string link = "tcp://127.0.0.1:1";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"mbus", "read", link},
                                             {"mbus", "read", link, "300x"},
                                             {"mbus", "read", link, "1", "2"},
                                             {"mbus", "set-address", link, "1"},
                                             {"mbus", "set-address", link, "1", "251"},
                                             {"mbus", "set-address", link, "254", "1"},
                                             {"mbus", "set-baud", link, "1", "1234"},
                                             {"mbus", "reset", link, "1", "--subcode", "xyz"},
                                             {"mbus", "monitor", link, "1", "--every", "10ms"}}) {
    EXPECT_EQ(busbar(words).code, 64) << testing::PrintToString(words);
  }
}

}  // namespace
}  // namespace busbar::test
