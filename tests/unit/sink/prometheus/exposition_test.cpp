// The whole page: golden text, promtool's verdict.
#include "sink/prometheus/exposition.hpp"

#include "async/wakeup.hpp"
#include "unit/sink/support.hpp"

#include <set>
#include <sstream>

namespace busbar::sink::prometheus {
namespace {

using test::steady_zero;
using namespace std::chrono_literals;

Health full_health() {
  Health health;
  health.version = "0.1.0";
  health.started = UtcMillis{1795245000000ms};
  health.now = steady_zero + 2500ms;
  DeviceHealth& pack = health.devices.emplace_back();
  pack.id = "pack";
  pack.channel = "rs485";
  pack.availability = Availability::online;
  pack.polls_success = 41;
  pack.polls_failed = 2;
  pack.polls_skipped = 1;
  pack.readings = 900;
  pack.implausible = 3;
  pack.anomalies = 4;
  pack.errors = {{Errc::timeout, 1}, {Errc::bad_checksum, 1}};
  pack.last_success = UtcMillis{1795245352123ms};
  pack.last_success_steady = steady_zero;
  pack.latency = {.p50 = 41.5, .p99 = 80, .max = 96, .count = 41};
  DeviceHealth& dead = health.devices.emplace_back();
  dead.id = "dead";
  dead.availability = Availability::offline;
  dead.breaker = Breaker::open;
  dead.polls_discarded = 5;
  dead.polls_refused = 6;
  dead.writable = true;
  dead.writes = {7, 0, 0, 0, 8};
  health.devices.emplace_back().id = "new";
  ChannelHealth& channel = health.channels.emplace_back();
  channel.id = "rs485";
  channel.connected = true;
  channel.connects = 3;
  channel.bytes_sent = 800;
  channel.bytes_received = 4100;
  channel.bytes_skipped = 9;
  channel.frames = 100;
  channel.late_frames = 1;
  channel.queue_depth = 2;
  channel.busy = 1500ms;
  health.sinks.push_back({.name = "mqtt",
                          .healthy = false,
                          .accepted = 10,
                          .acknowledged = 4,
                          .queued = 3,
                          .dropped = 1,
                          .coalesced = 2,
                          .errors = 6});
  return health;
}

std::string whole(Exposition& page) {
  while (page.step()) continue;
  return page.take();
}

/// What is wrong with the order of the lines: a family that stands in two places, a series that stands twice.
std::string disorder(const std::string& page) {
  std::istringstream in{page};
  std::set<std::string> families;
  std::set<std::string> series;
  std::string family;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# TYPE ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      if (!families.insert(family).second) return "family again: " + line;
    } else if (!line.starts_with('#')) {
      const auto name = line.substr(0, line.find_first_of(" {"));
      // A histogram's series carry a suffix.
      const auto suffix = name.starts_with(family) ? name.substr(family.size()) : name;
      if (suffix != "" && suffix != "_bucket" && suffix != "_sum" && suffix != "_count")
        return "in " + family + ": " + line;
      if (!series.insert(line.substr(0, line.rfind(' '))).second) return "series again: " + line;
    }
  }
  return page.ends_with('\n') ? "" : "no newline at the end";
}

struct ExpositionTest : testing::Test {
  ExpositionTest() {
    readings.describe(test::description("pack"));
    const Quantity one = test::cell(1);
    readings.store(test::report("pack", "status",
                                {{&test::voltage, 52.34},
                                 {&test::soc, 96.0},
                                 {&test::capacity, 100.123},
                                 {&test::temperature, -5.0},
                                 {&test::energy, 1234.5},
                                 {&test::alarm, false},
                                 {&test::mode, std::string{"idle"}},
                                 {&test::serial, std::string{"A\\B\n\xFF"}},
                                 {&one, 3.301}}));
  }
  std::string page() const {
    Exposition made{readings, full_health(), {4096, 1.25, 352s}};
    return whole(made);
  }
  bool has(std::string_view line) const {
    return ("\n" + page()).find("\n" + std::string{line} + "\n") != std::string::npos;
  }
  Readings readings;
};

TEST_F(ExpositionTest, PromtoolFindsNothingToSay) { EXPECT_EQ(test::promtool(page()), ""); }

