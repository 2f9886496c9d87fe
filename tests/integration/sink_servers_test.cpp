// The outputs that push, against real servers: InfluxDB 1 and the Pushgateway of Debian.
#include "support/finished.hpp"
#include "support/http_get.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

/// A server of its own on free ports, with its data in a directory of its own.
class Influx {
 public:
  Influx() {
    config_ = directory_.write(
        "influxdb.conf",
        "reporting-disabled = true\nbind-address = \"127.0.0.1:" + std::to_string(free_port()) +
            "\"\n[meta]\n  dir = \"" + directory_.path() + "/meta\"\n[data]\n  dir = \"" + directory_.path() +
            "/data\"\n  wal-dir = \"" + directory_.path() + "/wal\"\n[http]\n  bind-address = \"127.0.0.1:" +
            std::to_string(port) + "\"\n  log-enabled = false\n");
    start();
  }
  void start() {
    process_ = std::make_unique<Process>(std::vector<std::string>{"influxd", "-config", config_});
    if (!eventually([&] { return http_get(port, "/ping").status == 204; }))
      throw std::runtime_error{"influxd does not start: " + process_->err()};
  }
  void kill() {
    process_->signal(SIGKILL);
    (void)process_->wait();
  }
  /// The answer to a query in InfluxQL, already percent-encoded.
  [[nodiscard]] Json query(const std::string& text, const std::string& method = "GET") const {
    std::string answer;
    if (method == "GET") {
      answer = http_get(port, "/query?db=home&epoch=ms&q=" + text).body;
    } else {
      Process curl{{"curl", "-s", "-XPOST", "http://127.0.0.1:" + std::to_string(port) + "/query?q=" + text}};
      (void)curl.wait();
      answer = curl.out();
    }
    // Without Content-Length the body comes in chunks, each with its length before it.
    const auto begin = answer.find('{');
    const auto end = answer.rfind('}');
    return begin == std::string::npos ? Json{}
                                      : Json::parse(answer.substr(begin, end - begin + 1), nullptr, false);
  }
  /// Points that have the field; -1 when there is no answer.
  [[nodiscard]] int count(const std::string& field, const std::string& device) const {
    const auto json =
        query("SELECT%20count(" + field + ")%20FROM%20busbar%20WHERE%20device='" + device + "'");
    if (!json.is_object() || !json.contains("results")) return -1;
    const auto& result = json["results"][0];
    return result.contains("series") ? result["series"][0]["values"][0][1].get<int>() : 0;
  }

  const unsigned short port = free_port();

 private:
  TemporaryDirectory directory_;
  std::string config_;
  std::unique_ptr<Process> process_;
};

struct Site {
  explicit Site(const std::string& sinks)
      : config{directory.write(
            "busbar.yaml", to_yaml({.link = packs.url(),
                                    .packs = 1,
                                    .sinks = sinks + "  http: {port: " + std::to_string(http) + "}\n"}))} {}
  void start() {
    daemon = std::make_unique<Process>(std::vector<std::string>{BUSBAR_BINARY, "--config", config});
  }
  [[nodiscard]] std::optional<double> metric(const std::string& series) const {
    return sample("\n" + http_get(http, "/metrics").body, series);
  }
  [[nodiscard]] double account(const std::string& name, const std::string& sink) const {
    return metric("busbar_sink_" + name + "{sink=\"" + sink + "\"}").value_or(-1);
  }

  TemporaryDirectory directory;
  Simulator packs{BUSBAR_BINARY, {}};
  unsigned short http = free_port();
  std::string config;
  std::unique_ptr<Process> daemon;
};

