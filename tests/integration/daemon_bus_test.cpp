// The daemon on a D-Bus of its own, asked with busctl as an administrator would.
#include "support/finished.hpp"
#include "support/http_get.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;

/// dbus-daemon with the policy that is shipped, and otherwise open as a system bus is.
class PrivateBus {
 public:
  explicit PrivateBus(const TemporaryDirectory& directory)
      : address{"unix:path=" + directory.path() + "/bus"},
        process_{{"dbus-daemon", "--nofork", "--config-file=" + directory.write("bus.conf", policy())}} {
    const auto path = directory.path() + "/bus";
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(path); })) << process_.err();
  }
  const std::string address;

 private:
  /// What Debian's system bus allows by default, and the policy that is shipped.
  [[nodiscard]] std::string policy() const {
    return "<busconfig><type>system</type><listen>" + address +
           "</listen><policy context=\"default\"><allow user=\"*\"/><deny own=\"*\"/>"
           "<deny send_type=\"method_call\"/><allow send_type=\"signal\"/>"
           "<allow send_requested_reply=\"true\" send_type=\"method_return\"/>"
           "<allow send_requested_reply=\"true\" send_type=\"error\"/>"
           "<allow receive_type=\"method_call\"/><allow receive_type=\"method_return\"/>"
           "<allow receive_type=\"error\"/><allow receive_type=\"signal\"/>"
           "<allow send_destination=\"org.freedesktop.DBus\"/></policy><include>" +
           std::string{BUSBAR_SOURCE_DIR} + "/systemd/org.busbar.Busbar1.conf</include></busconfig>";
  }

  Process process_;
};

class OnTheBus : public ::testing::Test {
 protected:
  Finished call(std::vector<std::string> words) const {
    std::vector<std::string> command{
        "busctl", "--address=" + bus.address, "--json=short",        "--timeout=20",
        "call",   "org.busbar.Busbar1",       "/org/busbar/Busbar1", "org.busbar.Busbar1"};
    command.insert(command.end(), words.begin(), words.end());
    return run_to_end(std::move(command));
  }
  [[nodiscard]] bool served() const {
    return eventually([&] { return call({"Status"}).code == 0; });
  }
  nlohmann::json status() const {
    return nlohmann::json::parse(nlohmann::json::parse(call({"Status"}).out)["data"][0].get<std::string>());
  }

  TemporaryDirectory directory;
  PrivateBus bus{directory};
  Simulator pack{BUSBAR_BINARY};
  std::string file = directory.write(
      "busbar.yaml", "dbus: true\n" + to_yaml({.link = pack.url(),
                                               .intervals = "voltages: 1h, status: 1h, capacity: off, "
                                                            "serial_number: off"}));
  Process daemon{{BUSBAR_BINARY, "--config", file}, {{"DBUS_SYSTEM_BUS_ADDRESS", bus.address}}};
};

TEST_F(OnTheBus, TellsHowItDoes) {
  ASSERT_TRUE(served()) << daemon.err();
  EXPECT_TRUE(eventually([&] { return status()["devices"]["pack1"]["availability"] == "online"; }));
  EXPECT_EQ(status()["daemon"]["devices"], 1);
}

TEST_F(OnTheBus, PollsNowAndSaysHowItWent) {
  ASSERT_TRUE(served()) << daemon.err();
  ASSERT_TRUE(eventually([&] { return status()["devices"]["pack1"]["polls_success"] == 2; }));
  EXPECT_EQ(call({"PollNow", "s", "pack1"}).code, 0);
  EXPECT_EQ(status()["devices"]["pack1"]["polls_success"], 4) << "the answer came when the polls were done";
  const auto unknown = call({"PollNow", "s", "pack9"});
  EXPECT_NE(unknown.code, 0);
  EXPECT_THAT(unknown.err, HasSubstr("no device 'pack9'"));
  pack.kill();
  EXPECT_NE(call({"PollNow", "s", "pack1"}).code, 0);
}

TEST_F(OnTheBus, ReloadsLikeSighup) {
  ASSERT_TRUE(served()) << daemon.err();
  EXPECT_EQ(call({"Reload"}).code, 0);
  EXPECT_TRUE(eventually([&] { return daemon.err().find("configuration reloaded") != std::string::npos; }))
      << daemon.err();
}

TEST_F(OnTheBus, EndsCleanly) {
  ASSERT_TRUE(served()) << daemon.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(seconds{5}), 0) << daemon.err();
}

TEST(WithoutABus, TheDaemonDoesItsWorkAndSaysWhatIsMissing) {
  const Simulator pack{BUSBAR_BINARY};
  const TemporaryDirectory directory;
  const auto http = free_port();
  const auto file = directory.write(
      "busbar.yaml", "dbus: true\n" + to_yaml({.link = pack.url(),
                                               .sinks = "  http: {port: " + std::to_string(http) + "}\n"}));
  Process daemon{{BUSBAR_BINARY, "--config", file}, {{"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere"}}};
  EXPECT_TRUE(eventually([&] {
    return sample(http_get(http, "/metrics").body, "busbar_device_up{device=\"pack1\"}") == 1;
  })) << daemon.err();
  EXPECT_THAT(daemon.err(), HasSubstr("dbus: "));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

}  // namespace
}  // namespace busbar::test
