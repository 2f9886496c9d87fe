// The whole sink against a server that checks every byte as its documentation describes.
#include "sink/influx/influx_sink.hpp"

#include "support/process.hpp"
#include "unit/sink/http_stub.hpp"
#include "unit/sink/influx/strict_lines.hpp"

#include <gmock/gmock.h>

namespace busbar::sink::influx {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// What `/api/v2/write` and `/write` document: method, parameters, token, and a body without a mistake.
class StrictInflux {
 public:
  explicit StrictInflux(sink::test::Loop& loop) : stub{loop} {
    stub.decide = [this](const sink::test::HttpStub::Request& request) { return judge(request); };
  }
  sink::test::HttpStub stub;
  std::vector<test::Point> points;
  std::deque<sink::test::StubAnswer> refusals;  ///< before anything is looked at
  std::string poison;                           ///< a batch that has it is refused as a whole

 private:
  sink::test::StubAnswer judge(const sink::test::HttpStub::Request& request) {
    if (!refusals.empty()) {
      const auto answer = refusals.front();
      refusals.pop_front();
      return answer;
    }
    if (request.method_string() != "POST") return {405, ""};
    if (request.target() != "/api/v2/write?org=home&bucket=my%20bucket&precision=ms")
      return {404, R"({"message":"not found"})"};
    if (request["Authorization"] != "Token secret-token")
      return {401, R"({"code":"unauthorized","message":"unauthorized access"})"};
    const auto lines = test::strict_lines(request.body());
    if (!lines || (!poison.empty() && request.body().find(poison) != std::string::npos))
      return {400, R"({"code":"invalid","message":"unable to parse"})"};
    points.insert(points.end(), lines->begin(), lines->end());
    return {204, ""};
  }
};

struct InfluxSinkTest : testing::Test {
  InfluxSinkTest() {
    options.url = {false, "127.0.0.1", server.stub.port(), ""};
    options.org = "home";
    options.bucket = "my bucket";
    options.token = "secret-token";
    options.interval = 20ms;
  }
  void TearDown() override { loop.stop(); }
  void start() {
    sink = make_influx_sink(loop.context.get_executor(), options);
    loop.tasks.spawn("influx", sink->run());
  }
  void publish(double soc) { sink->publish(sink::test::report("pack", "status", {{&sink::test::soc, soc}})); }
  bool writes(std::size_t points) {
    return loop.until([&] { return server.points.size() >= points; });
  }
  void expect_balance() const {
    const auto account = sink->account();
    EXPECT_EQ(account.accepted, account.acknowledged + account.queued + account.dropped + account.coalesced);
  }

