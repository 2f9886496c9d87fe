// What can be set on Voltronic inverters: every value of the documents becomes its command, and no other
// value becomes any.
#include "profile/library.hpp"
#include "profile/setter.hpp"
#include "support/hostile_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace busbar::profile {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view profiles[] = {"pi30", "pi30_max", "pi41", "pi18"};

const Profile& of(std::string_view name) {
  static const auto library = [] {
    yaml::Findings findings;
    return Library::load("", findings);
  }();
  return *library.find(std::string{name});
}

std::string command(std::string_view profile, std::string_view key, std::string_view value) {
  const Setter* const setter = of(profile).find_setter(key);
  if (setter == nullptr) return "no such setting";
  const auto write = prepare(of(profile), *setter, value);
  return write ? std::string{write->data.begin(), write->data.end()} : "refused";
}

TEST(VoltronicSettings, BecomeTheCommandsOfTheDocuments) {
  struct Case {
    std::string_view profile, key, value, command;
  };
  constexpr Case cases[] = {
      {"pi30", "output_source_priority", "utility_first", "POP00"},
      {"pi30", "output_source_priority", "sbu_first", "POP02"},
      {"pi30", "charger_source_priority", "solar_only", "PCP03"},
      {"pi30", "input_voltage_range", "appliance", "PGR00"},
      {"pi30", "battery_type", "user", "PBT02"},
      {"pi30", "battery_recharge_voltage", "46", "PBCV46.0"},
      {"pi30", "battery_redischarge_voltage", "0", "PBDV00.0"},
      {"pi30", "battery_redischarge_voltage", "54.0", "PBDV54.0"},
      {"pi30", "battery_under_voltage", "42.5", "PSDV42.5"},
      {"pi30", "battery_bulk_voltage", "56.4", "PCVV56.4"},
      {"pi30", "battery_float_voltage", "54", "PBFT54.0"},
      {"pi30", "max_charging_current", "40", "MCHGC040"},
      {"pi30", "max_charging_current_mnchgc", "120", "MNCHGC0120"},
      {"pi30", "max_charging_current_pip", "80", "MNCHGC080"},
      {"pi30", "max_ac_charging_current", "2", "MUCHGC002"},
      {"pi30", "unit_charging_current", "1060", "MNCHGC1060"},
      {"pi30", "unit_charger_source_priority", "202", "PPCP202"},
      {"pi30", "ac_output_frequency", "60", "F60"},
      {"pi30", "ac_output_voltage", "120", "V120"},
      {"pi30", "output_mode", "phase_1_of_3", "POPM02"},
      {"pi30", "buzzer", "on", "PEa"},
      {"pi30", "fault_code_record", "off", "PDz"},
      {"pi30", "operation_logic", "on_line", "POPLG01"},
      {"pi30", "charging_stage", "two_stage", "PCST01"},
      {"pi30", "max_cv_charging_time", "150", "PCVT150"},
      {"pi30", "equalization_voltage", "58.4", "PBEQV58.40"},
      {"pi30", "equalization_over_time", "5", "PBEQOT005"},
      {"pi30", "clock", "261121174500", "DAT261121174500"},
      {"pi30", "battery_control", "released", "PBATCD000"},
      {"pi30", "battery_voltage_calibration", "-0.45", "BTA-09"},
      {"pi30", "restore_defaults", "press", "PF"},
      {"pi30_max", "battery_type", "lic", "PBT09"},
      {"pi30_max", "charger_source_priority", "utility_first", "refused"},
      {"pi30_max", "output_mode", "phase_2_of_2_180", "POPM07"},
      {"pi30_max", "max_ac_charging_current", "120", "MUCHGC120"},
      {"pi30_max", "max_discharging_current", "0", "PBATMAXDISC000"},
      {"pi30_max", "max_discharging_current", "29", "refused"},
      {"pi30_max", "led_color", "3160032240", "PLEDC3160032240"},
      {"pi30_max", "bms", "0 075 0 0 0 564 540 450 0100 0120", "PBMS0 075 0 0 0 564 540 450 0100 0120"},
      {"pi30_max", "reset_energy_counters", "press", "RTEY"},
      {"pi41", "output_mode", "parallel_180", "POPM06"},
      {"pi41", "battery_bulk_voltage", "58.4", "PCVV58.4"},
      {"pi41", "battery_bulk_voltage", "58.5", "refused"},
      {"pi18", "charger_source_priority", "solar_only", "PCP0,2"},
      {"pi18", "max_charging_current", "30", "MCHGC0,030"},
      {"pi18", "battery_under_voltage", "45", "PSDV450"},
      {"pi18", "charging_voltages", "552,540", "MCHGV552,540"},
      {"pi18", "charging_voltages", "640,540", "refused"},
      {"pi18", "buzzer", "off", "PDA"},
      {"pi18", "machine_type", "grid_tie", "PEI"},
      // what others let through
      {"pi30", "battery_bulk_voltage", "64.0", "refused"},
      {"pi30", "battery_float_voltage", "99.9", "refused"},
      {"pi30", "max_ac_charging_current", "130", "refused"},  // an HS would take this for 30 A of unit 1
      {"pi30", "clock", "20261121174500", "refused"},
      {"pi30", "output_mode", "POPM09", "refused"},
      {"pi30_max", "led_color", "3160032256", "refused"},
  };
  for (const Case& one : cases)
    EXPECT_EQ(command(one.profile, one.key, one.value), one.command) << one.profile << " " << one.key;
}

