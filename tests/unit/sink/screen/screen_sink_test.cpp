// What a person or a script finds on standard output.
#include "sink/screen/screen_sink.hpp"

#include "unit/sink/support.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace busbar::sink::screen {
namespace {

using namespace std::chrono_literals;
using test::report;

/// Both ends of a pipe; reading never blocks.
struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (int end : ends)
      if (end >= 0) ::close(end);
  }
  void close_reader() { ::close(std::exchange(ends[0], -1)); }
  const std::string& read() {
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
      text.append(buffer.data(), static_cast<std::size_t>(size));
    return text;
  }
  std::array<int, 2> ends{-1, -1};
  std::string text;
};

struct ScreenSinkTest : testing::Test {
  void TearDown() override { loop.stop(); }
  void make(Format format, bool once = false, Colour colour = Colour::automatic) {
    Options options;
    options.format = format;
    options.once = once;
    options.colour = colour;
    sink = make_screen_sink(loop.context.get_executor(), options, pipe.ends[1]);
  }
  std::string finished() {
    EXPECT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 5s, true)));
    return pipe.read();
  }
  Pipe pipe;
  test::CapturedLog log;
  test::Loop loop;
  std::unique_ptr<Sink> sink;
};

TEST_F(ScreenSinkTest, AOneShotTableIsWholeAndAligned) {
  make(Format::table, true);
  sink->describe(test::description("pack"));
  sink->describe(test::description("shed"));
  sink->publish(report("pack", "serial", {{&test::serial, std::string{"GM-1"}}}));
  sink->publish(report("pack", "status",
                       {{&test::voltage, 52.34},
                        {&test::soc, 96.0},
                        {&test::temperature, -5.0},
                        {&test::alarm, true},
                        {&test::mode, std::string{"charging"}},
                        {&test::capacity, std::monostate{}}}));
  sink->availability("shed", Availability::offline, "timeout: no answer within 1000 ms");
  EXPECT_EQ(pipe.read(), "");
  EXPECT_EQ(finished(),
            "pack  House battery (GoldenMate Orion 1000)  2026-11-21T07:15:52.123Z\n"
            "  Pack voltage         52.34 V\n"
            "  State of charge         96 %\n"
            "  MOS temperature         -5 °C\n"
            "  Cell overvoltage      true\n"
            "  Mode              charging\n"
            "  Remaining                -\n"
            "  Serial number         GM-1\n"
            "\n"
            "shed  House battery (GoldenMate Orion 1000)  offline: timeout: no answer within 1000 ms\n");
  EXPECT_EQ(sink->account().accepted, 2U);
  EXPECT_EQ(sink->account().acknowledged, 2U);
}

TEST_F(ScreenSinkTest, ADaemonsTableComesReportByReport) {
  make(Format::table);
  sink->describe(test::description("pack"));
  loop.tasks.spawn("screen", sink->run());
  sink->publish(report("pack", "status", {{&test::soc, 96.0}}));
  ASSERT_TRUE(loop.until([&] { return pipe.read().ends_with("\n\n"); }));
  EXPECT_EQ(
      pipe.text,
      "pack  House battery (GoldenMate Orion 1000)  2026-11-21T07:15:52.123Z\n  State of charge  96 %\n\n");
}

TEST_F(ScreenSinkTest, ColourOnlyWhereAskedForOrOnATerminal) {
  make(Format::table, true);
  sink->publish(report("pack", "status", {{&test::alarm, true}}));
  EXPECT_EQ(finished().find('\x1b'), std::string::npos);  // a pipe is no terminal
  pipe.text.clear();
  make(Format::table, true, Colour::always);
  sink->publish(report("pack", "status", {{&test::alarm, true}}));
  EXPECT_NE(finished().find("\x1b[31mtrue\x1b[0m"), std::string::npos);
}