  sink::test::CapturedLog log;
  sink::test::Loop loop;
  StrictInflux server{loop};
  Options options;
  std::unique_ptr<Sink> sink;
};

TEST_F(InfluxSinkTest, PointsArriveWithTheirTimeInBatches) {
  start();
  for (const double soc : {90.0, 91.0, 92.0}) publish(soc);
  ASSERT_TRUE(writes(3)) << log.text();
  EXPECT_EQ(server.stub.requests.size(), 1U) << "one request for all";
  EXPECT_EQ(server.points[1].measurement, "busbar");
  EXPECT_EQ(server.points[1].tags.at("device"), "pack");
  EXPECT_EQ(server.points[1].fields.at("soc"), "91");
  EXPECT_EQ(server.points[1].timestamp, "1795245352123");
  ASSERT_TRUE(loop.until([&] { return sink->account().acknowledged == 3; }));
  expect_balance();
  EXPECT_TRUE(sink->account().healthy);
  EXPECT_EQ(log.text(), "");
}

TEST_F(InfluxSinkTest, AFullBatchDoesNotWait) {
  options.interval = 1h;
  options.batch = 3;
  start();
  for (int i = 0; i < 3; ++i) publish(i);
  EXPECT_TRUE(writes(3));
}

TEST_F(InfluxSinkTest, AServerInTroubleIsAskedAgainAndNothingIsLost) {
  server.refusals = {{503, "", "1"}, {500, R"({"code":"internal error","message":"disk full"})"}};
  start();
  publish(90);
  ASSERT_TRUE(loop.until([&] { return sink->account().errors == 1; }));
  EXPECT_FALSE(sink->account().healthy);
  EXPECT_EQ(sink->account().queued, 1U);
  publish(91);
  ASSERT_TRUE(writes(2)) << log.text();
  EXPECT_EQ(server.points[0].fields.at("soc"), "90") << "in their order";
  EXPECT_THAT(log.text(), HasSubstr("answers 500: disk full; trying again"));
  EXPECT_TRUE(loop.until([&] { return log.count("writes again") == 1; }));
  expect_balance();
}

TEST_F(InfluxSinkTest, OnePointThatIsRefusedIsDroppedAlone) {
  server.poison = "soc=13";
  options.interval = 50ms;
  start();
  for (int i = 0; i < 40; ++i) publish(i);
  ASSERT_TRUE(writes(39)) << log.text();
  ASSERT_TRUE(loop.until([&] { return sink->account().queued == 0; }));
  EXPECT_EQ(sink->account().dropped, 1U);
  EXPECT_EQ(sink->account().acknowledged, 39U);
  EXPECT_LT(server.stub.requests.size(), 30U) << "found by halves";
  EXPECT_THAT(log.text(), HasSubstr("1 point(s) dropped"));
  expect_balance();
}

TEST_F(InfluxSinkTest, APartialWriteCountsWhatItSays) {
  server.refusals = {{400, R"({"error":"partial write: points beyond retention policy dropped=2"})"}};
  start();
  for (int i = 0; i < 5; ++i) publish(i);
  ASSERT_TRUE(loop.until([&] { return sink->account().queued == 0; }));
  EXPECT_EQ(sink->account().dropped, 2U);
  EXPECT_EQ(sink->account().acknowledged, 3U);
  EXPECT_TRUE(server.points.empty()) << "nothing is sent twice";
  expect_balance();
}

TEST_F(InfluxSinkTest, ABatchThatIsTooLargeIsHalved) {
  server.refusals = {{413, R"({"code":"request too large","message":"cannot read data"})"}};
  start();
  for (int i = 0; i < 4; ++i) publish(i);
  ASSERT_TRUE(writes(4));
  EXPECT_EQ(sink->account().dropped, 0U);
}

TEST_F(InfluxSinkTest, AWrongTokenIsToldWithoutBeingShown) {
  options.token = "guess-me";
  start();
  publish(90);
  ASSERT_TRUE(loop.until([&] { return sink->account().errors > 0; }));
  EXPECT_THAT(log.text(),
              HasSubstr("answers 401: unauthorized access; check username and password, or token"));
  EXPECT_EQ(log.text().find("guess-me"), std::string::npos);
  EXPECT_EQ(sink->account().queued, 1U) << "somebody may mend it";
}

TEST_F(InfluxSinkTest, NobodyThereKeepsTheNewestAndCountsTheRest) {
  options.url.port = busbar::test::free_port();
  options.max_queue = 10;
  start();
  for (int i = 0; i < 25; ++i) publish(i);
  ASSERT_TRUE(loop.until([&] { return sink->account().errors > 0; }));
  EXPECT_THAT(log.text(), HasSubstr("cannot connect to http://127.0.0.1"));
  EXPECT_EQ(sink->account().queued, 10U);
  EXPECT_EQ(sink->account().dropped, 15U);
  expect_balance();
}

TEST_F(InfluxSinkTest, TheLastPointsAreDeliveredAtTheEnd) {
  options.interval = 1h;
  start();
  publish(90);
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 5s, false)));
  EXPECT_EQ(server.points.size(), 1U);
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(InfluxSinkTest, AnEndWithoutAServerEndsInTime) {
  server.stub.decide = nullptr;
  server.stub.usual.silent = true;
  options.interval = 1h;
  start();
  publish(90);
  EXPECT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 100ms, false)));
  EXPECT_EQ(sink->account().queued, 1U);
}

TEST_F(InfluxSinkTest, AReportWithoutAValueIsNoPoint) {
  start();
  sink->publish(sink::test::report("pack", "status", {{&sink::test::soc, std::monostate{}}}));
  EXPECT_EQ(sink->account().accepted, 0U);
}

TEST(WriteTarget, IsThatOfTheVersion) {
  Options one;
  one.database = "home db";
  one.retention_policy = "a year";
  EXPECT_EQ(write_target(one), "/write?db=home%20db&rp=a%20year&precision=ms");
  Options two;
  two.bucket = "b";
  EXPECT_EQ(write_target(two), "/api/v2/write?bucket=b&precision=ms");
}

}  // namespace
}  // namespace busbar::sink::influx
