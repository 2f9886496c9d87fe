// The commands for a person at a terminal, with the real program and a simulated device server.
#include "support/finished.hpp"
#include "support/pack_facts.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Finished busbar(std::vector<std::string> words) {
  words.insert(words.begin(), BUSBAR_BINARY);
  return run_to_end(std::move(words));
}

TEST(Status, NeedsNoSiteFile) {
  const Simulator packs{BUSBAR_BINARY, {.cells = 8}};
  const auto result = busbar({"status", "--link", packs.url()});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Cell 8 voltage"));
  EXPECT_THAT(result.out, HasSubstr("State of charge"));
  EXPECT_THAT(result.out, HasSubstr("BUSBAR-SIMULATOR"));
}

TEST(Status, IsJsonForScripts) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result = busbar({"status", "--link", packs.url(), "--format", "json"});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto document = nlohmann::json::parse(result.out);
  ASSERT_THAT(document, SizeIs(1));
  EXPECT_EQ(document[0]["device"], "orion1000");
  EXPECT_EQ(document[0]["available"], true);
  EXPECT_EQ(document[0]["units"]["cell_01_voltage"], "V");
  EXPECT_EQ(document[0]["readings"]["serial_number"], "BUSBAR-SIMULATOR");
}

TEST(Status, IsOneJsonLineAReport) {
  const Simulator packs{BUSBAR_BINARY, {.count = 3, .cells = 7}};
  const auto result = busbar({"status", "--link", packs.url(), "--address", "3", "--format", "jsonl"});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto lines = lines_of(result.out);
  EXPECT_THAT(lines, SizeIs(4));
  for (const auto& line : lines) EXPECT_EQ(impossible(line, 3, 7), "");
}

TEST(Status, AsksOnlyTheChosenDevices) {
  const Simulator packs{BUSBAR_BINARY, {.count = 3, .faults = {"silent#1"}}};
  const TemporaryDirectory directory;
  const auto config = directory.write("busbar.yaml", to_yaml({.link = packs.url(), .packs = 3}));
  const auto result = busbar({"status", "--config", config, "pack3", "--format", "jsonl"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("\"pack3\""));
  EXPECT_THAT(result.out, Not(HasSubstr("\"pack2\"")));
}

TEST(Status, SaysSoWhenNobodyAnswers) {
  const Simulator packs{BUSBAR_BINARY, {.faults = {"silent"}}};
  const TemporaryDirectory directory;
  const auto config = directory.write("busbar.yaml", to_yaml({.link = packs.url()}));
  const auto result = busbar({"status", "--config", config, "--format", "json"});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, HasSubstr("pack1"));
  const auto document = nlohmann::json::parse(result.out);
  ASSERT_THAT(document, SizeIs(1));
  EXPECT_EQ(document[0]["available"], false);
  EXPECT_THAT(document[0]["readings"], SizeIs(0));
}

TEST(Cells, AreBarsWithTheLowestAndTheHighestMarked) {
  const Simulator packs{BUSBAR_BINARY, {.cells = 16}};
  const auto result = busbar({"cells", "--link", packs.url()});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("16 cells, spread 6 mV"));
  EXPECT_THAT(result.out, HasSubstr("lowest"));
  EXPECT_THAT(result.out, HasSubstr("highest"));
  EXPECT_THAT(lines_of(result.out), SizeIs(17));
}

TEST(Cells, AreCollectedOverSeveralFrames) {
  const Simulator packs{BUSBAR_BINARY, {.cells = 200}};
  const auto result = busbar({"cells", "--link", packs.url()});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("200 cells"));
  EXPECT_THAT(lines_of(result.out), SizeIs(201));
}

TEST(Raw, ShowsAndExplainsTheAnswer) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result = busbar({"raw", "--link", packs.url(), "--hex", "ea d1 01 04 ff 11 ea f5"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("> ea d1 01 04 ff 11 ea f5\n"));
  EXPECT_THAT(result.out, HasSubstr("< ea d1 01 15 ff 11 10 "));
  EXPECT_THAT(result.out, HasSubstr("BUSBAR-SIMULATOR"));
}

