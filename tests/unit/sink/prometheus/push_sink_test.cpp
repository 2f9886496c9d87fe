// Pushing to a gateway: what is sent, when, and what is left behind.
#include "sink/prometheus/push_sink.hpp"

#include "unit/sink/http_stub.hpp"

#include <gmock/gmock.h>

namespace busbar::sink::prometheus {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct PushSinkTest : testing::Test {
  PushSinkTest() {
    stub.usual.status = 200;
    options.url = {false, "127.0.0.1", stub.port(), ""};
    options.instance = "box";
    options.interval = 20ms;
  }
  void TearDown() override { loop.stop(); }
  void start() {
    sink = make_push_sink(loop.context.get_executor(), options, [] {
      Health health;
      health.version = "0.1.0";
      health.now = test::steady_zero;
      return health;
    });
    sink->publish(test::report("pack", "status", {{&test::soc, 96.0}}));
    loop.tasks.spawn("push", sink->run());
  }
  bool requests(std::size_t count) {
    return loop.until([&] { return stub.requests.size() >= count; });
  }
  void finish(bool keep_state) {
    EXPECT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 2s, keep_state)));
  }

  test::CapturedLog log;
  test::Loop loop;
  test::HttpStub stub{loop};
  PushOptions options;
  std::unique_ptr<Sink> sink;
};

TEST_F(PushSinkTest, TheWholePageReplacesTheGroup) {
  start();
  ASSERT_TRUE(requests(2));
  const auto& request = stub.requests[0];
  EXPECT_EQ(request.method_string(), "PUT");
  EXPECT_EQ(request.target(), "/metrics/job/busbar/instance/box");
  EXPECT_EQ(request["Content-Type"], "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(request.body(), HasSubstr("busbar_soc_ratio{device=\"pack\"} 0.96\n"));
  EXPECT_EQ(test::promtool(request.body()), "");
  ASSERT_TRUE(loop.until([&] { return sink->account().acknowledged == 1; }));
  EXPECT_EQ(sink->account().accepted, 1U);
  EXPECT_EQ(log.text(), "");
}

TEST_F(PushSinkTest, AStoppedDaemonLeavesNothingBehind) {
  options.interval = 1h;
  start();
  finish(false);
  ASSERT_EQ(stub.requests.size(), 1U);
  EXPECT_EQ(stub.requests[0].method_string(), "DELETE");
  EXPECT_EQ(stub.requests[0].target(), "/metrics/job/busbar/instance/box");
}

TEST_F(PushSinkTest, ASingleRoundLeavesItsValues) {
  options.interval = 1h;
  start();
  finish(true);
  ASSERT_EQ(stub.requests.size(), 1U);
  EXPECT_EQ(stub.requests[0].method_string(), "PUT");
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(PushSinkTest, LeavingTheGroupCanBeAskedFor) {
  options.interval = 1h;
  options.delete_at_exit = false;
  start();
  finish(false);
  EXPECT_EQ(stub.requests.back().method_string(), "PUT");
}

TEST_F(PushSinkTest, ARefusalIsToldOnceAndPushingGoesOn) {
  stub.usual = {400, "text format parsing error in line 1"};
  start();
  ASSERT_TRUE(requests(3));
  EXPECT_EQ(log.count("answers 400: text format parsing error in line 1; trying again"), 1U);
  EXPECT_FALSE(sink->account().healthy);
  EXPECT_EQ(sink->account().queued, 1U);
  stub.usual = {200, ""};
  ASSERT_TRUE(loop.until([&] { return sink->account().healthy; }));
  EXPECT_THAT(log.text(), HasSubstr("pushes again"));
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(PushSinkTest, CredentialsAreSentAndNeverShown) {
  options.username = "prom";
  options.password = "hidden";
  stub.usual.status = 401;
  start();
  ASSERT_TRUE(requests(1));
  EXPECT_EQ(stub.requests[0]["Authorization"], "Basic cHJvbTpoaWRkZW4=");
  ASSERT_TRUE(loop.until([&] { return sink->account().errors > 0; }));
  EXPECT_THAT(log.text(), HasSubstr("check username and password"));
  EXPECT_EQ(log.text().find("hidden"), std::string::npos);
}

TEST(GroupingPath, IsThatOfTheDocumentation) {
  EXPECT_EQ(grouping_path("busbar", "box"), "/metrics/job/busbar/instance/box");
  EXPECT_EQ(grouping_path("my job", "a&b"), "/metrics/job/my%20job/instance/a%26b");
  // The example of the README: /var/tmp in base64.
  EXPECT_EQ(grouping_path("x", "/var/tmp"), "/metrics/job/x/instance@base64/L3Zhci90bXA=");
  EXPECT_EQ(grouping_path("x", ""), "/metrics/job/x/instance@base64/=");
}

}  // namespace
}  // namespace busbar::sink::prometheus
