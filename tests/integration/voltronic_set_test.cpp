// Setting things on simulated Voltronic inverters with the real program, and inverters that do not know what
// they are asked.
#include "support/family_once.hpp"
#include "support/hostile_values.hpp"
#include "support/http_get.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"

#include <gmock/gmock.h>

namespace busbar::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

/// One inverter on a quick line.
std::string site(const Simulator& inverter, const std::string& device, const std::string& sinks = "") {
  return "version: 1\nchannels:\n  bus: {link: \"" + inverter.url() +
         "\", spacing: 5ms, after_connect: 0, timeout: 1s, settle: 50ms, retries: 2, retry_backoff: 10ms}\n"
         "devices:\n  roof: {channel: bus, writes_per_minute: 600, " +
         device + "}\n" + (sinks.empty() ? "" : "sinks:\n" + sinks);
}

struct Inverter {
  explicit Inverter(const std::string& variant, std::string profile)
      : simulator{BUSBAR_BINARY, {.family = "voltronic", .variant = variant}}, profile_{std::move(profile)} {}

  Finished set(const std::string& setting, const std::string& value, const std::string& allowed = "") {
    const auto file =
        directory_.write("busbar.yaml", site(simulator, "profile: " + profile_ + ", allow_writes: [" +
                                                            (allowed.empty() ? setting : allowed) + "]"));
    return run_to_end({BUSBAR_BINARY, "set", "roof", setting, "--config", file, "--", value});
  }

  Finished list(const std::string& option) {
    const auto file =
        directory_.write("busbar.yaml", site(simulator, "profile: " + profile_ + ", allow_writes: [buzzer]"));
    return run_to_end({BUSBAR_BINARY, "set", "roof", "--config", file, option});
  }

  Simulator simulator;

 private:
  std::string profile_;
  TemporaryDirectory directory_;
};

TEST(VoltronicSet, SetsAndReadsBack) {
  struct Case {
    std::string variant, profile, setting, value, read_back;
  };
  const Case cases[] = {
      {"pi30", "pi30", "output_source_priority", "sbu_first", "sbu_first"},
      {"pi30", "pi30", "buzzer", "off", "off"},
      {"pi30", "pi30", "battery_recharge_voltage", "45", "45.0"},
      {"pi30", "pi30", "battery_redischarge_voltage", "0", "0.0"},
      {"pi30", "pi30", "max_ac_charging_current", "20", "20"},
      {"pi30", "pi30", "ac_output_frequency", "60", "60"},
      {"pi30", "pi30", "equalization_enabled", "on", "on"},
      {"max", "pi30_max", "max_charging_current", "120", "120"},
      {"max", "pi30_max", "led_effect", "right_scrolling", "right_scrolling"},
      {"max", "pi30_max", "max_discharging_current", "90", "90"},
      {"pi30", "pi41", "charger_source_priority", "solar_only", "solar_only"},
      {"pi18", "pi18", "battery_under_voltage", "44.5", "44.5"},
      {"pi18", "pi18", "lcd_backlight", "off", "off"},
  };
  for (const Case& one : cases) {
    Inverter inverter{one.variant, one.profile};
    const auto result = inverter.set(one.setting, one.value);
    EXPECT_EQ(result.code, 0) << result.out << result.err;
    EXPECT_EQ(result.out,
              "roof " + one.setting + " = " + one.value + ": accepted, reads back " + one.read_back + "\n");
  }
}

TEST(VoltronicSet, WhatNothingShowsIsAcknowledged) {
  Inverter inverter{"max", "pi30_max"};
  EXPECT_EQ(inverter.set("clock", "261121174500").out, "roof clock = 261121174500: accepted\n");
  EXPECT_EQ(inverter.set("bms", "0 075 0 0 0 564 540 450 0100 0120").code, 0);
  EXPECT_EQ(inverter.set("restore_defaults", "press").code, 0);
}

TEST(VoltronicSet, TheInverterSaysWhatItTakes) {
  Inverter inverter{"pi30", "pi30"};
  const auto range = inverter.set("battery_recharge_voltage", "23");
  EXPECT_EQ(range.code, 65);
  EXPECT_THAT(range.out, HasSubstr("with a battery_rating_voltage of 48 the device takes 44 to 51"));
  const auto list = inverter.set("max_ac_charging_current", "25");
  EXPECT_EQ(list.code, 65);
  EXPECT_THAT(list.out, HasSubstr("refused: max_ac_charging_current: the device itself lists 2, 10, 20, 30"));
}