TEST_F(ExpositionTest, TheReadingsPartIsExactlyThis) {
  const std::string text = page();
  const auto start = text.find("# HELP busbar_cell_overvoltage");
  ASSERT_NE(start, std::string::npos);
  EXPECT_EQ(text.substr(start),
            "# HELP busbar_cell_overvoltage Reading cell_overvoltage: 1 when set, 0 when not.\n"
            "# TYPE busbar_cell_overvoltage gauge\n"
            "busbar_cell_overvoltage{device=\"pack\"} 0\n"
            "# HELP busbar_cell_voltage_volts Reading cell_voltage in volts.\n"
            "# TYPE busbar_cell_voltage_volts gauge\n"
            "busbar_cell_voltage_volts{device=\"pack\",cell=\"1\"} 3.301\n"
            "# HELP busbar_energy_joules_total Reading energy_total in joules.\n"
            "# TYPE busbar_energy_joules_total counter\n"
            "busbar_energy_joules_total{device=\"pack\"} 4444200000\n"
            "# HELP busbar_mode Reading mode: 1 for the present state, 0 for the others.\n"
            "# TYPE busbar_mode gauge\n"
            "busbar_mode{device=\"pack\",state=\"idle\"} 1\n"
            "busbar_mode{device=\"pack\",state=\"charging\"} 0\n"
            "busbar_mode{device=\"pack\",state=\"discharging\"} 0\n"
            "# HELP busbar_mos_temperature_celsius Reading mos_temperature in celsius.\n"
            "# TYPE busbar_mos_temperature_celsius gauge\n"
            "busbar_mos_temperature_celsius{device=\"pack\"} -5\n"
            "# HELP busbar_pack_voltage_volts Reading pack_voltage in volts.\n"
            "# TYPE busbar_pack_voltage_volts gauge\n"
            "busbar_pack_voltage_volts{device=\"pack\"} 52.34\n"
            "# HELP busbar_remaining_capacity_coulombs Reading remaining_capacity in coulombs.\n"
            "# TYPE busbar_remaining_capacity_coulombs gauge\n"
            "busbar_remaining_capacity_coulombs{device=\"pack\"} 360442.8\n"
            "# HELP busbar_serial_number_info Reading serial_number as the label value, always 1.\n"
            "# TYPE busbar_serial_number_info gauge\n"
            "busbar_serial_number_info{device=\"pack\",value=\"A\\\\B\\n\uFFFD\"} 1\n"
            "# HELP busbar_soc_ratio Reading soc as a ratio of 0 to 1.\n"
            "# TYPE busbar_soc_ratio gauge\n"
            "busbar_soc_ratio{device=\"pack\"} 0.96\n");
}

TEST_F(ExpositionTest, TheProcess) {
  EXPECT_TRUE(has("busbar_build_info{version=\"0.1.0\"} 1"));
  EXPECT_TRUE(has("busbar_up 1"));
  EXPECT_TRUE(has("busbar_process_start_time_seconds 1795245000"));
  EXPECT_TRUE(has("busbar_process_uptime_seconds 352"));
  EXPECT_TRUE(has("busbar_process_resident_memory_bytes 4096"));
  EXPECT_TRUE(has("busbar_process_cpu_seconds_total 1.25"));
}

