// busbar probe with the real program against simulated device servers: what it finds can be polled at once.
#include "support/busy_gateway.hpp"
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

class Probe : public ::testing::Test {
 protected:
  [[nodiscard]] static Finished probe(std::vector<std::string> words) {
    words.insert(words.begin(), {BUSBAR_BINARY, "probe"});
    return run_to_end(std::move(words), {}, seconds{120});
  }
  /// Loads the printed site file, then reads every device in it once; the readings of all.
  [[nodiscard]] std::string polled(const std::string& site) const {
    const auto config = directory.write("busbar.yaml", site);
    const auto checked = run_to_end({BUSBAR_BINARY, "--config", config, "--check-config"});
    EXPECT_EQ(checked.code, 0) << site << checked.err;
    const auto with_sink = directory.write("sink.yaml", site + "sinks: {screen: {format: jsonl}}\n");
    const auto once = run_to_end({BUSBAR_BINARY, "--config", with_sink, "--once"});
    EXPECT_EQ(once.code, 0) << site << once.err;
    return once.out;
  }
  TemporaryDirectory directory;
};

// --- the command
TEST_F(Probe, ExplainsItself) {
  const auto result = probe({"--help"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("Usage: busbar probe LINK"), HasSubstr("tcp://192.168.1.50:26"),
                                HasSubstr("--addresses"), HasSubstr("--protocol"), HasSubstr("Exit codes:")));
}

TEST_F(Probe, WantsALink) {
  const auto result = probe({});
  EXPECT_EQ(result.code, 64);
  EXPECT_THAT(result.err, HasSubstr("which link?"));
  EXPECT_EQ(probe({"gateway:26"}).code, 64);
  EXPECT_THAT(probe({"tcp://gateway"}).err, HasSubstr("port"));
}

TEST_F(Probe, RefusesWhatItCannotTry) {
  const auto range = probe({"tcp://127.0.0.1:1", "--addresses", "9-1"});
  EXPECT_EQ(range.code, 64);
  EXPECT_THAT(range.err, HasSubstr("such as 1-16"));
  const auto protocol = probe({"tcp://127.0.0.1:1", "--protocol", "modem"});
  EXPECT_EQ(protocol.code, 64);
  EXPECT_THAT(protocol.err, AllOf(HasSubstr("modem"), HasSubstr("orion, daly")));
  EXPECT_EQ(probe({"tcp://127.0.0.1:1", "--timeout", "0"}).code, 64);
}

// --- what it finds
TEST_F(Probe, FindsPacksAndPrintsASiteFileThatReadsThem) {
  const Simulator packs{BUSBAR_BINARY, {.count = 3, .cells = 8, .faults = {"silent#2"}}};
  const auto result = probe({packs.url(), "--protocol", "orion", "--addresses", "1-4"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "version: 1\n"
            "channels:\n"
            "  bus1: {link: " +
                packs.url() +
                "}\n"
                "devices:\n"
                "  orion1000_1: {channel: bus1, profile: orion1000, address: 1}\n"
                "  orion1000_3: {channel: bus1, profile: orion1000, address: 3}\n");
  EXPECT_THAT(result.err, AllOf(HasSubstr("address 1: GoldenMate Orion 1000 (profile orion1000)"),
                                HasSubstr("address 3: GoldenMate"), Not(HasSubstr("address 2: "))));
  const auto readings = polled(result.out);
  EXPECT_THAT(readings,
              AllOf(HasSubstr("orion1000_1"), HasSubstr("orion1000_3"), HasSubstr("cell_08_voltage")));
}

TEST_F(Probe, ShowsHowFarItIs) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result = probe({packs.url(), "--protocol", "orion", "--addresses", "1-2", "--all"});
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("trying " + packs.url() + "  orion (manufacturer) from address 1 on, 1/4"),
                    HasSubstr("orion (draft) from address 1 on, 3/4")));
  EXPECT_THAT(result.err, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\r")))) << "not on a terminal";
}

TEST_F(Probe, EndsAtTheFirstFramingThatIsAnswered) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result = probe({packs.url(), "--protocol", "orion", "--addresses", "1"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, Not(HasSubstr("draft")));
}