TEST(Raw, SendsNeitherBrokenNorForbiddenNorUnpermittedFrames) {
  Simulator packs{BUSBAR_BINARY};
  const auto link = packs.url();
  EXPECT_EQ(busbar({"raw", "--link", link, "--hex", "ea d1 01 04 ff 02 f8 f5"}).code, 65);  // checksum
  EXPECT_EQ(busbar({"raw", "--link", link, "--hex", "ea d1 01 04 ff 13 e8 f5"}).code, 77);  // shutdown
  const auto write = busbar({"raw", "--link", link, "--hex", "ea d1 01 04 ff 1a e1 f5"});
  EXPECT_EQ(write.code, 77);
  EXPECT_THAT(write.err, HasSubstr("allow_writes"));
  EXPECT_THAT(packs.stop(), HasSubstr(" 0 requests"));
}

TEST(Raw, SwitchesWhatTheSiteFileAllows) {
  const Simulator packs{BUSBAR_BINARY};
  const TemporaryDirectory directory;
  auto yaml = to_yaml({.link = packs.url()});
  yaml.replace(yaml.find("address: 1}"), 10, "address: 1, allow_writes: [forbid_discharge]");
  const auto config = directory.write("busbar.yaml", yaml);
  const auto allowed = busbar({"raw", "--config", config, "pack1", "--hex", "ea d1 01 04 ff 1a e1 f5"});
  EXPECT_EQ(allowed.code, 0) << allowed.err;
  EXPECT_THAT(allowed.out, HasSubstr("< ea d1 01 04 ff ff 04 f5\n"));
  EXPECT_EQ(busbar({"raw", "--config", config, "pack1", "--hex", "ea d1 01 04 ff 1c e7 f5"}).code, 77);
}

TEST(Raw, TellsSilenceFromAnAnswer) {
  const Simulator packs{BUSBAR_BINARY, {.faults = {"silent"}}};
  const auto result =
      busbar({"raw", "--link", packs.url(), "--timeout", "200", "--hex", "ea d1 01 04 ff 02 f9 f5"});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, HasSubstr("no answer"));
}

TEST(Decode, SkipsNoiseAndExplainsEveryField) {
  const auto result =
      busbar({"decode", "--hex", "41 54 0d 0a ea d1 01 0f ff 02 04 06 04 0c ef 0c f1 0c f0 0c f2 e8 f5"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("cell_04_voltage"));
  EXPECT_THAT(result.out, HasSubstr("3.314"));
}

TEST(Decode, RefusesAFrameWithAFlippedBit) {
  const auto result = busbar({"decode", "--hex", "ea d1 01 0f ff 02 04 06 04 0c ef 0c f1 0c f0 0c f3 e8 f5"});
  EXPECT_EQ(result.code, 65);
  EXPECT_THAT(result.out, Not(HasSubstr("3.314")));
}

TEST(Profile, OfTheBuildPassItsOwnExamples) {
  const auto result = busbar({"profile", "check", "orion1000", "orion1000_draft"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(Profile, WithAFailingExampleIsRefusedWithThePlace) {
  const TemporaryDirectory directory;
  auto text = busbar({"profile", "show", "orion1000"}).out;
  text.replace(text.find("cell_01_voltage: 3.311 V"), 24, "cell_01_voltage: 3.312 V");
  const auto file = directory.write("mine.yaml", text);
  const auto result = busbar({"profile", "check", file});
  EXPECT_EQ(result.code, 65);
  EXPECT_THAT(result.err, HasSubstr(file + ":"));
  EXPECT_THAT(result.err, HasSubstr("3.311"));
}

TEST(Profile, OfTheSiteDirectoryTakesTheBuiltInOnesPlace) {
  const Simulator packs{BUSBAR_BINARY};
  const TemporaryDirectory directory;
  auto text = busbar({"profile", "show", "orion1000"}).out;
  text.replace(text.find("model: Orion 1000"), 17, "model: Our 1000  ");
  directory.write("orion1000.yaml", text);
  const auto yaml = "profiles: .\n" + to_yaml({.link = packs.url(), .sinks = "  screen: {format: json}\n"});
  const auto config = directory.write("busbar.yml", yaml);
  const auto result = busbar({"--once", "--config", config});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Our 1000"));
}

}  // namespace
}  // namespace busbar::test
