// Writes on a scripted device: what is allowed, sent, acknowledged, read back, limited, and what is said of
// it.
#include "unit/poll/writer_fixture.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
namespace orion = protocol::orion;

constexpr std::string_view profile_text = R"(
profile: tiny
protocol: orion
manufacturer: Test
model: Tiny
tested: nothing
queries:
  state:
    command: 0xFF03
    interval: 1h
    fields:
      - {type: flags, at: 0, bits: [{bit: 0, key: output}]}
  turn_on: {command: 0xFF19, write: true, repeatable: true}
  turn_off: {command: 0xFF1A, write: true}
  restart: {command: 0xFF1B, write: true}
  put: {command: 0xFF1C, write: true}
settings:
  output: {kind: switch, on: turn_on, off: turn_off, read_back: output}
  limit: {kind: number, write: put, value: {type: u8}, min: 1, max: 9, step: 1}
)";

/// Everything logged while it lives.
class Log {
 public:
  Log() : before_{spdlog::default_logger()} {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    auto logger = std::make_shared<spdlog::logger>("test", sink);
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(logger);
  }
  ~Log() { spdlog::set_default_logger(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

class WriterTest : public test::WriterFixture {
 protected:
  WriterTest() : WriterFixture{profile_text, 2} {
    far_.on_request = [this](const Bytes& asked) { respond(asked); };
  }

  /// A device that does as it is told, unless the test says otherwise.
  void respond(const Bytes& asked) {
    const bool reads = asked[5] == 0x03;
    if (reads) return far_.deliver(answer_to(asked, {static_cast<std::uint8_t>(on_ ? 1 : 0)}));
    ++writes_;
    if (obeys_) on_ = asked[5] == 0x19 || (asked[5] != 0x1A && on_);
    if (acknowledges_) far_.deliver(frame(orion::acknowledgement, {}, asked[2]));
  }

  Writer& writer(std::vector<std::string> allowed = {"output", "restart", "limit"},
                 unsigned per_minute = 60) {
    begin(std::move(allowed), per_minute, {{"state", 1h}});
    return *writer_;
  }

  bool on_ = false;
  bool obeys_ = true;
  bool acknowledges_ = true;
  int writes_ = 0;
};

TEST_F(WriterTest, AnAllowedWriteIsAcknowledgedAndReadBack) {
  writer();
  const auto result = set("output", "on");
  EXPECT_EQ(result.verdict, Verdict::accepted) << result.detail;
  EXPECT_EQ(result.read_back, "on");
  EXPECT_THAT(sent(), ElementsAre(0x19, 0x03));
  EXPECT_EQ(set("output", "off").read_back, "off");
}

TEST_F(WriterTest, NothingIsAllowedByItself) {
  writer({});
  for (const std::string name : {"output", "restart", "limit", "turn_on"}) {
    const auto result = set(name, "on");
    EXPECT_EQ(result.verdict, Verdict::refused);
    EXPECT_TRUE(result.forbidden);
    EXPECT_THAT(result.detail, HasSubstr("allow_writes: [" + name + "]"));
  }
  EXPECT_THAT(far_.requests, IsEmpty());
}

TEST_F(WriterTest, OneNameAllowsNoOther) {
  writer({"turn_on"});
  EXPECT_EQ(set("turn_on", "press").verdict, Verdict::accepted);
  EXPECT_TRUE(set("output", "on").forbidden) << "the switch would also switch off";
  EXPECT_TRUE(set("turn_off", "press").forbidden);
  EXPECT_TRUE(set("turn_o", "press").forbidden);
  EXPECT_TRUE(set("TURN_ON", "press").forbidden);
  EXPECT_TRUE(set("turn_on ", "press").forbidden);
  EXPECT_TRUE(set("put", "press").forbidden) << "what takes a value is no button";
  EXPECT_EQ(writes_, 1);
}

TEST_F(WriterTest, AValueThereIsNotNeverReachesTheWire) {
  writer();
  for (const std::string value : {"", "ON", "on\r\n", "1", "true", "toggle"}) {
    const auto result = set("output", value);
    EXPECT_EQ(result.verdict, Verdict::refused);
    EXPECT_TRUE(result.invalid);
    EXPECT_THAT(result.detail, HasSubstr("takes one of: on, off"));
  }
  EXPECT_TRUE(set("limit", "10").invalid);
  EXPECT_THAT(far_.requests, IsEmpty());
}

TEST_F(WriterTest, TheValueStandsInTheRequest) {
  writer();
  EXPECT_EQ(set("limit", "7").verdict, Verdict::accepted);
  ASSERT_THAT(far_.requests, Not(IsEmpty()));
  EXPECT_EQ(far_.requests.front(), frame(0xFF1C, {7}, 5));
}

TEST_F(WriterTest, ADeviceThatConfirmsAndDoesNothingIsAMismatch) {
  obeys_ = false;
  writer();
  const auto result = set("output", "on");
  EXPECT_EQ(result.verdict, Verdict::mismatch);
  EXPECT_EQ(result.read_back, "off");
  EXPECT_EQ(result.detail, "acknowledged, but output is still off");
  EXPECT_THAT(sent(), ElementsAre(0x19, 0x03, 0x03)) << "it is looked at twice, and not written again";
}

TEST_F(WriterTest, WithoutAcknowledgementWhatMayBeRepeatedIsRepeated) {
  acknowledges_ = false;
  writer();
  const auto result = set("output", "on");
  EXPECT_EQ(result.verdict, Verdict::unacknowledged);
  EXPECT_EQ(result.read_back, "on") << "it has happened all the same";
  EXPECT_EQ(writes_, 3);
}

TEST_F(WriterTest, WhatMayNotBeRepeatedIsSentOnce) {
  acknowledges_ = false;
  writer();
  EXPECT_EQ(set("restart", "press").verdict, Verdict::unacknowledged);
  EXPECT_EQ(writes_, 1);
  EXPECT_EQ(set("output", "off").verdict, Verdict::unacknowledged);
  EXPECT_EQ(writes_, 2);
}

TEST_F(WriterTest, TooManyInAMinuteAreRefused) {
  writer({"output"}, 2);
  EXPECT_EQ(set("output", "on").verdict, Verdict::accepted);
  EXPECT_TRUE(set("output", "nonsense").invalid) << "which costs nothing";
  EXPECT_EQ(set("output", "off").verdict, Verdict::accepted);
  const auto third = set("output", "on");
  EXPECT_EQ(third.verdict, Verdict::refused);
  EXPECT_THAT(third.detail, HasSubstr("more than 2 writes in a minute; the next is taken in "));
  EXPECT_EQ(writes_, 2);
}

TEST_F(WriterTest, NoMoreThanAFewWait) {
  writer({"output"}, 600);
  for (int i = 0; i < 20; ++i) submit("output", i % 2 == 0 ? "on" : "off");
  EXPECT_THAT(results_, SizeIs(20 - Writer::max_queue)) << "refused at once";
  EXPECT_THAT(results_.front().detail, HasSubstr("8 writes wait already"));
  run_until([this] { return results_.size() == 20; });
  EXPECT_EQ(writes_, static_cast<int>(Writer::max_queue));
}

TEST_F(WriterTest, TheyAreCarriedOutInTheirOrder) {
  writer({"output"}, 600);
  for (const char* value : {"on", "off", "on"}) submit("output", value);
  run_until([this] { return results_.size() == 3; });
  EXPECT_THAT(sent(), ElementsAre(0x19, 0x03, 0x1A, 0x03, 0x19, 0x03));
}

TEST_F(WriterTest, AWriteGoesAheadOfPollsThatWait) {
  writer();
  std::vector<std::optional<Result<channel::Reply>>> polls(5);
  for (auto& poll : polls) tasks_.spawn("poll", keep(request(0xFF02, 5), poll));
  EXPECT_EQ(set("output", "on").verdict, Verdict::accepted);
  const auto order = sent();
  const auto write = std::ranges::find(order, 0x19) - order.begin();
  EXPECT_LE(write, 1) << "at most the poll under way was before it";
  run_until([&] { return std::ranges::all_of(polls, [](const auto& poll) { return poll.has_value(); }); });
}

TEST_F(WriterTest, WhoWaitsHearsOfTheEnd) {
  far_.on_request = [](const Bytes&) {};
  writer({"output"}, 600);
  submit("output", "off");
  submit("output", "on");
  run_until([this] { return !far_.requests.empty(); });
  tasks_.cancel();
  run_until([this] { return tasks_.size() == 0; });
  writer_.reset();
  ASSERT_THAT(results_, SizeIs(2));
  EXPECT_EQ(results_[0].verdict, Verdict::unacknowledged) << "it was on its way";
  EXPECT_EQ(results_[1].verdict, Verdict::refused);
}

TEST_F(WriterTest, TheLogSaysWhoSetWhat) {
  const Log log;
  writer();
  (void)set("output", "on");
  EXPECT_THAT(log.text(), ::testing::EndsWith(
                              "\nwarning write pack 'output' = 'on' by 'a test': accepted, reads back on\n"));
}

TEST_F(WriterTest, NobodyWritesTheLogButUs) {
  const Log log;
  writer();
  submit("output\nerror x", "on\r\n\x1b[31mwarning write pack 'output' = 'on'");
  EXPECT_THAT(log.text(), HasSubstr("'output\\x0aerror x' = 'on\\x0d\\x0a\\x1b[31mwarning"));
  const std::string text = log.text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

TEST_F(WriterTest, AFloodOfRefusalsIsNoFloodOfLines) {
  const Log log;
  writer({"output"}, 600);
  for (int i = 0; i < 1000; ++i) submit("restart", "press");
  const std::string text = log.text();
  EXPECT_LE(std::ranges::count(text, '\n'), 31);
  (void)set("output", "on");
  EXPECT_THAT(log.text(), HasSubstr("more refused before, not logged)"));
}

TEST(VerdictOf, WhatWasNotSentIsRefusedAndWhatMayHaveBeenIsNot) {
  for (const Errc code :
       {Errc::breaker_open, Errc::queue_full, Errc::cancelled, Errc::connect_failed, Errc::resolve_failed,
        Errc::permission_denied, Errc::not_allowed, Errc::unknown_query})
    EXPECT_EQ(verdict_of(code), Verdict::refused) << to_string(code);
  EXPECT_EQ(verdict_of(Errc::rejected), Verdict::rejected);
  for (const Errc code : {Errc::timeout, Errc::connection_closed, Errc::io_error, Errc::bad_checksum,
                          Errc::truncated_frame, Errc::wrong_address, Errc::wrong_command, Errc::bad_value})
    EXPECT_EQ(verdict_of(code), Verdict::unacknowledged) << to_string(code);
}

}  // namespace
}  // namespace busbar::poll
