// Virtual readings of the whole program: in every output with the right classes, through SIGKILL and reload.
#include "support/http_get.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fstream>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class VirtualReadings : public ::testing::Test {
 protected:
  std::string config(const std::string& persist, const std::string& bank_power = "sum([pack*.power])") const {
    return directory.write(
        "busbar.yaml",
        "version: 1\nstate_directory: " + directory.path() + "\npersist_interval: " + persist +
            "\nchannels:\n  bus: {link: \"" + packs.url() +
            "\", spacing: 0, after_connect: 0, timeout: 400ms, settle: 50ms,\n"
            "        reconnect: {min: 50ms, max: 200ms}, breaker: {probe_min: 100ms, probe_max: 200ms}}\n"
            "defaults:\n  device:\n    profile: orion1000\n    offline_after: 2\n"
            "    intervals: {voltages: off, status: 100ms, capacity: 200ms, serial_number: off}\n"
            "    virtual:\n      power: {expression: pack_voltage * current, unit: W, precision: 1}\n"
            "      energy_in: {energy: power, unit: Wh, precision: 6}\n"
            "      energy_out: {energy: power, sign: negative}\n"
            "devices:\n  pack1: {address: 1}\n  pack2: {address: 2}\n"
            "virtual_devices:\n  bank:\n    name: Bank\n    interval: 200ms\n    virtual:\n"
            "      power: {expression: \"" +
            bank_power +
            "\", unit: W}\n"
            "sinks:\n  mqtt: {url: \"" +
            broker.url() + "\"}\n  http: {port: " + std::to_string(http) + "}\n");
  }
  void start(const std::string& persist) {
    daemon = std::make_unique<Process>(std::vector<std::string>{BUSBAR_BINARY, "--config", config(persist)});
  }
  [[nodiscard]] std::optional<double> metric(const std::string& series) const {
    return sample("\n" + http_get(http, "/metrics").body, series);
  }
  /// In watt-hours, as the output shows it.
  [[nodiscard]] double charged() const {
    return metric("busbar_energy_in_joules_total{device=\"pack1\"}").value_or(-1) / 3600;
  }
  [[nodiscard]] double saved() const {
    std::ifstream file{directory.path() + "/energy.json"};
    const auto json = Json::parse(file, nullptr, false);
    return json.is_object() ? json["watt_hours"].value("pack1.energy_in", -1.0) : -1;
  }
  [[nodiscard]] std::string log() const { return daemon->err(); }

  TemporaryDirectory directory;
  Mosquitto broker;
  Simulator packs{BUSBAR_BINARY, {.count = 2}};
  unsigned short http = free_port();
  std::unique_ptr<Process> daemon;
};

TEST_F(VirtualReadings, AreInEveryOutputLikeMeasuredOnes) {
  start("1h");
  const std::string sum = "busbar_power_watts{device=\"bank\"}";
  ASSERT_TRUE(eventually([&] { return metric(sum) && charged() > 0; })) << log();
  const std::string page = http_get(http, "/metrics").body;
  const auto one = sample("\n" + page, "busbar_power_watts{device=\"pack1\"}");
  ASSERT_TRUE(one);
  EXPECT_NEAR(*one,
              *sample("\n" + page, "busbar_pack_voltage_volts{device=\"pack1\"}") *
                  *sample("\n" + page, "busbar_current_amperes{device=\"pack1\"}"),
              std::abs(*one) * 0.02);
  EXPECT_NEAR(*metric(sum), 2 * *one, std::abs(*one) * 0.2);
  EXPECT_EQ(metric("busbar_device_up{device=\"bank\"}"), 1);
  EXPECT_THAT(page, HasSubstr("# TYPE busbar_energy_in_joules_total counter"));

  ASSERT_TRUE(eventually([&] {
    const auto topics = retained(broker.url());
    return topics.contains("busbar/bank/state") && topics.contains("homeassistant/device/busbar_bank/config");
  })) << log();
  const auto topics = retained(broker.url());
  const auto state = Json::parse(topics.at("busbar/pack1/state"));
  EXPECT_TRUE(state.contains("power") && state.contains("energy_in") && state.contains("soc")) << state;
  EXPECT_TRUE(eventually([&] { return retained(broker.url())["busbar/bank/availability"] == "online"; }));
  const auto config = Json::parse(topics.at("homeassistant/device/busbar_pack1/config"));
  const Json* energy = nullptr;
  for (const auto& component : config.contains("components") ? config["components"] : config["cmps"]) {
    if (component.dump().find("energy_out") != std::string::npos) energy = &component;
  }
  ASSERT_NE(energy, nullptr) << config;
  EXPECT_THAT(energy->dump(), HasSubstr("\"energy\""));
  EXPECT_THAT(energy->dump(), HasSubstr("\"total_increasing\""));
  EXPECT_THAT(energy->dump(), HasSubstr("\"kWh\""));
}