TEST(VoltronicSet, ListsWhatIsSetNow) {
  Inverter inverter{"pi30", "pi30"};
  const auto list = inverter.list("--read");
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("allowed  buzzer = on: switch (one of: on, off)"));
  EXPECT_THAT(list.out, HasSubstr("\n         output_source_priority = sbu_first: select"));
  EXPECT_THAT(list.out, HasSubstr("\n         battery_bulk_voltage = 56.4: number (12.0 to 63.0 V"));
  EXPECT_THAT(list.out, HasSubstr("\n         ac_output_frequency = 50: select"));
  EXPECT_THAT(list.out, HasSubstr("\n         clock: text (00-99 01-12"));
  EXPECT_THAT(inverter.list("--log-level=warning").out, HasSubstr("allowed  buzzer: switch"));
  EXPECT_THAT(inverter.simulator.stop(), HasSubstr(" 4 requests, "))
      << "QPIRI, QFLAG, QBEQI, QCST, and nothing else";
}

TEST(VoltronicSet, AProfileIsListedByName) {
  const auto list = run_to_end({BUSBAR_BINARY, "profile", "list", "pi18"});
  EXPECT_THAT(list.out, HasSubstr("    set   output_source_priority select"));
  EXPECT_THAT(list.out, HasSubstr("    write restore_defaults    All settings to the factory's."));
  EXPECT_THAT(list.out, Not(HasSubstr("orion1000")));
  EXPECT_THAT(list.out, Not(HasSubstr("write pop"))) << "it is nothing without a value";
  EXPECT_EQ(run_to_end({BUSBAR_BINARY, "profile", "list", "pi99"}).code, 64);
}

TEST(VoltronicSet, ARefusalOfTheInverterIsTold) {
  Inverter inverter{"hs", "pi30"};
  const auto result = inverter.set("max_cv_charging_time", "120");
  EXPECT_EQ(result.code, 76);
  EXPECT_THAT(result.out, HasSubstr("rejected: the device refuses PCVT120 (NAK)"));
}

TEST(VoltronicSet, HostileValuesNeverReachTheWire) {
  Inverter inverter{"pi30", "pi30"};
  // A process for each is dear: every fourth; the broker's turn is next and takes all of them.
  for (std::size_t i = 0; i < std::size(hostile_values); i += 4) {
    const std::string_view value = hostile_values[i];
    if (value.find('\0') != std::string_view::npos) continue;  // no argument of a program can hold it
    const auto result = inverter.set("output_source_priority", std::string{value});
    EXPECT_TRUE(result.code == 65 || result.code == 64) << value << " " << result.code << result.out;
  }
  EXPECT_THAT(inverter.simulator.stop(), HasSubstr(" 0 requests, 0 responses"));
}

TEST(VoltronicSet, HostileValuesFromTheBrokerDoNotEither) {
  const TemporaryDirectory directory;
  Mosquitto broker;
  Simulator inverter{BUSBAR_BINARY, {.family = "voltronic"}};
  MqttObserver observer{broker.url()};
  const std::string off =
      "intervals: {qpigs: off, qpiws: off, qpiri: off, qflag: off, qid: off, qvfw: off, qmod: 1h}";
  const auto file = directory.write(
      "busbar.yaml", site(inverter,
                          "profile: pi30, " + off +
                              ", allow_writes: [output_source_priority, clock, buzzer, battery_bulk_voltage]",
                          "  mqtt: {url: \"" + broker.url() + "\"}\n"));
  const Process daemon{{BUSBAR_BINARY, "--config", file}};
  ASSERT_TRUE(observer.wait_for("busbar/roof/availability", "online")) << daemon.err();
  for (const std::string setting : {"output_source_priority", "clock", "buzzer", "battery_bulk_voltage"}) {
    for (const std::string_view value : hostile_values) {
      observer.clear();
      observer.publish("busbar/roof/set/" + setting, std::string{value});
      const auto heard = observer.wait_for(
          [&](const auto& message) { return message.topic == "busbar/roof/result/" + setting; }, seconds{10});
      ASSERT_TRUE(heard) << setting << " " << value;
      EXPECT_EQ(json::parse(heard->payload)["result"], "refused") << setting << " " << value;
    }
  }
  // Topics that come near one that is allowed.
  for (const std::string topic :
       {"PF", "pop", "POP02", "restore_defaults", "buzzer/on", "../set/buzzer", "Buzzer"})
    observer.publish("busbar/roof/set/" + topic, "on");
  observer.clear();
  observer.publish("busbar/roof/set/buzzer", "off");
  const auto heard =
      observer.wait_for([&](const auto& message) { return message.topic == "busbar/roof/result/buzzer"; });
  ASSERT_TRUE(heard);
  EXPECT_EQ(json::parse(heard->payload)["read_back"], "off") << "it still serves";
  EXPECT_THAT(inverter.stop(), HasSubstr(" 3 requests"))
      << "the mode at the start, the order, what reads it back";
}

