// The words for what can be set and what became of it: they stand in topics, logs and error messages.
#include "model/command.hpp"

#include <gtest/gtest.h>

namespace busbar {
namespace {

TEST(SettingKindNames, AreThoseOfTheProfileAndOfHomeAssistant) {
  EXPECT_EQ(to_string(SettingKind::number), "number");
  EXPECT_EQ(to_string(SettingKind::select), "select");
  EXPECT_EQ(to_string(SettingKind::toggle), "switch");
  EXPECT_EQ(to_string(SettingKind::button), "button");
  EXPECT_EQ(to_string(SettingKind::text), "text");
}

TEST(VerdictNames, AreStable) {
  EXPECT_EQ(to_string(Verdict::accepted), "accepted");
  EXPECT_EQ(to_string(Verdict::rejected), "rejected");
  EXPECT_EQ(to_string(Verdict::unacknowledged), "unacknowledged");
  EXPECT_EQ(to_string(Verdict::mismatch), "mismatch");
  EXPECT_EQ(to_string(Verdict::refused), "refused");
}

TEST(CommandResultDefault, IsARefusal) {
  EXPECT_EQ(CommandResult{}.verdict, Verdict::refused) << "what nobody decided was not done";
}

TEST(ExpectedValues, NumbersSayRangeUnitAndStep) {
  Setting setting{.key = "limit", .kind = SettingKind::number, .unit = "A", .min = 0, .max = 30, .step = 0.5};
  setting.precision = 1;
  EXPECT_EQ(expected_values(setting), "0.0 to 30.0 A in steps of 0.5");
  setting.unit.clear();
  setting.precision = 0;
  setting.step = 10;
  EXPECT_EQ(expected_values(setting), "0 to 30 in steps of 10");
  setting.also = 100;
  EXPECT_EQ(expected_values(setting), "0 to 30 in steps of 10, or 100");
}

TEST(ExpectedValues, OthersSayTheirOptions) {
  Setting setting{.key = "source", .kind = SettingKind::select, .options = {"grid", "solar"}};
  EXPECT_EQ(expected_values(setting), "one of: grid, solar");
  setting = {.key = "mos", .kind = SettingKind::toggle, .options = {"on", "off"}};
  EXPECT_EQ(expected_values(setting), "one of: on, off");
  setting = {.key = "clock", .kind = SettingKind::text, .groups = {{0, 99, 2}, {1, 12, 2}}};
  EXPECT_EQ(expected_values(setting), "00-99 01-12, written together");
  setting.between = ",";
  EXPECT_EQ(expected_values(setting), "00-99 01-12, with ',' between");
  setting.groups.pop_back();
  EXPECT_EQ(expected_values(setting), "00-99");
  setting = {.key = "restart", .kind = SettingKind::button, .options = {"press"}};
  EXPECT_EQ(expected_values(setting), "press");
}

TEST(ForLog, NothingInTheLogIsWhatItIsNot) {
  using namespace std::string_view_literals;
  EXPECT_EQ(for_log("on"), "'on'");
  EXPECT_EQ(for_log(""), "''");
  EXPECT_EQ(for_log("on\r\nwrite pack1 'x' = 'y'"), "'on\\x0d\\x0awrite pack1 \\x27x\\x27 = \\x27y\\x27'");
  EXPECT_EQ(for_log("\0\x1b[2J\x7f"sv), "'\\x00\\x1b[2J\\x7f'");
  EXPECT_EQ(for_log("\xe2\x80\xae"), "'\\xe2\\x80\\xae'") << "no text that runs the other way";
  EXPECT_EQ(for_log("a\\x0a"), "'a\\x5cx0a'") << "what looks like an escape is not taken for one";
  EXPECT_EQ(for_log(std::string(65, 'a')), "'" + std::string(64, 'a') + "...'");
}

}  // namespace
}  // namespace busbar
