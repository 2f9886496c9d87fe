// What is answered to which request, without a socket.
#include "sink/prometheus/http_routes.hpp"

#include "unit/sink/support.hpp"

#include <nlohmann/json.hpp>

namespace busbar::sink::prometheus {
namespace {

Health two_devices() {
  Health health;
  health.version = "0.1.0";
  health.started = UtcMillis{std::chrono::milliseconds{1795245352123}};
  health.devices.resize(3);
  health.devices[0].availability = Availability::online;
  health.devices[1].availability = Availability::offline;
  health.channels.resize(2);
  health.channels[0].connected = true;
  health.sinks.push_back({.name = "mq\xFFtt", .healthy = false, .queued = 3, .dropped = 1, .errors = 2});
  return health;
}

Pages pages(bool stopping = false) { return {two_devices, stopping}; }

TEST(HttpRoutes, Metrics) {
  const Answer found = answer("GET", "/metrics", pages());
  EXPECT_EQ(found.status, 200U);
  EXPECT_EQ(found.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_TRUE(found.metrics) << "the page itself is made by who asks";
  EXPECT_EQ(answer("GET", "/metrics?name=x", pages()).status, 200U);
  EXPECT_EQ(answer("HEAD", "/metrics", pages()).status, 200U);
}

TEST(HttpRoutes, HealthzSummarises) {
  const Answer found = answer("GET", "/healthz", pages());
  EXPECT_EQ(found.status, 200U);
  EXPECT_EQ(found.content_type, "application/json");
  const auto json = nlohmann::json::parse(found.body);
  EXPECT_EQ(json["status"], "ok");
  EXPECT_EQ(json["version"], "0.1.0");
  EXPECT_EQ(json["devices"]["total"], 3);
  EXPECT_EQ(json["devices"]["online"], 1);
  EXPECT_EQ(json["devices"]["offline"], 1);
  EXPECT_EQ(json["devices"]["unknown"], 1);
  EXPECT_EQ(json["channels"]["connected"], 1);
  EXPECT_EQ(json["sinks"][0]["name"], "mq\uFFFDtt");
  EXPECT_EQ(json["sinks"][0]["healthy"], false);
  EXPECT_EQ(json["sinks"][0]["queued"], 3);
}

TEST(HttpRoutes, HealthzSaysWhenTheDaemonStops) {
  const Answer found = answer("GET", "/healthz", pages(true));
  EXPECT_EQ(found.status, 503U);
  EXPECT_EQ(nlohmann::json::parse(found.body)["status"], "stopping");
  EXPECT_EQ(answer("GET", "/metrics", pages(true)).status, 200U);
}

TEST(HttpRoutes, TheIndexNamesThePages) {
  const Answer found = answer("GET", "/", pages());
  EXPECT_EQ(found.status, 200U);
  EXPECT_NE(found.body.find("/metrics"), std::string::npos);
  EXPECT_NE(found.body.find("/healthz"), std::string::npos);
}

TEST(HttpRoutes, OtherMethodsAndPathsAreRefused) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "", "NONSENSE"}) {
    const Answer refused = answer(method, "/metrics", pages());
    EXPECT_EQ(refused.status, 405U) << method;
    EXPECT_EQ(refused.allow, "GET, HEAD");
  }
  for (const char* target :
       {"/metrics/", "/Metrics", "/../etc/passwd", "", "*", "?", "http://x/metrics", "//metrics"})
    EXPECT_EQ(answer("GET", target, pages()).status, 404U) << target;
}

TEST(HttpRoutes, AnErrorPageDoesNotEchoTheRequest) {
  EXPECT_EQ(answer("GET", "/<script>", pages()).body.find("script"), std::string::npos);
}

}  // namespace
}  // namespace busbar::sink::prometheus