TEST_F(ExpositionTest, DevicesOnlineOfflineAndNotYetKnown) {
  EXPECT_TRUE(has("busbar_device_up{device=\"pack\"} 1"));
  EXPECT_TRUE(has("busbar_device_up{device=\"dead\"} 0"));
  EXPECT_EQ(page().find("busbar_device_up{device=\"new\"}"), std::string::npos);
  EXPECT_TRUE(has("busbar_device_last_success_timestamp_seconds{device=\"pack\"} 1795245352.123"));
  EXPECT_TRUE(has("busbar_device_last_success_age_seconds{device=\"pack\"} 2.5"));
  EXPECT_EQ(page().find("last_success_age_seconds{device=\"dead\"}"), std::string::npos);
  EXPECT_TRUE(has("busbar_device_polls_total{device=\"pack\",outcome=\"success\"} 41"));
  EXPECT_TRUE(has("busbar_device_polls_total{device=\"pack\",outcome=\"failed\"} 2"));
  EXPECT_TRUE(has("busbar_device_polls_total{device=\"pack\",outcome=\"skipped\"} 1"));
  EXPECT_TRUE(has("busbar_device_polls_total{device=\"dead\",outcome=\"discarded\"} 5"));
  EXPECT_TRUE(has("busbar_device_polls_total{device=\"dead\",outcome=\"refused\"} 6"));
  EXPECT_TRUE(has("busbar_device_writes_total{device=\"dead\",verdict=\"accepted\"} 7"));
  EXPECT_TRUE(has("busbar_device_writes_total{device=\"dead\",verdict=\"mismatch\"} 0"));
  EXPECT_TRUE(has("busbar_device_writes_total{device=\"dead\",verdict=\"refused\"} 8"));
  EXPECT_EQ(page().find("busbar_device_writes_total{device=\"pack\""), std::string::npos)
      << "nothing is allowed";
  EXPECT_TRUE(has("busbar_device_errors_total{device=\"pack\",reason=\"timeout\"} 1"));
  EXPECT_TRUE(has("busbar_device_errors_total{device=\"pack\",reason=\"bad_checksum\"} 1"));
  EXPECT_TRUE(has("busbar_device_implausible_total{device=\"pack\"} 3"));
  EXPECT_TRUE(has("busbar_device_anomalies_total{device=\"pack\"} 4"));
  EXPECT_TRUE(has("busbar_device_breaker_state{device=\"dead\",state=\"open\"} 1"));
  EXPECT_TRUE(has("busbar_device_breaker_state{device=\"dead\",state=\"closed\"} 0"));
  EXPECT_TRUE(has("busbar_device_latency_seconds{device=\"pack\",quantile=\"0.5\"} 0.0415"));
  EXPECT_TRUE(has("busbar_device_latency_seconds{device=\"pack\",quantile=\"1\"} 0.096"));
}

TEST_F(ExpositionTest, ChannelsAndSinks) {
  EXPECT_TRUE(has("busbar_channel_connected{channel=\"rs485\"} 1"));
  EXPECT_TRUE(has("busbar_channel_reconnects_total{channel=\"rs485\"} 2"));
  EXPECT_TRUE(has("busbar_channel_received_bytes_total{channel=\"rs485\"} 4100"));
  EXPECT_TRUE(has("busbar_channel_skipped_bytes_total{channel=\"rs485\"} 9"));
  EXPECT_TRUE(has("busbar_channel_late_frames_total{channel=\"rs485\"} 1"));
  EXPECT_TRUE(has("busbar_channel_queue_depth{channel=\"rs485\"} 2"));
  EXPECT_TRUE(has("busbar_channel_busy_seconds_total{channel=\"rs485\"} 1.5"));
  EXPECT_TRUE(has("busbar_sink_healthy{sink=\"mqtt\"} 0"));
  EXPECT_TRUE(has("busbar_sink_accepted_total{sink=\"mqtt\"} 10"));
  EXPECT_TRUE(has("busbar_sink_queued{sink=\"mqtt\"} 3"));
  EXPECT_TRUE(has("busbar_sink_coalesced_total{sink=\"mqtt\"} 2"));
  EXPECT_TRUE(has("busbar_sink_errors_total{sink=\"mqtt\"} 6"));
}

TEST_F(ExpositionTest, EveryFamilyStandsTogetherAndEverySeriesOnce) { EXPECT_EQ(disorder(page()), ""); }

/// So many devices that their page needs many steps, each with readings.
struct LongExpositionTest : testing::Test {
  static std::string id(int n) { return "pack-" + std::to_string(n); }
  void add(int n) {
    readings.describe(test::description(id(n)));
    readings.store(test::report(id(n), "status", {{&test::voltage, 52.0 + n}, {&test::soc, 96.0}}));
  }
  static Health health(int devices) {
    Health health;
    health.now = test::steady_zero;
    for (int n = 0; n < devices; ++n) {
      DeviceHealth& device = health.devices.emplace_back();
      device.id = id(n);
      device.availability = Availability::online;
    }
    return health;
  }
  static std::size_t lines(const std::string& page, std::string_view beginning) {
    std::size_t found = 0;
    for (auto at = page.find(beginning); at != std::string::npos; at = page.find(beginning, at + 1)) ++found;
    return found;
  }
  Readings readings;
};

