// Does each part of the path of a reading a number of times, under Valgrind, which counts the instructions of
// each part by itself: budget.py runs this and compares. Everything here is on one thread and the same at
// every run.
#include "hotpath/hot_path.hpp"
#include "model/value_text.hpp"
#include "sink/influx/line_protocol.hpp"
#include "sink/prometheus/readings.hpp"

#include <busbar/protocol/mbus/telegram.hpp>
#include <busbar/protocol/vedirect.hpp>
#include <busbar/protocol/voltronic.hpp>

#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <functional>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name)
#endif

namespace busbar::test {
namespace {

constexpr std::size_t warm_up = 32;

/// As captured by mpp-solar, 21 words.
constexpr std::string_view inverter =
    "000.0 00.0 230.0 49.9 0161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 00110110 00 00 00856 "
    "010";
/// The fields of the first block of a SmartShunt.
constexpr std::string_view shunt =
    "\r\nPID\t0xA389\r\nV\t12865\r\nVS\t-14\r\nI\t0\r\nP\t0\r\nCE\t0\r\nSOC\t1000\r\nTTG\t-1\r\nAlarm\tOFF"
    "\r\nAR\t0\r\nBMV\tSmartShunt 500A/50mV\r\nFW\t0405";
/// Ten records: energy, volume, power, flow, temperatures, the difference, a clock, hours, and a due date.
constexpr std::string_view heat_meter =
    "78 56 34 12 24 40 01 04 55 00 00 00 04 06 15 31 00 00 04 13 39 30 00 00 02 2b 34 12 02 3b 2c 01 0a 5a "
    "25 "
    "06 0a 5e 11 04 02 61 14 02 04 6d 32 14 7a 18 02 27 0d 01 44 06 10 27 00 00";

/// Prints how often it was done; the instructions are in the dump of this name.
void measure(const char* name, std::size_t rounds, const std::function<void(std::size_t)>& part) {
  for (std::size_t n = 0; n < warm_up; ++n) part(n);
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  for (std::size_t n = 0; n < rounds; ++n) part(n);
  CALLGRIND_DUMP_STATS_AT(name);
  CALLGRIND_STOP_INSTRUMENTATION;
  std::printf("%s %zu\n", name, rounds);
}

void orion(std::size_t rounds) {
  const profile::Profile& profile = profile_of("orion1000");
  const auto frames = voltages(16);
  const auto codec = protocol::make_codec("orion").value();
  protocol::FrameReader reader{*codec};
  channel::Router router{*codec};
  protocol::Query asked = profile.find("voltages")->request;
  asked.address = 1;
  measure("scan_and_route", rounds, [&](std::size_t n) {
    router.ask(asked, {});
    reader.feed(frames[n % frames.size()]);
    if (router.route(*reader.next()) != channel::Route::answer) std::abort();
  });

  Decoding pack{profile, "voltages"};
  measure("report_of_16_cells", rounds, [&](std::size_t n) { (void)pack.take(frames[n % frames.size()]); });

  // The outputs get reports that differ.
  std::vector<Report> reports;
  for (const Bytes& frame : frames) reports.push_back(pack.take(frame));
  const auto report = [&](std::size_t n) -> const Report& { return reports[n % reports.size()]; };
  MqttOutput mqtt{described(profile)};
  measure("mqtt_of_16_cells", rounds, [&](std::size_t n) {
    mqtt.publish(report(n));
    mqtt.acknowledge();
  });
  sink::prometheus::Readings readings;
  readings.describe(described(profile));
  measure("prometheus_of_16_cells", rounds, [&](std::size_t n) { readings.store(report(n)); });
  std::string page;
  measure("prometheus_page_of_16_cells", rounds, [&](std::size_t n) {
    page.clear();
    append_page(page, readings, report(n).received);
  });
  std::string line;
  measure("influx_of_16_cells", rounds,
          [&](std::size_t n) { sink::influx::write_line(line, "busbar,device=pack", report(n)); });
}

void text(const char* name, std::string_view profile, std::string_view query, const Bytes& answer,
          std::size_t rounds) {
  Decoding device{profile_of(profile), query};
  measure(name, rounds, [&](std::size_t) { (void)device.take(answer); });
}

void mbus(std::size_t rounds) {
  using namespace protocol::mbus;
  const Bytes frame = build_long(rsp_ud, 1, 0x72, *from_hex(heat_meter)).value();
  Telegram telegram;
  measure("mbus_of_10_records", rounds, [&](std::size_t) {
    if (!decode_into(frame, telegram)) std::abort();
  });
}

}  // namespace
}  // namespace busbar::test

int main(int argc, char** argv) {
  using namespace busbar;
  if (argc != 2) {
    std::fprintf(stderr, "usage: hotpath_budget ROUNDS\n");
    return 64;
  }
  const auto rounds = std::strtoul(argv[1], nullptr, 10);
  spdlog::set_level(spdlog::level::warn);
  CALLGRIND_STOP_INSTRUMENTATION;
  test::orion(rounds);
  test::text("vedirect_block", "victron_bmv", "realtime", protocol::vedirect::encode(test::shunt), rounds);
  test::text("qpigs", "pi30", "qpigs", protocol::voltronic::encode("pi30", test::inverter).value(), rounds);
  test::mbus(rounds);
  return 0;
}