TEST(VoltronicSet, NoRawFrameChangesAnything) {
  for (const auto& [variant, frame] :
       {std::pair{"pi30", "504f503032e20b0d"}, {"pi18", "5e5330303550464e840d"}}) {
    Simulator inverter{BUSBAR_BINARY, {.family = "voltronic", .variant = variant}};
    const TemporaryDirectory directory;
    const auto file = directory.write(
        "busbar.yaml",
        site(inverter, std::string{"profile: "} + variant + ", allow_writes: [restore_defaults]"));
    EXPECT_EQ(run_to_end({BUSBAR_BINARY, "raw", "roof", "--config", file, "--hex", frame}).code, 77)
        << variant;
    EXPECT_THAT(inverter.stop(), HasSubstr(" 0 requests, "));
  }
}

TEST(VoltronicSet, AllowingByAPatternWithoutAnchorsIsAnError) {
  const Simulator inverter{BUSBAR_BINARY, {.family = "voltronic"}};
  const TemporaryDirectory directory;
  for (const std::string pattern : {"PCP*", "POP0[0-2]", "battery_.*", "^battery_.*", ".*", "^.*$"}) {
    const auto file =
        directory.write("busbar.yaml", site(inverter, "profile: pi30, allow_writes: [\"" + pattern + "\"]"));
    EXPECT_EQ(run_to_end({BUSBAR_BINARY, "--config", file, "--check-config"}).code, 78) << pattern;
  }
}

/// mpp-solar's default polls of a MAX on an inverter that is none: what it does not know disturbs nothing.
TEST(VoltronicNak, IsAnAnswerThatDisturbsNothing) {
  const TemporaryDirectory directory;
  const Simulator inverter{BUSBAR_BINARY, {.family = "voltronic", .variant = "pi30"}};
  const auto device = [](const std::string& interval) {
    return "profile: pi30, offline_after: 2, allow_writes: [buzzer], intervals: {qpigs: 200ms, qpigs2: " +
           interval + ", qet: " + interval + "}";
  };
  const auto port = free_port();
  const auto file = directory.write(
      "busbar.yaml", site(inverter, device("100ms"), "  http: {port: " + std::to_string(port) + "}\n"));
  const Process daemon{{BUSBAR_BINARY, "--config", file}};
  const auto metric = [&](const std::string& series) {
    return sample(http_get(port, "/metrics").body, series).value_or(-1);
  };
  const std::string polls = "busbar_device_polls_total{device=\"roof\",outcome=";
  ASSERT_TRUE(eventually([&] { return metric(polls + "\"success\"}") > 20; }, seconds{60})) << daemon.err();
  EXPECT_GE(metric(polls + "\"refused\"}"), 4);
  EXPECT_LT(metric(polls + "\"refused\"}"), metric(polls + "\"success\"}")) << "asked ever more rarely";
  EXPECT_EQ(metric(polls + "\"failed\"}"), 0);
  EXPECT_EQ(metric("busbar_device_up{device=\"roof\"}"), 1);
  EXPECT_EQ(metric("busbar_device_writes_total{device=\"roof\",verdict=\"accepted\"}"), 0);
  const auto log = daemon.err();
  const auto first = log.find("roof qpigs2: the device refuses QPIGS2 (NAK)");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find("roof qpigs2:", first + 1), std::string::npos) << "said once\n" << log;
  EXPECT_THAT(log, Not(HasSubstr("is offline")));
}

using VoltronicNakOnce = FamilyOnce;

TEST_F(VoltronicNakOnce, IsNoFailureOfASingleRound) {
  const Simulator inverter{BUSBAR_BINARY, {.family = "voltronic", .variant = "pi30"}};
  const auto readings = once(inverter, "  i: {profile: pi30_max, channel: bus}\n").at("i");
  EXPECT_FALSE(readings.contains("qpigs2"));
  EXPECT_TRUE(readings.contains("qmod"));
}

}  // namespace
}  // namespace busbar::test
