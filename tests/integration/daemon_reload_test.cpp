// SIGHUP: what did not change goes on undisturbed, what did is restarted, nonsense is refused.
#include "support/finished.hpp"
#include "support/http_get.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/notify_socket.hpp"
#include "support/pack_facts.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Reload : public ::testing::Test {
 protected:
  Reload() { write(site()); }

  /// Two packs on a line each, so that one line can change without the other.
  /// The first is polled slowly enough that a busy machine does not make it miss a tick.
  [[nodiscard]] std::string site(const std::string& pack2 = "", const std::string& sinks = "",
                                 const std::string& second_line = "") const {
    return "version: 1\nchannels:\n  one: {link: \"" + first.url() + "\", spacing: 5ms}\n  two: {link: \"" +
           second.url() + "\", spacing: 5ms" + second_line +
           "}\ndefaults:\n  device: {profile: orion1000, intervals: {voltages: 500ms, status: 500ms, "
           "capacity: off, serial_number: off}}\n"
           "devices:\n  pack1: {channel: one, address: 1}\n"
           "  pack2: {channel: two, address: 1" +
           pack2 + "}\nsinks:\n  http: {port: " + std::to_string(http) + "}\n" + sinks;
  }
  void write(const std::string& text) const {
    directory.write("new.yaml", text);
    std::filesystem::rename(directory.path() + "/new.yaml", file());
  }
  [[nodiscard]] std::string file() const { return directory.path() + "/busbar.yaml"; }
  [[nodiscard]] double metric(const std::string& name) const {
    return sample(http_get(http, "/metrics").body, name).value_or(-1);
  }
  [[nodiscard]] double polls(const std::string& device, const std::string& outcome) const {
    return metric("busbar_device_polls_total{device=\"" + device + "\",outcome=\"" + outcome + "\"}");
  }
  [[nodiscard]] bool both_polled() const {
    return eventually([this] { return polls("pack1", "success") > 2 && polls("pack2", "success") > 2; });
  }
  /// Sends SIGHUP and waits until the daemon has done with it.
  [[nodiscard]] bool reload(Process& daemon) {
    daemon.signal(SIGHUP);
    ++reloads;
    return manager.hears("RELOADING=1\nMONOTONIC_USEC=", reloads) && manager.hears("READY=1", 1 + reloads);
  }

  TemporaryDirectory directory;
  Simulator first{BUSBAR_BINARY};
  Simulator second{BUSBAR_BINARY};
  unsigned short http = free_port();
  NotifySocket manager{directory.path() + "/notify"};
  std::map<std::string, std::string> environment{{"NOTIFY_SOCKET", directory.path() + "/notify"}};
  std::size_t reloads = 0;
};

TEST_F(Reload, AnInvalidFileKeepsTheOldConfigurationAndSaysWhy) {
  Process daemon{{BUSBAR_BINARY, "--config", file()}, environment};
  ASSERT_TRUE(both_polled()) << daemon.err();
  write(site(", adress: 2"));
  ASSERT_TRUE(reload(daemon)) << daemon.err();
  EXPECT_THAT(daemon.err(), HasSubstr("the old one is kept"));
  EXPECT_THAT(daemon.err(), HasSubstr("adress")) << "with the place and the cause";
  EXPECT_THAT(manager.heard(), HasSubstr("reload failed"));
  const auto before = polls("pack2", "success");
  EXPECT_TRUE(eventually([&] { return polls("pack2", "success") > before; }));
  std::filesystem::remove(file());
  ASSERT_TRUE(reload(daemon)) << "a file that is gone is no reason to stop";
  EXPECT_TRUE(eventually([&] { return polls("pack1", "success") > before; }));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Reload, StartsAndEndsDevicesAndOutputs) {
  const Mosquitto broker;
  const MqttObserver observer{broker.url(), {"busbar/#"}};
  const auto heard = [&](const std::string& topic, const std::string& payload) {
    return eventually([&] {
      return std::ranges::any_of(observer.heard(), [&](const auto& message) {
        return message.topic == topic && message.payload == payload;
      });
    });
  };
  Process daemon{{BUSBAR_BINARY, "--config", file()}, environment};
  ASSERT_TRUE(both_polled()) << daemon.err();

  write(site("", "  mqtt: {url: \"" + broker.url() + "\"}\n"));
  ASSERT_TRUE(reload(daemon)) << daemon.err();
  EXPECT_TRUE(heard("busbar/pack1/availability", "online")) << "a new output hears what is known already";

  auto without = site("", "  mqtt: {url: \"" + broker.url() + "\"}\n");
  const auto line = without.find("  pack2:");
  without.erase(line, without.find('\n', line) - line + 1);
  write(without);
  ASSERT_TRUE(reload(daemon)) << daemon.err();
  EXPECT_TRUE(eventually([&] { return polls("pack2", "success") < 0; })) << "removed from the metrics";
  EXPECT_TRUE(eventually([&] { return !retained(broker.url()).contains("busbar/pack2/availability"); }));
  EXPECT_TRUE(retained(broker.url()).contains("busbar/pack1/availability"));

  write(site());
  ASSERT_TRUE(reload(daemon)) << daemon.err();
  EXPECT_TRUE(heard("busbar/status", "offline")) << "the output that was removed said goodbye";
  EXPECT_TRUE(both_polled()) << daemon.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Reload, AHundredUnderLoadCostAnUnchangedDeviceNoPoll) {
  Process daemon{{BUSBAR_BINARY, "--config", file()}, environment};
  ASSERT_TRUE(both_polled()) << daemon.err();
  const std::vector<std::string> files{site(", name: Attic"), site("", "  screen: {format: jsonl}\n"),
                                       site("", "", ", timeout: 700ms"), site(", adress: 1"),
                                       site(", intervals: {voltages: 50ms, status: 50ms}")};
  double known = polls("pack1", "success");
  const auto skipped = polls("pack1", "skipped");  // while the line was being opened
  for (unsigned i = 0; i < 100; ++i) {
    write(files[i % files.size()]);
    ASSERT_TRUE(reload(daemon)) << i << "\n" << daemon.err();
    const auto now = polls("pack1", "success");
    ASSERT_GE(now, known) << "counted from the start again: it was restarted at " << i;
    known = now;
  }
  EXPECT_EQ(polls("pack1", "failed"), 0);
  EXPECT_EQ(polls("pack1", "skipped"), skipped);
  EXPECT_EQ(polls("pack1", "discarded"), 0);
  EXPECT_EQ(metric("busbar_channel_reconnects_total{channel=\"one\"}"), 0);
  const auto before = polls("pack2", "success");
  EXPECT_TRUE(eventually([&] { return polls("pack2", "success") > before; })) << daemon.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_THAT(daemon.err(), Not(HasSubstr("died")));
  EXPECT_THAT(first.stop(), HasSubstr("1 connections")) << "the line that did not change was left open";
}

}  // namespace
}  // namespace busbar::test
