// Recording, explaining and replaying with the real program: what a user attaches to a bug report.
#include "support/finished.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string content(const std::string& path) {
  std::ifstream stream{path};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

Finished busbar(std::vector<std::string> words) {
  words.insert(words.begin(), BUSBAR_BINARY);
  return run_to_end(std::move(words));
}

class Captured : public ::testing::Test {
 protected:
  std::string config(const std::string& url, unsigned packs, const std::string& format = "jsonl") {
    return directory.write(
        "busbar.yaml",
        to_yaml({.link = url, .packs = packs, .sinks = "  screen: {format: " + format + "}\n"}));
  }
  /// Runs the daemon with --record until it has given `lines` lines; what it gave.
  std::string run_recorded(const std::string& site, std::size_t lines) {
    Process daemon{{BUSBAR_BINARY, "run", "--config", site, "--record", file, "--log-level", "error"}};
    EXPECT_TRUE(eventually([&] { return lines_of(daemon.out()).size() >= lines; }, seconds{60}));
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(), 0);
    return daemon.out();
  }
  TemporaryDirectory directory;
  std::string file = directory.path() + "/bus.capture";
};

TEST_F(Captured, ReplayGivesTheSameOutputByteForByte) {
  const Simulator packs{BUSBAR_BINARY, {.count = 2, .cells = 16}};
  const auto live = run_recorded(config(packs.url(), 2), 12);
  const auto again = busbar({"replay", file});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, live);
}

TEST_F(Captured, ReplayGivesTheSameOutputOfALineFullOfFaults) {
  const Simulator packs{BUSBAR_BINARY,
                        {.count = 3,
                         .faults = {"silent@0.1", "late:430ms@0.1", "garbage@0.1", "truncated@0.1",
                                    "wrong_address@0.1", "wrong_checksum@0.1", "dribble:1ms@0.1",
                                    "glued@0.05", "duplicate@0.2", "echo@0.2", "reset@0.05", "at_noise@0.1"},
                         .seed = 5}};
  const auto live = run_recorded(config(packs.url(), 3), 40);
  const auto again = busbar({"replay", file, "--log-level", "error"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, live);
  EXPECT_THAT(again.err, IsEmpty());
}

TEST_F(Captured, ReplayOfAnAnswerOverSeveralFramesIsTheSame) {
  const Simulator packs{BUSBAR_BINARY, {.cells = 200}};
  const auto live = run_recorded(config(packs.url(), 1), 4);
  EXPECT_THAT(live, HasSubstr("cell_200_voltage"));
  EXPECT_EQ(busbar({"replay", file}).out, live);
}

TEST_F(Captured, ReplayOfProductsThatAreOnlyListenedToIsTheSame) {
  const Simulator shunt{BUSBAR_BINARY,
                        {.family = "vedirect", .faults = {"wrong_checksum@0.2", "at_noise@0.2"}}};
  const auto site = directory.write(
      "listen.yaml",
      "version: 1\nchannels:\n  bus: {link: \"" + shunt.url() +
          "\"}\ndevices:\n  b: {profile: victron_bmv, intervals: {realtime: 1s, history: 1s}}\n"
          "sinks:\n  screen: {format: jsonl}\n");
  const auto live = run_recorded(site, 6);
  const auto again = busbar({"replay", file});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, live);
  EXPECT_THAT(busbar({"decode", file}).out, HasSubstr("b realtime: heard"));
}

TEST_F(Captured, ReplayOfASingleRoundShowsWhoDidNotAnswer) {
  const Simulator packs{BUSBAR_BINARY, {.count = 2, .faults = {"silent#2"}}};
  const auto site = config(packs.url(), 2, "json");
  const auto live = busbar({"run", "--once", "--config", site, "--record", file});
  EXPECT_EQ(live.code, 75);
  const auto again = busbar({"replay", file, "--format", "json"});
  EXPECT_EQ(again.out, live.out) << "the words of the reasons, too";
  EXPECT_THAT(again.out, HasSubstr("timeout: no answer within 400 ms"));
}

