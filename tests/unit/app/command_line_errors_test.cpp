// Command lines that cannot work: each ends before anything is opened, with the code and a line that says
// what was found and what was expected.
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "support/captured_output.hpp"
#include "support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace busbar::app {
namespace {

using test::CapturedOutput;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

CapturedOutput busbar(Words words) {
  return test::run_captured([words = std::move(words)]() mutable {
    std::vector<char*> arguments;
    std::string program = "busbar";
    arguments.push_back(program.data());
    for (auto& word : words) arguments.push_back(word.data());
    return command_line(static_cast<int>(arguments.size()), arguments.data());
  });
}

struct Wrong {
  Words words;
  std::string says;
  int code = exit_usage;
};

std::string shown(const Words& words) {
  std::string text = "busbar";
  for (const auto& word : words) text += " '" + word + "'";
  return text;
}

/// One line on standard error, nothing on standard output.
void expect_refused(const std::vector<Wrong>& cases) {
  for (const auto& wrong : cases) {
    const auto result = busbar(wrong.words);
    EXPECT_EQ(result.code, wrong.code) << shown(wrong.words);
    EXPECT_EQ(result.out, "") << shown(wrong.words);
    EXPECT_THAT(result.err, HasSubstr(wrong.says)) << shown(wrong.words);
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_TRUE(wrong.code != exit_usage || result.err.starts_with("busbar: ")) << result.err;
  }
}

TEST(WrongCommandLines, OfAnyCommand) {
  expect_refused({
      {{""}, "unknown command ''; see busbar --help"},
      {{"Status"}, "unknown command 'Status' (did you mean 'status'?)"},
      {{"help", "statsu"}, "did you mean 'status'?"},
      {{"--config"}, "the required argument for option '--config' is missing"},
      {{"--config", ""}, "--config is empty"},
      {{"status", "--link", ""}, "--link is empty"},
      {{"decode", "--hex", ""}, "--hex is empty"},
      {{"--config", "a", "--config", "b"}, "'--config' cannot be specified more than once"},
      {{"--onc"}, "did you mean '--once'?"},
      {{"run", "now"}, "one word too many; usage: busbar [run]"},
      {{"healthcheck", "now"}, "one word too many; usage: busbar healthcheck"},
      {{"--once=yes"}, "'--once' does not take any arguments"},
      {{"--config", "/"}, "/: is a directory; a YAML file was expected", exit_configuration},
      {{"--config", "/dev/null"}, "is not a regular file", exit_configuration},
  });
}

TEST(WrongCommandLines, OfThoseThatAskDevices) {
  const std::string nobody = "tcp://127.0.0.1:9";
  std::vector<Wrong> cases;
  for (const std::string command : {"status", "cells", "capture"}) {
    cases.push_back({{command, "--link", "foo"}, "--link: endpoint 'foo': expected tcp://HOST:PORT"});
    cases.push_back({{command, "--link", "tcp://"}, "no valid host name or address"});
    cases.push_back({{command, "--link", "tcp://h:0"}, "the port must be a number from 1 to 65535"});
    cases.push_back({{command, "--link", "tcp://h:65536"}, "the port must be a number from 1 to 65535"});
    cases.push_back({{command, "--link", nobody, "--address", "255"}, "expected an integer from 0 to 254"});
    cases.push_back({{command, "--link", nobody, "--address", "one"}, "--address is 'one'"});
    cases.push_back({{command, "--link", nobody, "--profile", "orion"}, "unknown profile 'orion'"});
    cases.push_back({{command, "--link", nobody, "--log-level", "loud"}, "--log-level is 'loud'"});
    // Without a link the site file decides whom it is about; another device must not be asked silently.
    cases.push_back({{command, "--address", "2"}, "--address goes with --link"});
    cases.push_back({{command, "--profile", "daly"}, "--profile goes with --link"});
    cases.push_back({{command, "pack1", "--link", nobody}, "--link and 'pack1'"});
  }
  expect_refused(cases);
}

TEST(WrongCommandLines, OfRaw) {
  const std::string nobody = "tcp://127.0.0.1:9";
  expect_refused({
      {{"raw", "--link", nobody}, "--hex is not a sequence of bytes in hex"},
      {{"raw", "--link", nobody, "--hex", "ea d"}, "--hex is not a sequence of bytes in hex"},
      {{"raw", "--link", nobody, "--hex", "ead10104ff02f9f5", "--timeout", "0"}, "--timeout is '0'"},
      {{"raw", "--link", nobody, "--hex", "ead10104ff02f9f5", "--timeout", "10min"}, "expected an integer"},
      {{"raw", "--link", nobody, "--hex", "ead10104ff02f8f5"}, "not one whole orion frame", exit_data},
  });
}

TEST(WrongCommandLines, OfCaptureReplayAndDecode) {
  const std::string nobody = "tcp://127.0.0.1:9";
  const test::TemporaryDirectory directory;
  const auto there = directory.write("there.capture", "x");
  expect_refused({
      {{"capture", "--link", nobody, "--duration", "0s"}, "--duration is '0s', expected 30s, 5min"},
      {{"capture", "--link", nobody, "--duration", "-5s"}, "--duration is '-5s'"},
      {{"capture", "--link", nobody, "--duration", "soon"}, "--duration is 'soon'"},
      {{"capture", "--link", nobody, "--limit", "1k"}, "at least 64k"},
      {{"capture", "--link", nobody, "--limit", "much"}, "--limit is 'much'"},
      {{"capture", "--link", nobody, "--output", there}, "exists already"},
      {{"capture", "--link", nobody, "--channel", "other"}, "no channel 'other'"},
      {{"replay"}, "which file?"},
      {{"replay", there, "--speed", "-1"}, "--speed is '-1', expected a number from 0 to 1000000"},
      {{"replay", there, "--speed", "nan"}, "--speed is 'nan'"},
      {{"replay", there, "--speed", "2x"}, "--speed is '2x'"},
      {{"replay", there, "--format", "xml"}, "expected jsonl, json or table"},
      {{"replay", there, "--config", "/nowhere"}, "/nowhere: cannot be read", exit_configuration},
      {{"decode", there, "--hex", "ea"}, "--hex and FILE exclude each other"},
      {{"decode", "--profile", "orion", "--hex", "ea"}, "unknown profile 'orion'"},
      {{"decode", "/nowhere"}, "cannot read /nowhere: No such file or directory", exit_data},
      {{"decode", "/"}, "cannot read /: not a file", exit_data},
  });
}

TEST(WrongCommandLines, OfProfile) {
  expect_refused({
      {{"profile"}, "expected list, show, check or explain"},
      {{"profile", "lst"}, "profile lst: expected list [NAME…]"},
      {{"profile", "list", "orion"}, "no profile 'orion'"},
      {{"profile", "show"}, "expected list [NAME…], show NAME"},
      {{"profile", "show", "orion"}, "no built-in profile 'orion'"},
      {{"profile", "show", "daly", "jk_bms"}, "expected list [NAME…], show NAME"},
      {{"profile", "check"}, "name the files to check"},
      {{"profile", "check", "/nowhere.yaml"}, "no such file, and no built-in profile", exit_data},
      {{"profile", "check", "/"}, "is a directory; name the files in it", exit_data},
      {{"profile", "explain", "orion1000"}, "--hex is not a sequence of bytes", exit_data},
      {{"profile", "explain", "orion1000", "--hex", "xyz"}, "--hex is not a sequence of bytes", exit_data},
      {{"profile", "explain"}, "explain FILE --hex"},
  });
}

TEST(WrongCommandLines, OfProbeScanAndMbus) {
  const std::string nobody = "tcp://127.0.0.1:9";
  expect_refused({
      {{"probe"}, "which link? For example tcp://192.168.1.50:26"},
      {{"probe", "nowhere"}, "endpoint 'nowhere'"},
      {{"probe", nobody, "--addresses", "9-1"}, "expected 7, or a range such as 1-16"},
      {{"probe", nobody, "--addresses", "1-"}, "--addresses is '1-'"},
      {{"probe", nobody, "--addresses", "0-999"}, "--addresses is '0-999'"},
      {{"probe", nobody, "--protocol", "profibus"}, "known: orion, daly"},
      {{"probe", nobody, "--timeout", "9"}, "expected an integer from 10 to 60000"},
      {{"probe", nobody, "--log-level", "loud"}, "--log-level: expected trace"},
      {{"scan"}, "which bus? Known: mbus"},
      {{"scan", "modbus", nobody}, "which bus? Known: mbus"},
      {{"scan", "mbus"}, "which link?"},
      {{"scan", "mbus", nobody, "--from", "251"}, "--from is '251', expected an integer from 0 to 250"},
      {{"scan", "mbus", nobody, "--from", "9", "--to", "8"},
       "--to is '8', expected an integer from 9 to 250"},
      {{"scan", "mbus", nobody, "--mask", "12"}, "expected eight or sixteen digits"},
      {{"mbus"}, "mbus: what? Known: decode, get-info"},
      {{"mbus", "listen"}, "mbus: what?"},
      {{"mbus", "read"}, "mbus read: expected LINK ADDRESS"},
      {{"mbus", "read", nobody}, "mbus read: expected LINK ADDRESS"},
      {{"mbus", "read", nobody, "1", "2"}, "mbus read: expected LINK ADDRESS"},
      {{"mbus", "read", nobody, "251"}, "0…250"},
      {{"mbus", "monitor", nobody, "1", "--every", "1ms"}, "expected a duration from 1s to 7d"},
      {{"mbus", "monitor", nobody, "1", "--count", "-1"}, "--count is '-1'"},
      {{"mbus", "set-address", nobody, "1"}, "mbus set-address: expected LINK ADDRESS NEW"},
      {{"mbus", "set-address", nobody, "1", "251"}, "expected 0 to 250"},
      {{"mbus", "set-address", nobody, "1", "two"}, "'two', expected 0 to 250"},
      {{"mbus", "set-address", nobody, "254", "2"}, "address 254 is every meter; name one"},
      {{"mbus", "set-baud", nobody, "1", "1000"}, "expected 300, 600, 1200, 2400, 4800, 9600"},
      {{"mbus", "decode", "--hex", "e5 e"}, "--hex is not a sequence of bytes", exit_data},
  });
}

TEST(WrongCommandLines, OfSimulateHealthcheckAndSet) {
  expect_refused({
      {{"simulate"}, "simulate: which device? Known: orion, daly"},
      {{"simulate", "orion", "--listen", "4001"}, "expected host:port, such as 127.0.0.1:4001"},
      {{"simulate", "orion", "--count", "256"}, "expected an integer from 1 to 255"},
      {{"simulate", "orion", "--baud", "fast"}, "--baud is 'fast'"},
      {{"simulate", "orion", "--fault", "late:soon"}, "--fault late:soon"},
      {{"simulate", "orion", "--fault", "silent@2"}, "--fault silent@2"},
      {{"healthcheck", "--url", "https://127.0.0.1:9878/healthz"}, "expected http://host:port/healthz"},
      {{"healthcheck", "--url", "http://"}, "expected http://host:port/healthz"},
      {{"healthcheck", "--url", "http://127.0.0.1:9/healthz"}, "Connection refused", exit_unavailable},
      {{"set", "pack1", "discharge_mos"}, "expected DEVICE, or DEVICE SETTING VALUE"},
      {{"set", "pack1", "discharge_mos", "on", "off"}, "one word too many"},
  });
}

/// "  64  the command line is wrong" in the help, "| 64 | the command line is wrong |" in the page.
std::set<int> numbers(const std::string& text, const std::string& pattern) {
  std::set<int> found;
  const std::regex line{pattern};
  for (std::sregex_iterator match{text.begin(), text.end(), line}, end; match != end; ++match)
    found.insert(std::stoi((*match)[1]));
  return found;
}

TEST(ExitCodes, AreTheSameInTheHelpAndOnThePage) {
  std::ifstream page{std::string{BUSBAR_SOURCE_DIR} + "/docs/operations.md"};
  const std::string text{std::istreambuf_iterator<char>{page}, {}};
  const auto from = text.find("## Exit codes");
  ASSERT_NE(from, std::string::npos);
  const auto documented = numbers(text.substr(from, text.find("\n## ", from) - from), R"(\n\| (\d+) \|)");
  EXPECT_EQ(numbers(busbar({"--help"}).out, R"(\n  (\d+) +)"), documented);
  EXPECT_EQ(documented,
            (std::set<int>{exit_ok, exit_usage, exit_data, exit_unavailable, exit_software, exit_temporary,
                           exit_protocol, exit_no_permission, exit_configuration}));
}

}  // namespace
}  // namespace busbar::app
