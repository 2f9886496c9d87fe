// busbar --once with the real program: what comes on which stream, and which exit code.
#include "support/finished.hpp"
#include "support/pack_facts.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Once : public ::testing::Test {
 protected:
  [[nodiscard]] Finished once(const std::string& yaml,
                              std::map<std::string, std::string> environment = {}) const {
    const auto config = directory.write("busbar.yaml", yaml);
    return run_to_end({BUSBAR_BINARY, "--config", config, "--once"}, std::move(environment));
  }
  TemporaryDirectory directory;
};

TEST_F(Once, GivesOneJsonLineForEveryQueryOfEveryDevice) {
  const Simulator packs{BUSBAR_BINARY, {.count = 2, .cells = 16}};
  const auto result =
      once(to_yaml({.link = packs.url(), .packs = 2, .sinks = "  screen: {format: jsonl}\n"}));
  EXPECT_EQ(result.code, 0) << result.err;
  const auto lines = lines_of(result.out);
  EXPECT_THAT(lines, SizeIs(6));
  for (const auto& line : lines) {
    const unsigned address = line.find("\"pack1\"") != std::string::npos ? 1 : 2;
    EXPECT_EQ(impossible(line, address, 16), "");
  }
}

TEST_F(Once, KeepsTheLogOffStandardOutput) {
  const Simulator packs{BUSBAR_BINARY};
  const auto config =
      directory.write("busbar.yaml", to_yaml({.link = packs.url(), .sinks = "  screen: {format: jsonl}\n"}));
  const auto result = run_to_end({BUSBAR_BINARY, "--config", config, "--once", "--log-level", "trace"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("ea d1 01 04 ff 02 f9 f5"));
  for (const auto& line : lines_of(result.out)) EXPECT_EQ(impossible(line, 1, 4), "");
}

TEST_F(Once, ShowsATableWithUnits) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result = once(to_yaml({.link = packs.url(), .sinks = "  screen:\n"}));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("pack1"));
  EXPECT_THAT(result.out, HasSubstr("Cell 4 voltage"));
  EXPECT_THAT(result.out, HasSubstr(" V"));
  EXPECT_THAT(result.out, HasSubstr("°C"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b["))) << "colour belongs on a terminal only";
}

TEST_F(Once, NamesTheDeviceThatIsSilentAndStillGivesTheOthers) {
  const Simulator packs{BUSBAR_BINARY, {.count = 3, .faults = {"silent#2"}}};
  const auto result =
      once(to_yaml({.link = packs.url(), .packs = 3, .sinks = "  screen: {format: jsonl}\n"}));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, HasSubstr("pack2"));
  EXPECT_THAT(result.err, Not(HasSubstr("pack3 did not answer")));
  EXPECT_THAT(result.out, HasSubstr("\"pack1\""));
  EXPECT_THAT(result.out, Not(HasSubstr("\"pack2\"")));
  EXPECT_THAT(result.out, HasSubstr("\"pack3\""));
}

TEST_F(Once, AnswersTheFirstRequestAfterAConnectBeingLostWithARetry) {
  const Simulator packs{BUSBAR_BINARY, {.faults = {"lost_first"}}};
  const auto result = once(to_yaml({.link = packs.url(), .sinks = "  screen: {format: jsonl}\n"}));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(lines_of(result.out), SizeIs(3));
}

TEST_F(Once, ReportsADeviceServerThatDoesNotListen) {
  const auto url = "tcp://127.0.0.1:" + std::to_string(free_port());
  const auto result = once(to_yaml({.link = url, .sinks = "  screen: {format: jsonl}\n"}));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, HasSubstr("pack1"));
  EXPECT_THAT(result.err, HasSubstr("efused"));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(Once, RefusesABadConfigurationWithThePlace) {
  const auto result =
      once("version: 1\nchannels:\n  bus: {lnik: tcp://127.0.0.1:1}\ndevices:\n  p: {profile: orion1000}\n");
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(result.err, HasSubstr(directory.path() + "/busbar.yaml:3:"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'link'?"));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(Once, RefusesAMissingConfiguration) {
  const auto result = run_to_end({BUSBAR_BINARY, "--config", directory.path() + "/no.yaml", "--once"});
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(result.err, HasSubstr("no.yaml"));
}

TEST_F(Once, ReportsABrokerThatIsDown) {
  const Simulator packs{BUSBAR_BINARY};
  const auto broker = "mqtt://127.0.0.1:" + std::to_string(free_port());
  const auto result = once(to_yaml(
      {.link = packs.url(), .sinks = "  mqtt: {url: \"" + broker + "\"}\n  screen: {format: jsonl}\n"}));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, HasSubstr("sink mqtt"));
  EXPECT_THAT(result.err, HasSubstr("not delivered"));
  EXPECT_THAT(lines_of(result.out), SizeIs(3)) << "the other outputs still work";
}

TEST_F(Once, LeavesATextfileThatPromtoolAccepts) {
  const Simulator packs{BUSBAR_BINARY};
  const auto file = directory.path() + "/busbar.prom";
  const auto result = once(to_yaml({.link = packs.url(), .sinks = "  textfile: {path: " + file + "}\n"}));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, IsEmpty());
  const auto checked = run_to_end({"sh", "-c", "promtool check metrics < " + file});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  std::ifstream stream{file};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  EXPECT_THAT(text, HasSubstr("device=\"pack1\""));
}

TEST_F(Once, ReportsATextfileThatCannotBeWritten) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result = once(to_yaml(
      {.link = packs.url(), .sinks = "  textfile: {path: " + directory.path() + "/missing/busbar.prom}\n"}));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, HasSubstr("/missing does not exist"));
}

TEST_F(Once, SurvivesAReaderThatLeft) {
  const Simulator packs{BUSBAR_BINARY};
  const auto config =
      directory.write("busbar.yaml", to_yaml({.link = packs.url(), .sinks = "  screen: {format: jsonl}\n"}));
  const auto result =
      run_to_end({"bash", "-c", "exec " BUSBAR_BINARY " --once --config '" + config + "' > >(exec true)"});
  EXPECT_LT(result.code, 128) << "ended by a signal: " << result.err;
  EXPECT_NE(result.code, -1);
}

}  // namespace
}  // namespace busbar::test
