// The daemon as a service manager and an administrator see it: notifications, signals, streams, health.
#include "support/finished.hpp"
#include "support/http_get.hpp"
#include "support/notify_socket.hpp"
#include "support/pack_facts.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;

class Service : public ::testing::Test {
 protected:
  std::string config(const std::string& sinks) const {
    return directory.write("busbar.yaml", to_yaml({.link = packs.url(), .packs = 2, .sinks = sinks}));
  }
  [[nodiscard]] bool online(unsigned pack) const {
    return sample(http_get(http, "/metrics").body,
                  "busbar_device_up{device=\"pack" + std::to_string(pack) + "\"}") == 1;
  }
  [[nodiscard]] bool both_online() const {
    return eventually([this] { return online(1) && online(2); });
  }
  TemporaryDirectory directory;
  Simulator packs{BUSBAR_BINARY, {.count = 2}};
  unsigned short http = free_port();
  std::string http_sink = "  http: {port: " + std::to_string(http) + "}\n";
};

TEST_F(Service, TellsItsManagerHowItIs) {
  NotifySocket manager{directory.path() + "/notify"};
  Process daemon{{BUSBAR_BINARY, "--config", config(http_sink)},
                 {{"NOTIFY_SOCKET", directory.path() + "/notify"}, {"WATCHDOG_USEC", "200000"}}};
  EXPECT_TRUE(manager.hears("READY=1")) << daemon.err();
  EXPECT_TRUE(manager.hears("STATUS=2 of 2 devices online")) << manager.heard();
  EXPECT_TRUE(manager.hears("WATCHDOG=1", 5)) << manager.heard();
  EXPECT_THAT(manager.heard(), ::testing::Not(HasSubstr("STOPPING=1")));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_TRUE(manager.hears("STOPPING=1"));
}

TEST_F(Service, IsReadyWithoutBrokerAndDevices) {
  NotifySocket manager{directory.path() + "/notify"};
  packs.kill();
  const auto nobody = std::to_string(free_port());
  Process daemon{{BUSBAR_BINARY, "--config", config("  mqtt: {url: \"mqtt://127.0.0.1:" + nobody + "\"}\n")},
                 {{"NOTIFY_SOCKET", directory.path() + "/notify"}}};
  EXPECT_TRUE(manager.hears("READY=1")) << daemon.err();
  EXPECT_TRUE(manager.hears("0 of 2 devices online")) << manager.heard();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Service, SurvivesAHangUpOfItsTerminal) {
  Process daemon{{BUSBAR_BINARY, "--config", config(http_sink)}};
  ASSERT_TRUE(both_online()) << daemon.err();
  daemon.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return daemon.err().find("SIGHUP") != std::string::npos; })) << daemon.err();
  EXPECT_TRUE(daemon.running());
  EXPECT_TRUE(both_online());
}

TEST_F(Service, EndsOnAnInterruptToo) {
  Process daemon{{BUSBAR_BINARY, "--config", config(http_sink)}};
  ASSERT_TRUE(both_online());
  daemon.signal(SIGINT);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Service, GoesOnWhenNobodyReadsItsOutputAnyMore) {
  const auto file = config("  screen: {format: jsonl}\n" + http_sink);
  // The shell becomes the daemon, whose reader leaves after one line.
  Process daemon{{"bash", "-c", "exec " BUSBAR_BINARY " --config '" + file + "' > >(exec head -n 1)"}};
  ASSERT_TRUE(both_online());
  const std::string errors = R"(busbar_sink_errors_total{sink="screen"})";
  EXPECT_TRUE(eventually([&] { return sample(http_get(http, "/metrics").body, errors).value_or(0) > 0; }));
  EXPECT_TRUE(daemon.running());
  EXPECT_TRUE(online(1));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Service, RunsWithClosedStandardStreams) {
  const auto file = config("  screen: {format: jsonl}\n" + http_sink);
  Process daemon{{"bash", "-c", "exec " BUSBAR_BINARY " --config '" + file + "' <&- >&- 2>&-"}};
  EXPECT_TRUE(both_online());
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Service, RefusesAPortThatIsTakenWithoutStoppingTheRest) {
  Process first{{BUSBAR_BINARY, "--config", config(http_sink)}};
  ASSERT_TRUE(both_online());
  Process second{{BUSBAR_BINARY, "--config", config("  screen: {format: jsonl}\n" + http_sink)}};
  EXPECT_TRUE(eventually([&] { return lines_of(second.out()).size() > 3; })) << second.err();
  EXPECT_THAT(second.err(), HasSubstr(std::to_string(http)));
  second.signal(SIGTERM);
  EXPECT_EQ(second.wait(), 0);
}

TEST_F(Service, AnswersHealthChecks) {
  Process daemon{{BUSBAR_BINARY, "--config", config(http_sink)}};
  ASSERT_TRUE(both_online());
  const auto health = http_get(http, "/healthz");
  EXPECT_EQ(health.status, 200U);
  EXPECT_THAT(health.body, HasSubstr("\"online\": 2"));
  const auto url = "http://127.0.0.1:" + std::to_string(http) + "/healthz";
  EXPECT_EQ(run_to_end({BUSBAR_BINARY, "healthcheck", "--url", url}).code, 0);
  daemon.signal(SIGTERM);
  ASSERT_EQ(daemon.wait(), 0);
  EXPECT_EQ(run_to_end({BUSBAR_BINARY, "healthcheck", "--url", url}).code, 69);
}

TEST_F(Service, GivesMetricsThatPromtoolAccepts) {
  Process daemon{{BUSBAR_BINARY, "--config", config(http_sink)}};
  ASSERT_TRUE(both_online());
  ASSERT_TRUE(eventually([&] {
    return http_get(http, "/metrics").body.find("state_of_charge") != std::string::npos ||
           http_get(http, "/metrics").body.find("soc") != std::string::npos;
  }));
  directory.write("page", http_get(http, "/metrics").body);
  const auto checked = run_to_end({"sh", "-c", "promtool check metrics < " + directory.path() + "/page"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
}

TEST_F(Service, KeepsTheTextfileFreshAndTakesItAwayAtTheEnd) {
  const auto file = directory.path() + "/busbar.prom";
  Process daemon{
      {BUSBAR_BINARY, "--config", config("  textfile: {path: " + file + ", interval: 200ms}\n" + http_sink)}};
  ASSERT_TRUE(both_online());
  const auto text = [&] {
    std::ifstream stream{file};
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
  };
  const auto up = [&](const std::string& name) { return sample(text(), name).value_or(-1); };
  EXPECT_TRUE(eventually([&] { return up(R"(busbar_device_up{device="pack2"})") == 1; })) << text();
  const double first = up("busbar_process_uptime_seconds");
  EXPECT_TRUE(eventually([&] { return up("busbar_process_uptime_seconds") > first; }));
  const auto checked = run_to_end({"sh", "-c", "promtool check metrics < " + file});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(file)) << "stale values would be collected for ever";
  for (const auto& entry : std::filesystem::directory_iterator{directory.path()}) {
    EXPECT_EQ(entry.path().filename().string().find("busbar.prom"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace busbar::test