TEST_F(VirtualReadings, SurviveSigkillAtAnyMomentAndLoseAtMostAnInterval) {
  start("1s");
  ASSERT_TRUE(eventually([&] { return saved() > 0; })) << log();
  double least = 0;
  for (int round = 0; round < 5; ++round) {
    // It is killed when at least one more value was saved, at whatever moment the loop finds that.
    const double before = saved();
    ASSERT_TRUE(eventually([&] { return saved() > before; })) << log();
    const double shown = charged();
    daemon->signal(SIGKILL);
    (void)daemon->wait();
    const double kept = saved();
    ASSERT_GE(kept, least) << "the file is whole and never falls";
    // 5.2 kW is more than two simulated packs ever take: in one interval and a margin no more can be lost.
    EXPECT_LT(shown - kept, 5200.0 * 5 / 3600);
    least = kept;
    start("1s");
    ASSERT_TRUE(eventually([&] { return charged() >= kept; })) << log();
  }
  daemon->signal(SIGTERM);
  ASSERT_EQ(daemon->wait(), 0);
  EXPECT_GE(saved(), least);
}

TEST_F(VirtualReadings, AreSavedAtTheEnd) {
  start("1h");
  ASSERT_TRUE(eventually([&] { return charged() > 0; })) << log();
  const double shown = charged();
  EXPECT_EQ(saved(), -1);
  daemon->signal(SIGTERM);
  ASSERT_EQ(daemon->wait(), 0);
  EXPECT_GE(saved(), shown * 0.999);
}

TEST_F(VirtualReadings, AReloadChangesThemAndDisturbsNoDevice) {
  start("1h");
  ASSERT_TRUE(eventually([&] { return metric("busbar_power_watts{device=\"bank\"}") && charged() > 0; }))
      << log();
  const double before = charged();
  (void)config("1h", "pack1.power * 0 + 42");
  daemon->signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return metric("busbar_power_watts{device=\"bank\"}") == 42; })) << log();
  EXPECT_GE(charged(), before) << "counters go on";
  EXPECT_EQ(metric("busbar_channel_reconnects_total{channel=\"bus\"}"), 0) << "no device was touched";
}

TEST_F(VirtualReadings, ADeadDeviceTakesTheSumAlongAndComesBackWithIt) {
  start("1h");
  const std::string sum = "busbar_power_watts{device=\"bank\"}";
  ASSERT_TRUE(eventually([&] { return metric(sum).has_value(); })) << log();
  packs.kill();
  EXPECT_TRUE(eventually([&] { return !metric(sum) && metric("busbar_device_up{device=\"bank\"}") == 0; }))
      << log();
  packs.start();
  EXPECT_TRUE(eventually([&] { return metric(sum) && metric("busbar_device_up{device=\"bank\"}") == 1; }))
      << log();
}

}  // namespace
}  // namespace busbar::test