TEST_F(Captured, ReplayReachesTheSinksOfASiteFile) {
  const Simulator packs{BUSBAR_BINARY};
  const auto live = run_recorded(config(packs.url(), 1), 3);
  const auto prom = directory.path() + "/out.prom";
  const auto other = directory.write(
      "other.yaml", to_yaml({.link = "tcp://192.0.2.1:1", .sinks = "  textfile: {path: " + prom + "}\n"}));
  const auto again = busbar({"replay", file, "--config", other});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, IsEmpty());
  EXPECT_THAT(content(prom), HasSubstr("device=\"pack1\""));
}

TEST_F(Captured, SeveralChannelsAreRecordedSideBySideAndReplayedTogether) {
  const Simulator left{BUSBAR_BINARY};
  const Simulator right{BUSBAR_BINARY};
  const auto site = directory.write(
      "two.yaml", "version: 1\nchannels:\n  left: {link: \"" + left.url() +
                      "\", after_connect: 0}\n  right: {link: \"" + right.url() +
                      "\", after_connect: 0}\ndefaults:\n  device: {profile: orion1000}\ndevices:\n"
                      "  a: {channel: left}\n  b: {channel: right}\nsinks:\n  screen: {format: jsonl}\n");
  const auto live = busbar({"run", "--once", "--config", site, "--record", directory.path()});
  EXPECT_EQ(live.code, 0) << live.err;
  const auto again =
      busbar({"replay", directory.path() + "/left.capture", directory.path() + "/right.capture"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, live.out);
}

TEST_F(Captured, ReplaySaysWhatIsDifferentFromTheRecording) {
  const Simulator packs{BUSBAR_BINARY};
  (void)run_recorded(config(packs.url(), 1), 3);
  auto text = content(file);
  // One bit of a recorded answer flipped: it was an answer then, it is none now.
  const auto answer = text.find(" < ead101");
  text[answer + 20] = text[answer + 20] == '0' ? '1' : '0';
  const auto damaged = directory.write("damaged.capture", text);
  const auto again = busbar({"replay", damaged, "--log-level", "error"});
  EXPECT_EQ(again.code, 65);
  EXPECT_THAT(again.err, HasSubstr("recorded as ok"));
  EXPECT_THAT(lines_of(again.out), Not(IsEmpty())) << "the rest is played all the same";
}

TEST_F(Captured, AFileThatIsNoneIsRefusedWithThePlace) {
  const auto other = directory.write("notes.txt", "busbar-capture 1\nversion 1\nhello\n");
  for (const std::string command : {"replay", "decode"}) {
    const auto result = busbar({command, other});
    EXPECT_EQ(result.code, 65);
    EXPECT_THAT(result.err, HasSubstr(other + ":3:1: expected 'channel', found 'hello'"));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(Captured, KilledRecorderLeavesAFileThatCanBeReplayed) {
  const Simulator packs{BUSBAR_BINARY};
  const auto site = config(packs.url(), 1);
  {
    const Process daemon{{BUSBAR_BINARY, "run", "--config", site, "--record", file}};
    ASSERT_TRUE(eventually([&] { return content(file).find("done 5 ") != std::string::npos; }, seconds{60}));
  }  // SIGKILL
  const auto again = busbar({"replay", file});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_GE(lines_of(again.out).size(), 4u);
}

TEST_F(Captured, FileHoldsNeitherHostsNorPasswords) {
  const Simulator packs{BUSBAR_BINARY};
  const auto site = directory.write(
      "secret.yaml",
      to_yaml(
          {.link = "tcp://localhost:" + std::to_string(packs.port()),
           .sinks = "  mqtt: {url: \"mqtt://broker.example:1\", username: alice, password: s3cret-word}\n"}));
  const auto run = busbar({"capture", "--config", site, "--duration", "1s", "--output", file});
  EXPECT_EQ(run.code, 0) << run.err;
  const auto text = content(file);
  EXPECT_THAT(text, HasSubstr("> 1 pack1 "));
  for (const std::string secret :
       {"localhost", "127.0.0.1", std::to_string(packs.port()).c_str(), "alice", "s3cret", "broker.example"})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
}

TEST_F(Captured, CaptureEndsAtItsLimit) {
  const Simulator packs{BUSBAR_BINARY, {.cells = 250}};
  const auto site = directory.write(
      "busy.yaml", to_yaml({.link = packs.url(), .intervals = "voltages: 10ms, status: off, capacity: off"}));
  const auto run = busbar({"capture", "--config", site, "--limit", "64k", "--output", file});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("its limit is reached"));
  EXPECT_LE(std::filesystem::file_size(file), 65536u + 100);
  EXPECT_EQ(busbar({"replay", file}).code, 0);
}

TEST_F(Captured, CaptureNeedsNoSiteFileAndOverwritesNothing) {
  const Simulator packs{BUSBAR_BINARY};
  const std::vector<std::string> command{"capture", "--link",   packs.url(), "--duration",
                                         "500ms",   "--output", file};
  EXPECT_EQ(busbar(command).code, 0);
  const auto second = busbar(command);
  EXPECT_EQ(second.code, 64);
  EXPECT_THAT(second.err, HasSubstr("exists already"));
}

TEST_F(Captured, CaptureThatOnlyListensAsksNothing) {
  Simulator packs{BUSBAR_BINARY};
  EXPECT_EQ(
      busbar({"capture", "--link", packs.url(), "--duration", "300ms", "--listen", "--output", file}).code,
      0);
  EXPECT_THAT(content(file), Not(HasSubstr(" > ")));
  EXPECT_THAT(packs.stop(), HasSubstr(" 0 requests"));
}

TEST_F(Captured, CommandLinesThatCannotWorkAreRefused) {
  const auto site = directory.write(
      "two.yaml",
      "version: 1\nchannels:\n  left: {link: \"tcp://192.0.2.1:1\"}\n  right: {link: \"tcp://192.0.2.2:1\"}\n"
      "defaults:\n  device: {profile: orion1000}\ndevices:\n  a: {channel: left}\n  b: {channel: right}\n");
  const auto refused = [](const Finished& result) { return result.code == 64 ? result.err : "ran"; };
  EXPECT_THAT(refused(busbar({"capture", "--config", site})),
              HasSubstr("Say --channel; there are: left, right"));
  EXPECT_THAT(refused(busbar({"capture", "--config", site, "--channel", "up"})),
              HasSubstr("no channel 'up'"));
  EXPECT_THAT(refused(busbar({"capture", "--config", site, "--channel", "left", "--duration", "x"})),
              HasSubstr("--duration is 'x'"));
  EXPECT_THAT(refused(busbar({"capture", "--config", site, "--channel", "left", "--limit", "1"})),
              HasSubstr("at least 64k"));
  EXPECT_THAT(refused(busbar({"capture", "--config", site, "--channel", "left", "--output", "/nowhere/x"})),
              HasSubstr("the directory /nowhere does not exist"));
  EXPECT_THAT(refused(busbar({"run", "--config", site, "--record", file})),
              HasSubstr("one file cannot hold 2 channels"));
  EXPECT_THAT(refused(busbar({"replay"})), HasSubstr("which file?"));
  EXPECT_THAT(refused(busbar({"replay", "x", "--speed", "-1"})), HasSubstr("--speed"));
  EXPECT_THAT(refused(busbar({"replay", "x", "--format", "xml"})), HasSubstr("jsonl, json or table"));
}

TEST_F(Captured, DecodeTellsWhatBecameOfEveryFrame) {
  const Simulator packs{BUSBAR_BINARY,
                        {.count = 2, .faults = {"wrong_checksum#2", "echo#1", "duplicate#1", "at_noise#1"}}};
  const auto site = config(packs.url(), 2);
  (void)busbar({"run", "--once", "--config", site, "--record", file});
  const auto result = busbar({"decode", file});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("channel bus, protocol orion manufacturer"));
  EXPECT_THAT(result.out, HasSubstr("device pack2: profile orion1000, address 2"));
  EXPECT_THAT(result.out, HasSubstr("echo of the request"));
  EXPECT_THAT(result.out, HasSubstr("the answer\n    query voltages, address 1"));
  EXPECT_THAT(result.out, HasSubstr("u16 3315 → scale:0.001 3.315  3.315 V"));
  EXPECT_THAT(result.out, HasSubstr("belong to no valid frame: bad_checksum"));
  EXPECT_THAT(result.out, HasSubstr("foreign: a valid frame from address 1"));
  EXPECT_THAT(result.out, HasSubstr("(pack2 voltages): failed, bad_checksum, 2 attempts"));
}

}  // namespace
}  // namespace busbar::test
