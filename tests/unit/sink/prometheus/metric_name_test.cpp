// Names of metrics: what a dashboard is built on, and what promtool accepts.
#include "sink/prometheus/metric_name.hpp"

#include "sink/prometheus/text_format.hpp"
#include "unit/sink/support.hpp"

namespace busbar::sink::prometheus {
namespace {

std::string name_of(std::string key, std::string unit, Kind kind = Kind::measurement) {
  return family_of({.key = std::move(key), .name = "Shown name", .unit = std::move(unit), .kind = kind}).name;
}

TEST(MetricName, IsKeyAndBaseUnit) {
  EXPECT_EQ(name_of("pack_voltage", "V"), "busbar_pack_voltage_volts");
  EXPECT_EQ(name_of("current", "A"), "busbar_current_amperes");
  EXPECT_EQ(name_of("soc", "%"), "busbar_soc_ratio");
  EXPECT_EQ(name_of("mos_temperature", "°C"), "busbar_mos_temperature_celsius");
  EXPECT_EQ(name_of("time_to_empty", "min"), "busbar_time_to_empty_seconds");
  EXPECT_EQ(name_of("full_capacity", "Ah"), "busbar_full_capacity_coulombs");
  EXPECT_EQ(name_of("cycles", ""), "busbar_cycles");
}

TEST(MetricName, CountersEndInTotalOnce) {
  EXPECT_EQ(name_of("energy", "kWh", Kind::counter), "busbar_energy_joules_total");
  EXPECT_EQ(name_of("energy_total", "kWh", Kind::counter), "busbar_energy_joules_total");
  EXPECT_EQ(name_of("cycles", "", Kind::counter), "busbar_cycles_total");
  EXPECT_EQ(family_of(test::energy).type, MetricType::counter);
  EXPECT_EQ(family_of(test::voltage).type, MetricType::gauge);
}

TEST(MetricName, RepeatedFieldsShareTheFamily) {
  EXPECT_EQ(family_of(test::cell(3)).name, "busbar_cell_voltage_volts");
  EXPECT_EQ(family_of(test::cell(3)).help, family_of(test::cell(16)).help);
}

TEST(MetricName, KindsWithoutUnits) {
  EXPECT_EQ(name_of("cell_overvoltage", "", Kind::flag), "busbar_cell_overvoltage");
  EXPECT_EQ(name_of("mode", "", Kind::enumeration), "busbar_mode");
  EXPECT_EQ(name_of("serial_number", "", Kind::text), "busbar_serial_number_info");
}

TEST(MetricName, HelpDoesNotDependOnTheDisplayName) {
  Quantity one = test::voltage;
  Quantity other = test::voltage;
  other.name = "Akku\nSpannung";
  EXPECT_EQ(family_of(one).help, family_of(other).help);
}

TEST(MetricName, AReadingCannotPassForTheDaemonsOwnMetric) {
  EXPECT_EQ(name_of("up", ""), "busbar_reading_up");
  EXPECT_EQ(name_of("device_up", ""), "busbar_reading_device_up");
  EXPECT_EQ(name_of("sink_queued", ""), "busbar_reading_sink_queued");
  EXPECT_EQ(name_of("uptime", "s"), "busbar_uptime_seconds");
}

TEST(MetricName, EndingsReservedByPrometheusAreClosed) {
  EXPECT_EQ(name_of("cell_count", ""), "busbar_cell_count_value");
  EXPECT_EQ(name_of("power_total", ""), "busbar_power_total_value");
  EXPECT_EQ(name_of("power_total", "W"), "busbar_power_total_watts");
}

TEST(MetricName, UnknownUnitsAreSanitised) {
  EXPECT_EQ(name_of("speed", "Furlong/Fortnight"), "busbar_speed_furlong_per_fortnight");
  EXPECT_EQ(name_of("reading", "§"), "busbar_reading");
  EXPECT_EQ(name_of("length", "m"), "busbar_length_unitm");
}

TEST(MetricName, PromtoolAcceptsWhateverAProfileCallsThings) {
  std::string page;
  std::vector<std::string> seen;
  for (const char* key :
       {"a",       "hours",     "operating_hours", "time_h",       "gauge",    "pressure_gauge",
        "summary", "data_bits", "kilovolts",       "days_left",    "m_x",      "x_count",
        "x_sum",   "x_bucket",  "x_total",         "x_info",       "ms",       "cell_voltage",
        "device",  "up",        "x_created",       "milliseconds", "counter_s"}) {
    for (const char* unit :
         {"", "V", "%", "h", "min", "d", "kWh", "Ah", "°C", "m", "kB", "b", "ms", "°", "W/m²"}) {
      for (const Kind kind : {Kind::measurement, Kind::counter, Kind::flag, Kind::text}) {
        const Family family = family_of({.key = key, .name = "x", .unit = unit, .kind = kind});
        if (std::ranges::find(seen, family.name) != seen.end()) continue;
        seen.push_back(family.name);
        append_family(page, family);
        append_sample(page, family.name, label("device", "d"), {}, 1);
      }
    }
  }
  EXPECT_GT(seen.size(), 200U);
  EXPECT_EQ(test::promtool(page), "");
}

TEST(LabelName, IsLegalAndNotOneOfOurs) {
  EXPECT_EQ(label_name("cell"), "cell");
  EXPECT_EQ(label_name("Temp Probe"), "temp_probe");
  EXPECT_EQ(label_name("device"), "index_device");
  EXPECT_EQ(label_name("quantile"), "index_quantile");
  EXPECT_EQ(label_name("3rd"), "index_3rd");
  EXPECT_EQ(label_name("°"), "index");
}

}  // namespace
}  // namespace busbar::sink::prometheus
