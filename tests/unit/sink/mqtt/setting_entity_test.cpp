// What can be set, as Home Assistant hears of it.
#include "sink/mqtt/setting_entity.hpp"

#include "sink/mqtt/announcer.hpp"
#include "unit/sink/mqtt/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::sink::mqtt::test {
namespace {

using ::testing::HasSubstr;

/// The Orion pack of a site that allows these.
DeviceDescription orion(const std::vector<std::string>& allowed) {
  const auto& profile = *built_in().find("orion1000");
  auto device = described(profile, "shed");
  for (const auto& name : allowed) device.settings.push_back(profile.find_setter(name)->setting);
  return device;
}

Json components(const DeviceDescription& device, const Options& options = {}) {
  const Topics topics{options};
  const auto text = device_discovery({options, topics, "1.2.3"}, with_everything(device));
  return Json::parse(text)["components"];
}

TEST(SettingEntity, ASwitchShowsTheReadingThatReadsItBack) {
  const auto entity = components(orion({"discharge_mos"}))["set_discharge_mos"];
  EXPECT_EQ(entity["platform"], "switch");
  EXPECT_EQ(entity["unique_id"], "busbar_shed_set_discharge_mos");
  EXPECT_EQ(entity["default_entity_id"], "switch.shed_discharge_mos");
  EXPECT_EQ(entity["name"], "Discharge MOS");
  EXPECT_EQ(entity["command_topic"], "busbar/shed/set/discharge_mos");
  EXPECT_EQ(entity["state_topic"], "busbar/shed/state/status");
  EXPECT_EQ(
      entity["value_template"],
      "{{ 'on' if value_json.get('discharge_mos') else 'off' if value_json.get('discharge_mos') is false "
      "else none }}");
  EXPECT_EQ(entity["payload_on"], "on");
  EXPECT_EQ(entity["payload_off"], "off");
  EXPECT_FALSE(entity.contains("retain")) << "a retained command would be repeated at every start";
  EXPECT_EQ(entity.size(), 9u);
}

TEST(SettingEntity, AButtonIsPressed) {
  const auto entity = components(orion({"allow_charge"}))["set_allow_charge"];
  EXPECT_EQ(entity["platform"], "button");
  EXPECT_EQ(entity["payload_press"], "press");
  EXPECT_FALSE(entity.contains("state_topic"));
}

TEST(SettingEntity, NumberAndSelectSayWhatThereIs) {
  auto device = pack("shed");
  Setting limit{
      .key = "limit", .name = "Limit", .kind = SettingKind::number, .unit = "A", .min = 2, .max = 30};
  limit.step = 0.5;
  Setting source{
      .key = "source", .name = "Source", .kind = SettingKind::select, .options = {"grid", "solar"}};
  source.read_back = "source";
  source.read_query = "settings";
  device.settings = {limit, source};
  const auto all = components(device);
  EXPECT_EQ(all["set_limit"]["min"], 2);
  EXPECT_EQ(all["set_limit"]["max"], 30);
  EXPECT_EQ(all["set_limit"]["step"], 0.5);
  EXPECT_EQ(all["set_limit"]["unit_of_measurement"], "A");
  EXPECT_EQ(all["set_limit"]["entity_category"], "config");
  EXPECT_EQ(all["set_source"]["options"], (std::vector<std::string>{"grid", "solar"}));
  EXPECT_FALSE(all["set_source"].contains("state_topic")) << "this output does not get that reading";
}

DeviceDescription inverter(const std::vector<std::string>& allowed) {
  const auto& profile = *built_in().find("pi30_max");
  auto device = described(profile, "roof");
  for (const auto& name : allowed) device.settings.push_back(profile.find_setter(name)->setting);
  return device;
}

TEST(SettingEntity, ATextSaysHowItLooks) {
  const auto all = components(inverter({"clock", "bms"}));
  EXPECT_EQ(all["set_clock"]["platform"], "text");
  EXPECT_EQ(all["set_clock"]["min"], 12);
  EXPECT_EQ(all["set_clock"]["max"], 12);
  EXPECT_EQ(all["set_clock"]["pattern"], "^[0-9]{2}[0-9]{2}[0-9]{2}[0-9]{2}[0-9]{2}[0-9]{2}$");
  EXPECT_EQ(all["set_clock"]["entity_category"], "config");
  EXPECT_EQ(all["set_bms"]["max"], 33);
  EXPECT_THAT(all["set_bms"]["pattern"].get<std::string>(), HasSubstr("^[0-9]{1} [0-9]{3} "));
}

TEST(SettingEntity, TheRangeHoldsTheOneValueBeyondIt) {
  const auto entity = components(inverter({"max_discharging_current"}))["set_max_discharging_current"];
  EXPECT_EQ(entity["min"], 0);
  EXPECT_EQ(entity["max"], 150);
}

TEST(SettingEntity, AnOptionThatIsANumberIsShownWithoutItsPoint) {
  const auto entity = components(inverter({"ac_output_frequency"}))["set_ac_output_frequency"];
  EXPECT_EQ(entity["options"], (std::vector<std::string>{"50", "60"}));
  EXPECT_EQ(entity["value_template"],
            "{{ '%g' | format(value_json.get('ac_output_rating_frequency')) if "
            "value_json.get('ac_output_rating_frequency') is number else none }}");
}

TEST(SettingEntity, NothingAllowedNothingShown) {
  const auto all = components(orion({}));
  ASSERT_FALSE(all.empty());
  for (const auto& [key, component] : all.items()) {
    EXPECT_THAT(key, ::testing::Not(::testing::StartsWith("set_")));
    EXPECT_FALSE(component.contains("command_topic"));
  }
}

TEST(SettingEntity, WhatIsNoLongerAllowedIsWithdrawn) {
  const Options options;
  Announcer announcer{options, "1.2.3", {}};
  announcer.describe(orion({"discharge_mos", "charge_mos"}));
  announcer.start(0);
  (void)announcer.take_messages();
  announcer.describe(orion({"charge_mos"}));
  EXPECT_TRUE(announcer.has_removals());
  const std::string topic = "homeassistant/device/busbar_shed/config";
  auto shown = Json::parse(announcer.render(topic))["components"];
  EXPECT_EQ(shown["set_discharge_mos"], (Json{{"platform", "switch"}})) << "first as removed";
  EXPECT_TRUE(shown["set_charge_mos"].contains("command_topic"));
  announcer.finish_removals();
  shown = Json::parse(announcer.render(topic))["components"];
  EXPECT_FALSE(shown.contains("set_discharge_mos")) << "then no more";
}

TEST(SettingEntity, IsAlsoWithdrawnWhenItWasAllowedInAnEarlierRun) {
  const Options options;
  Published earlier;
  earlier.devices["shed"].components = {{"set_discharge_mos", "switch"}, {"set_charge_mos", "switch"}};
  earlier.devices["shed"].topics = {"homeassistant/device/busbar_shed/config"};
  Announcer announcer{options, "1.2.3", earlier};
  announcer.describe(orion({"charge_mos"}));
  announcer.start(0);
  const auto shown = Json::parse(announcer.render("homeassistant/device/busbar_shed/config"))["components"];
  EXPECT_EQ(shown["set_discharge_mos"], (Json{{"platform", "switch"}}));
  EXPECT_TRUE(shown["set_charge_mos"].contains("command_topic"));
}

TEST(SettingEntity, GoesApartWhereTheWholeDeviceIsTooLarge) {
  const Options options;
  Announcer announcer{options, "1.2.3", {}};
  announcer.describe(orion({"discharge_mos"}));
  announcer.start(4096);
  const auto part = announcer.render("homeassistant/device/busbar_shed/set/config");
  ASSERT_THAT(part, HasSubstr("set_discharge_mos"));
  EXPECT_EQ(Json::parse(part)["components"].size(), 1u);
}

}  // namespace
}  // namespace busbar::sink::mqtt::test