TEST_F(LongExpositionTest, EveryDeviceIsThereOnce) {
  for (int n = 0; n < 1000; ++n) add(n);
  Exposition made{readings, health(1000), {}};
  int steps = 1;
  while (made.step()) ++steps;
  EXPECT_GT(steps, 100) << "others are to have their turn in between";
  const std::string page = made.take();
  EXPECT_EQ(disorder(page), "");
  EXPECT_EQ(test::promtool(page), "");
  for (const auto* const family : {"busbar_device_info", "busbar_pack_voltage_volts", "busbar_device_up"})
    EXPECT_EQ(lines(page, "\n" + std::string{family} + "{"), 1000U) << family;
  EXPECT_EQ(lines(page, "\nbusbar_device_polls_total{"), 5000U);
}

TEST_F(LongExpositionTest, DevicesMayComeAndGoWhileItIsMade) {
  for (int n = 0; n < 500; ++n) add(n);
  Exposition made{readings, health(500), {}};
  for (int n = 0; made.step(); ++n) {
    readings.forget(id(n % 250));  // some of which are done, some to come, one perhaps the last one done
    if (n % 3 == 0) add(n % 250);  // back, as after a reload
    add(500 + n);                  // new
    // A family that nobody had.
    if (n == 100) readings.store(test::report(id(400), "other", {{&test::temperature, 20.0}}));
  }
  const std::string page = made.take();
  EXPECT_EQ(disorder(page), "");
  EXPECT_EQ(test::promtool(page), "");
  for (int n = 250; n < 500; ++n)
    EXPECT_EQ(lines(page, "busbar_soc_ratio{device=\"" + id(n) + "\"}"), 1U) << "was there all the time";
}

TEST_F(LongExpositionTest, AFamilyThatBecomesKnownAtTheEndIsOnTheNextPage) {
  add(1);
  Exposition made{readings, health(1), {}};
  Readings::Page page;
  while (readings.collect(page, test::steady_zero)) continue;
  readings.store(test::report(id(1), "other", {{&test::temperature, 20.0}}));
  Pieces pieces;
  readings.append(pieces, std::move(page));
  std::string text;
  while (pieces.move_to(text)) continue;
  EXPECT_NE(text.find("busbar_soc_ratio"), std::string::npos);
  EXPECT_EQ(text.find("celsius"), std::string::npos);
  EXPECT_NE(whole(made).find("busbar_mos_temperature_celsius{"), std::string::npos);
}

TEST_F(LongExpositionTest, OthersHaveTheirTurnWhileItIsMade) {
  for (int n = 0; n < 3000; ++n) add(n);
  test::Loop loop;
  std::string page;
  int turns = 0;
  const auto make = [](LongExpositionTest& self, std::string& made) -> asio::awaitable<void> {
    made = co_await exposition(self.readings, health(3000), {});
  };
  const auto other = [](const std::string& made, int& count) -> asio::awaitable<void> {
    for (; made.empty(); ++count) co_await async::let_others_run();
  };
  loop.tasks.spawn("page", make(*this, page));
  loop.tasks.spawn("other", other(page, turns));
  EXPECT_TRUE(loop.until([&] { return loop.tasks.size() == 0; }));
  EXPECT_EQ(disorder(page), "");
  EXPECT_GT(turns, 2) << "of a page that takes many milliseconds";
}

TEST(Exposition, WithNothingConfiguredIsStillAValidPage) {
  const Readings none;
  Exposition made{none, {}, {}};
  const std::string page = whole(made);
  EXPECT_NE(page.find("busbar_up 1\n"), std::string::npos);
  EXPECT_EQ(test::promtool(page), "");
}

TEST(ThisProcess, KnowsItsMemory) {
  const Process process = this_process(std::chrono::steady_clock::now() - 5s);
  ASSERT_TRUE(process.resident_bytes);
  EXPECT_GT(*process.resident_bytes, 100'000U);
  EXPECT_TRUE(process.cpu_seconds);
  EXPECT_GE(process.uptime, 5s);
}

}  // namespace
}  // namespace busbar::sink::prometheus