TEST(InfluxDb, GetsEveryPointAlsoThoseOfAnOutage) {
  Influx influx;
  (void)influx.query("CREATE%20DATABASE%20home", "POST");
  Site site{"  influx: {url: \"http://127.0.0.1:" + std::to_string(influx.port) +
            "\", database: home, interval: 200ms, timeout: 2s, tags: {site: \"my cellar\"}}\n"};
  site.start();
  ASSERT_TRUE(eventually([&] {
    return influx.count("soc", "pack1") > 3 && influx.count("current", "pack1") > 3;
  })) << site.daemon->err();
  const auto tags = influx.query("SHOW%20TAG%20VALUES%20FROM%20busbar%20WITH%20KEY%20=%20site");
  EXPECT_THAT(tags.dump(), HasSubstr("my cellar"));
  const auto fields = influx.query("SHOW%20FIELD%20KEYS%20FROM%20busbar").dump();
  EXPECT_THAT(fields, HasSubstr(R"(["cell_01_voltage","float"])"));
  EXPECT_THAT(fields, HasSubstr(R"(["charging","boolean"])"));

  influx.kill();
  ASSERT_TRUE(eventually([&] { return site.account("queued", "influx") > 10; })) << site.daemon->err();
  EXPECT_EQ(site.account("healthy", "influx"), 0);
  influx.start();
  ASSERT_TRUE(eventually([&] {
    return site.account("healthy", "influx") == 1 && site.account("queued", "influx") < 10;
  })) << site.daemon->err();
  EXPECT_EQ(site.account("dropped_total", "influx"), 0);

  site.daemon->signal(SIGTERM);
  ASSERT_EQ(site.daemon->wait(), 0);
  // No gap: status comes every 200 ms, so that an outage would show as a hole in the times.
  const auto rows = influx.query("SELECT%20current%20FROM%20busbar");
  const auto& values = rows["results"][0]["series"][0]["values"];
  std::int64_t widest = 0;
  for (std::size_t i = 1; i < values.size(); ++i)
    widest = std::max(widest, values[i][0].get<std::int64_t>() - values[i - 1][0].get<std::int64_t>());
  EXPECT_LT(widest, 2000) << values.size() << " points";
}

TEST(InfluxDb, AMissingDatabaseIsToldAndWaitedFor) {
  Influx influx;
  Site site{"  influx: {url: \"http://127.0.0.1:" + std::to_string(influx.port) +
            "\", database: home, interval: 200ms}\n"};
  site.start();
  ASSERT_TRUE(eventually([&] {
    return site.daemon->err().find("does the database or bucket exist") != std::string::npos;
  })) << site.daemon->err();
  EXPECT_THAT(site.daemon->err(), HasSubstr("answers 404: database not found"));
  (void)influx.query("CREATE%20DATABASE%20home", "POST");
  EXPECT_TRUE(eventually([&] { return influx.count("soc", "pack1") > 0; })) << site.daemon->err();
}

TEST(Pushgateway, HasThePageWhileTheDaemonRunsAndNothingAfterwards) {
  const auto port = free_port();
  Process gateway{{"prometheus-pushgateway", "--web.listen-address=127.0.0.1:" + std::to_string(port)}};
  ASSERT_TRUE(eventually([&] { return http_get(port, "/-/ready").status == 200; })) << gateway.err();
  Site site{"  pushgateway: {url: \"http://127.0.0.1:" + std::to_string(port) +
            "\", interval: 1s, instance: \"attic/west\", include: [soc]}\n"};
  site.start();
  const std::string series = "busbar_soc_ratio{device=\"pack1\",instance=\"attic/west\",job=\"busbar\"}";
  ASSERT_TRUE(eventually([&] { return sample("\n" + http_get(port, "/metrics").body, series).has_value(); }))
      << site.daemon->err() << gateway.err();
  const std::string page = http_get(port, "/metrics").body;
  for (const auto& line : lines_of(page)) {
    if (line.find("instance=\"attic/west\"") == std::string::npos) continue;
    EXPECT_EQ(line.find("busbar_pack_voltage"), std::string::npos) << "only what was chosen: " << line;
  }
  EXPECT_THAT(page, HasSubstr("push_time_seconds{instance=\"attic/west\",job=\"busbar\"}"));
  EXPECT_EQ(site.account("healthy", "pushgateway"), 1);
  site.daemon->signal(SIGTERM);
  ASSERT_EQ(site.daemon->wait(), 0);
  EXPECT_TRUE(eventually([&] {
    return http_get(port, "/metrics").body.find("instance=\"attic/west\"") == std::string::npos;
  })) << http_get(port, "/metrics").body.substr(0, 4000);
}

TEST(Pushgateway, KeepsTheValuesOfASingleRound) {
  const auto port = free_port();
  Process gateway{{"prometheus-pushgateway", "--web.listen-address=127.0.0.1:" + std::to_string(port)}};
  ASSERT_TRUE(eventually([&] { return http_get(port, "/-/ready").status == 200; })) << gateway.err();
  Site site{"  pushgateway: {url: \"http://127.0.0.1:" + std::to_string(port) + "\", instance: box}\n"};
  Process once{{BUSBAR_BINARY, "--config", site.config, "--once"}};
  ASSERT_EQ(once.wait(), 0) << once.err();
  EXPECT_TRUE(eventually([&] {
    return sample("\n" + http_get(port, "/metrics").body,
                  "busbar_soc_ratio{device=\"pack1\",instance=\"box\",job=\"busbar\"}")
        .has_value();
  })) << once.err();
}

}  // namespace
}  // namespace busbar::test
