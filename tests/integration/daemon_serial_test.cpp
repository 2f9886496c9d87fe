// A serial link: the simulator behind a pseudo terminal.
#include "support/finished.hpp"
#include "support/pack_facts.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace busbar::test {
namespace {

class Serial : public ::testing::Test {
 protected:
  TemporaryDirectory directory;
  std::string terminal = directory.path() + "/ttyPack";
  std::string link = "serial:" + terminal + "?baud=9600";
};

TEST_F(Serial, IsPolledOnce) {
  const Simulator packs{BUSBAR_BINARY, {.count = 2, .cells = 6, .pty = terminal}};
  const auto config = directory.write(
      "busbar.yaml", to_yaml({.link = link, .packs = 2, .sinks = "  screen: {format: jsonl}\n"}));
  const auto result = run_to_end({BUSBAR_BINARY, "--once", "--config", config});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto lines = lines_of(result.out);
  EXPECT_THAT(lines, ::testing::SizeIs(6));
  for (const auto& line : lines) {
    EXPECT_EQ(impossible(line, line.find("\"pack1\"") != std::string::npos ? 1 : 2, 6), "");
  }
}

TEST_F(Serial, IsReadRightUnderNoise) {
  const Simulator packs{BUSBAR_BINARY,
                        {.cells = 6, .faults = {"garbage@0.3", "at_noise@0.3", "echo@0.3"}, .pty = terminal}};
  const auto config =
      directory.write("busbar.yaml", to_yaml({.link = link, .sinks = "  screen: {format: jsonl}\n"}));
  Process daemon{{BUSBAR_BINARY, "--config", config}};
  EXPECT_TRUE(eventually([&] { return lines_of(daemon.out()).size() >= 30; }, seconds{60})) << daemon.err();
  for (const auto& line : lines_of(daemon.out())) EXPECT_EQ(impossible(line, 1, 6), "");
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Serial, SurvivesAnAdapterThatIsPulledAndPluggedAgain) {
  Simulator packs{BUSBAR_BINARY, {.cells = 6, .pty = terminal}};
  const auto config =
      directory.write("busbar.yaml", to_yaml({.link = link, .sinks = "  screen: {format: jsonl}\n"}));
  Process daemon{{BUSBAR_BINARY, "--config", config}};
  ASSERT_TRUE(eventually([&] { return lines_of(daemon.out()).size() >= 3; })) << daemon.err();
  packs.kill();
  EXPECT_TRUE(eventually([&] { return daemon.err().find("pack1 is offline") != std::string::npos; }))
      << daemon.err();
  packs.start();
  const auto before = lines_of(daemon.out()).size();
  EXPECT_TRUE(eventually([&] { return lines_of(daemon.out()).size() >= before + 3; })) << daemon.err();
  EXPECT_TRUE(daemon.running());
}

TEST_F(Serial, NamesTheDeviceFileThatIsNotThere) {
  const auto config = directory.write("busbar.yaml", to_yaml({.link = link}));
  const auto result = run_to_end({BUSBAR_BINARY, "--once", "--config", config});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, ::testing::HasSubstr(terminal));
}

}  // namespace
}  // namespace busbar::test