TEST(VoltronicSettings, NoHostileValueBecomesACommand) {
  std::size_t tried = 0;
  for (const std::string_view profile : profiles) {
    for (const Setter& setter : of(profile).setters) {
      for (const std::string_view value : test::hostile_values) {
        ++tried;
        EXPECT_EQ(command(profile, setter.setting.key, value), "refused")
            << setter.setting.key << " " << value;
      }
      EXPECT_EQ(command(profile, setter.setting.key, test::huge_value()), "refused");
    }
  }
  EXPECT_GT(tried, 10'000u);
}

/// The longest and shortest of each number, and each option: what goes out is printable and without a
/// separator that could begin a second command.
TEST(VoltronicSettings, EveryValueMakesOneCommand) {
  for (const std::string_view profile : profiles) {
    const auto codec = protocol::make_codec("voltronic", of(profile).dialect).value();
    for (const Setter& setter : of(profile).setters) {
      std::vector<std::string> values = setter.setting.options;
      if (setter.setting.kind == SettingKind::number)
        values = {std::to_string(static_cast<int>(setter.setting.min)),
                  std::to_string(static_cast<int>(setter.setting.max))};
      for (const std::string& value : values) {
        const auto write = prepare(of(profile), setter, value);
        ASSERT_TRUE(write) << profile << " " << setter.setting.key << " " << value;
        protocol::Query query = write->query->request;
        query.data = write->data;
        const auto frame = codec->build(query);
        ASSERT_TRUE(frame) << profile << " " << setter.setting.key << " " << value;
        EXPECT_EQ(std::count(frame->begin(), frame->end(), '\r'), 1) << setter.setting.key << " " << value;
        EXPECT_TRUE(protocol::parse_frame(*codec, *frame)) << setter.setting.key << " " << value;
      }
    }
  }
}

TEST(VoltronicSettings, WhatCannotBeUndoneIsNotRepeated) {
  for (const std::string_view profile : profiles) {
    for (const std::string name : {"restore_defaults", "reset_energy_counters", "erase_data_log", "bta"}) {
      const ProfileQuery* const query = of(profile).find(name);
      EXPECT_FALSE(query != nullptr && query->repeatable) << profile << " " << name;
    }
    EXPECT_TRUE(of(profile).find("pop")->repeatable);
  }
}

TEST(VoltronicSettings, MostAreReadBack) {
  for (const std::string_view profile : profiles) {
    const auto& setters = of(profile).setters;
    const auto shown =
        std::ranges::count_if(setters, [](const Setter& s) { return !s.setting.read_back.empty(); });
    EXPECT_GT(3 * shown, 2 * std::ranges::count_if(setters, [](const Setter& s) {
                           return s.setting.kind != SettingKind::button &&
                                  s.setting.kind != SettingKind::text;
                         }));
  }
}

}  // namespace
}  // namespace busbar::profile
