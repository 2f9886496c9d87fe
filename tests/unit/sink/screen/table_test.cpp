// The table: alignment by columns, not bytes, and what is red.
#include "sink/screen/table.hpp"

#include "unit/sink/support.hpp"

namespace busbar::sink::screen {
namespace {

Row row(std::string name, std::string text, std::string unit, bool alarm = false) {
  return {.key = "key",
          .name = std::move(name),
          .unit = std::move(unit),
          .text = std::move(text),
          .value = {},
          .alarm = alarm};
}

DeviceView view(std::vector<Row> rows) {
  DeviceView device;
  device.id = "pack";
  device.blocks.push_back({"status", UtcMillis{std::chrono::milliseconds{1795245352123}}, std::move(rows)});
  return device;
}

TEST(Table, NamesAndValuesAlignByWhatIsSeen) {
  EXPECT_EQ(
      table(view({row("Außentemperatur", "-5", "°C"), row("電池", "52.34", "V"), row("x", "1", "")}), false),
      "pack  2026-11-21T07:15:52.123Z\n"
      "  Außentemperatur     -5 °C\n"
      "  電池             52.34 V\n"
      "  x                    1\n");
}

TEST(Table, ALongTextDoesNotPushTheOthersAside) {
  EXPECT_EQ(table(view({row("a", "1", "V"), row("b", "a serial number of some length", "")}), false),
            "pack  2026-11-21T07:15:52.123Z\n"
            "  a  1 V\n"
            "  b  a serial number of some length\n");
}

TEST(Table, NotAvailableIsADashWithoutUnit) {
  EXPECT_EQ(table(view({row("Time to full", "", "min")}), false),
            "pack  2026-11-21T07:15:52.123Z\n  Time to full  -\n");
}

TEST(Table, ADeviceThatNeverAnswered) {
  DeviceView device;
  device.id = "pack";
  device.name = "House";
  EXPECT_EQ(table(device, false), "pack  House  no answer yet\n");
  device.availability = Availability::offline;
  EXPECT_EQ(table(device, false), "pack  House  offline\n");
  device.reason = "breaker_open";
  EXPECT_EQ(table(device, true), "\x1b[1mpack  House\x1b[0m\x1b[31m  offline: breaker_open\x1b[0m\n");
}

TEST(Table, OnlyPresentProblemsAreRed) {
  const std::string text =
      table(view({row("Overvoltage", "true", "", true), row("Charging", "true", "")}), true);
  EXPECT_NE(text.find("  Overvoltage  \x1b[31mtrue\x1b[0m\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  Charging     true\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace busbar::sink::screen