TEST_F(ScreenSinkTest, JsonLinesComeAtOnceOneAReport) {
  make(Format::jsonl);
  loop.tasks.spawn("screen", sink->run());
  sink->publish(report("pack", "status",
                       {{&test::voltage, 3301 * 0.001},
                        {&test::soc, 96.0},
                        {&test::alarm, false},
                        {&test::mode, std::string{"idle"}},
                        {&test::temperature, std::monostate{}}}));
  ASSERT_TRUE(loop.until([&] { return pipe.read().ends_with('\n'); }));
  EXPECT_EQ(
      pipe.text,
      "{\"device\":\"pack\",\"query\":\"status\",\"timestamp\":\"2026-11-21T07:15:52.123Z\",\"readings\":{"
      "\"pack_voltage\":3.3,\"soc\":96,\"cell_overvoltage\":false,\"mode\":\"idle\",\"mos_temperature\":null}"
      "}\n");
}

TEST_F(ScreenSinkTest, JsonIsOneDocumentWithEveryDevice) {
  make(Format::json, true);
  sink->describe(test::description("pack"));
  sink->describe(test::description("shed"));
  sink->publish(report("pack", "status", {{&test::voltage, 52.34}, {&test::serial, std::string{"\xFF"}}}));
  sink->availability("shed", Availability::offline, "timeout");
  const auto document = nlohmann::json::parse(finished());
  ASSERT_EQ(document.size(), 2U);
  EXPECT_EQ(document[0]["device"], "pack");
  EXPECT_EQ(document[0]["available"], true);
  EXPECT_EQ(document[0]["timestamp"], "2026-11-21T07:15:52.123Z");
  EXPECT_EQ(document[0]["readings"]["pack_voltage"], 52.34);
  EXPECT_EQ(document[0]["readings"]["serial_number"], "\uFFFD");
  EXPECT_EQ(document[0]["units"]["pack_voltage"], "V");
  EXPECT_EQ(document[1]["available"], false);
  EXPECT_EQ(document[1]["reason"], "timeout");
  EXPECT_EQ(document[1]["timestamp"], nullptr);
  EXPECT_EQ(document[1]["readings"], nlohmann::json::object());
}

TEST_F(ScreenSinkTest, TextFromADeviceCannotSteerTheTerminal) {
  make(Format::table, true);
  sink->publish(report("pack", "status", {{&test::serial, std::string{"\x1b[2J\x07 evil\n"}}}));
  const std::string shown = finished();
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(shown.find('\x07'), std::string::npos);
  EXPECT_EQ(std::ranges::count(shown, '\n'), 2);
}

TEST_F(ScreenSinkTest, AClosedReaderIsCountedNotFatal) {
  make(Format::jsonl);
  pipe.close_reader();
  for (int i = 0; i < 3; ++i) sink->publish(report("pack", "status", {{&test::soc, 96.0}}));
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 5s, true)));
  const SinkAccount account = sink->account();
  EXPECT_EQ(account.accepted, 3U);
  EXPECT_EQ(account.dropped, 3U);
  EXPECT_EQ(account.queued, 0U);
  EXPECT_FALSE(account.healthy);
  EXPECT_EQ(log.count("Broken pipe"), 1U) << log.text();
}

TEST_F(ScreenSinkTest, AStalledReaderCostsTheOldestLinesNotTheLoop) {
  make(Format::jsonl);
  loop.tasks.spawn("screen", sink->run());
  const std::string text(2000, 'x');
  for (int i = 0; i < 6000; ++i) sink->publish(report("pack", "status", {{&test::serial, text}}));
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now(), true)));
  const SinkAccount account = sink->account();
  EXPECT_EQ(account.accepted, 6000U);
  EXPECT_GT(account.dropped, 1000U);
  EXPECT_EQ(account.accepted, account.acknowledged + account.queued + account.dropped + account.coalesced);
}

TEST_F(ScreenSinkTest, ANewerReportReplacesTheOneCollected) {
  make(Format::json, true);
  sink->publish(report("pack", "status", {{&test::soc, 1.0}}));
  sink->publish(report("pack", "status", {{&test::soc, 2.0}}));
  EXPECT_EQ(nlohmann::json::parse(finished())[0]["readings"]["soc"], 2);
  EXPECT_EQ(sink->account().coalesced, 1U);
  EXPECT_EQ(sink->account().acknowledged, 1U);
}

}  // namespace
}  // namespace busbar::sink::screen