TEST_F(Probe, FindsABoardOfAnotherProtocol) {
  const Simulator boards{BUSBAR_BINARY, {.family = "daly", .count = 2, .cells = 0}};
  const auto result = probe({boards.url(), "--addresses", "2"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("  daly_2: {channel: bus1, profile: daly, address: 2}\n"));
  EXPECT_THAT(polled(result.out), HasSubstr("\"soc\""));
}

TEST_F(Probe, HearsAProductThatSpeaksByItselfWithoutAWord) {
  Simulator charger{BUSBAR_BINARY, {.family = "vedirect", .variant = "mppt"}};
  const auto result = probe({charger.url()});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("profile: victron_mppt, address: 0}\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("fits as well")));
  EXPECT_THAT(polled(result.out), HasSubstr("yield_total"));
  EXPECT_THAT(charger.stop(), HasSubstr(" 0 requests")) << "nothing was sent";
}

TEST_F(Probe, TellsProductsOfOneProtocolApart) {
  for (const auto* const variant : {"bmv", "phoenix"}) {
    const Simulator product{BUSBAR_BINARY, {.family = "vedirect", .variant = variant}};
    const auto result = probe({product.url(), "--protocol", "vedirect"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(std::string{"profile: victron_"} + variant));
  }
}

TEST_F(Probe, FindsABoardAtItsDefaultAddress) {
  const Simulator board{BUSBAR_BINARY, {.family = "jk", .cells = 0}};
  const auto result = probe({board.url(), "--protocol", "jk"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("profile: jk_terminal, address: 0}\n"));
  EXPECT_THAT(polled(result.out), HasSubstr("\"soc\""));
}

TEST_F(Probe, AsksAgainWhereTheFirstQuestionIsLost) {
  const Simulator packs{BUSBAR_BINARY, {.faults = {"lost_first"}}};
  const auto result = probe({packs.url(), "--protocol", "orion", "--addresses", "1"});
  EXPECT_EQ(result.code, 0) << result.err;
}

TEST_F(Probe, TakesNoDamagedAnswerForADevice) {
  const Simulator packs{BUSBAR_BINARY, {.faults = {"wrong_checksum"}}};
  const auto result = probe({packs.url(), "--protocol", "orion", "--addresses", "1-2"});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, AllOf(HasSubstr("nothing answered"), HasSubstr("that are no answer")));
}

TEST_F(Probe, FindsADeviceOnASerialPort) {
  const auto port = directory.path() + "/port";
  const Simulator packs{BUSBAR_BINARY, {.pty = port}};
  const auto result = probe({"serial:" + port, "--protocol", "orion", "--addresses", "1"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("serial:" + port + "?baud=9600"));
  EXPECT_THAT(polled(result.out), HasSubstr("\"orion1000_1\""));
}

TEST_F(Probe, GoesThroughTheSpeedsOfASerialPort) {
  const auto port = directory.path() + "/port";
  const Simulator packs{BUSBAR_BINARY, {.faults = {"silent"}, .pty = port}};
  const auto result = probe({port, "--protocol", "daly", "--addresses", "1", "--timeout", "10"});
  EXPECT_EQ(result.code, 75);
  for (const auto* const setting : {"baud=9600 ", "baud=19200 ", "baud=115200 ", "baud=2400&parity=even "})
    EXPECT_THAT(result.err, HasSubstr("serial:" + port + "?" + setting));
}

// --- when there is nothing
TEST_F(Probe, SaysWhatToCheckWhenNothingAnswers) {
  const Simulator packs{BUSBAR_BINARY, {.faults = {"silent"}}};
  const auto result = probe({packs.url(), "--protocol", "orion", "--addresses", "1", "--timeout", "50"});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, AllOf(HasSubstr("nothing answered, not one byte came"), HasSubstr("A and B")));
}

TEST_F(Probe, SaysWhenAnswersComeLate) {
  // By ten times the timeout: a busy machine that stops the probe for a while must not make them timely.
  const Simulator packs{BUSBAR_BINARY, {.faults = {"late:1s"}}};
  const auto result = probe({packs.url(), "--protocol", "orion", "--addresses", "1-16", "--timeout", "100"});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, HasSubstr("longer --timeout"));
}

TEST_F(Probe, GivesUpOnADeadPortAtOnce) {
  const auto result = probe({"tcp://127.0.0.1:" + std::to_string(free_port())});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, HasSubstr("efused"));
  EXPECT_THAT(result.err, Not(HasSubstr("orion")));
}

TEST_F(Probe, GivesUpOnAGatewayThatHangsUp) {
  const BusyGateway gateway{0};
  const auto result = probe({gateway.url()});
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.err, AllOf(HasSubstr("lost again and again"), HasSubstr("one connection only")));
}

TEST_F(Probe, ShowsWhatItFoundBeforeItWasInterrupted) {
  const Simulator packs{BUSBAR_BINARY};
  Process running{{BUSBAR_BINARY, "probe", packs.url(), "--protocol", "orion", "--all", "--addresses",
                   "1-255", "--timeout", "5000"}};
  // The first pack has answered when the framing's first address is behind; asking goes on for minutes.
  ASSERT_TRUE(eventually([&] { return running.err().find("trying") != std::string::npos; }));
  running.signal(SIGINT);
  EXPECT_EQ(running.wait(), 75);
  EXPECT_THAT(running.err(), HasSubstr("interrupted"));
}

}  // namespace
}  // namespace busbar::test
