// A disk that fails at any moment, under the whole daemon: it polls on, ends in order, and what it has kept
// comes out whole.
#include "support/event_log.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_observer.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <busbar/model/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace busbar::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct DiskFault {
  std::string name;
  int error;
  long calls;  ///< so many fail, one after the other
  int step;    ///< every call, or every so manieth, is the first to fail
};

void PrintTo(const DiskFault& fault, std::ostream* out) { *out << fault.name; }

/// Opening the file takes a dozen calls, each transaction a few: all of them, and the first transactions.
constexpr int first_failures = 40;
constexpr long for_good = 1'000'000;

std::ptrdiff_t lines_in(const std::string& text) { return std::ranges::count(text, '\n'); }

class FailingDisk : public ::testing::TestWithParam<DiskFault> {
 protected:
  /// The site of one life, with its events in `state`; `broker_url` may lead nowhere.
  [[nodiscard]] Process start(const std::string& state, const std::string& broker_url,
                              std::map<std::string, std::string> environment = {}) const {
    const auto config = directory.write(
        "busbar.yaml",
        to_yaml({.link = server.url(),
                 .channel = "spacing: 1ms, after_connect: 0, timeout: 400ms, settle: 50ms",
                 .intervals = "voltages: 20ms, status: 20ms, capacity: off, serial_number: off",
                 .sinks = "  mqtt: {url: \"" + broker_url +
                          "\", state_file: \"\", home_assistant: false, events: {spool_file: \"" + state +
                          "/mqtt.spool\", spill_after: 0}}\n  screen: {format: jsonl}\n"}));
    return Process{{BUSBAR_BINARY, "--config", config}, std::move(environment)};
  }
  /// Runs without a broker until call number `first` has failed, and on; what it has put on the disk stays in
  /// `state`.
  void run_with_failing(int first, const std::string& state) const {
    const auto log = directory.path() + "/calls" + std::to_string(first);
    auto daemon = start(state, "mqtt://127.0.0.1:" + std::to_string(nobody),
                        {{"LD_PRELOAD", BUSBAR_WRITE_COUNTER},
                         {"ASAN_OPTIONS", "verify_asan_link_order=0"},
                         {"WRITES_BELOW", state},
                         {"WRITES_LOG", log},
                         {"WRITES_FAIL", std::to_string(first) + " " + std::to_string(GetParam().calls) +
                                             " " + std::to_string(GetParam().error)}});
    ASSERT_TRUE(eventually([&] {
      std::ifstream in{log};
      return std::count(std::istreambuf_iterator<char>{in}, {}, '\n') >= first;
    })) << daemon.err();
    const auto so_far = lines_in(daemon.out());
    EXPECT_TRUE(eventually([&] { return lines_in(daemon.out()) > so_far + 10; })) << "polls stopped\n"
                                                                                  << daemon.err();
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(), 0) << daemon.err();
    EXPECT_THAT(daemon.err(), Not(HasSubstr("set aside")));
    if (GetParam().calls == for_good) {
      EXPECT_THAT(daemon.err(), HasSubstr("reports cannot be kept on disk"));
    }
  }
  /// Another life, with a good disk and a broker: what the first left comes out before anything new.
  void run_at_broker(const std::string& state) const {
    const auto restarted =
        format_utc(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
    auto daemon = start(state, broker.url());
    ASSERT_TRUE(eventually([&] {
      const auto events = event_log(observer.heard()).events;
      return !events.empty() && events.back().timestamp > restarted;
    })) << daemon.err();
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(), 0) << daemon.err();
    EXPECT_THAT(daemon.err(), Not(HasSubstr("set aside")));
  }

  TemporaryDirectory directory;
  Mosquitto broker{{.extra = "max_queued_messages 0\nmax_inflight_messages 0\n"}};
  unsigned short nobody = free_port();
  Simulator server{BUSBAR_BINARY, {}};
  MqttObserver observer{broker.url(), {"busbar/+/event/+"}};
};

TEST_P(FailingDisk, WhateverCallFailsPollsGoOnAndEventsStayWhole) {
  for (int first = 1; first <= first_failures; first += GetParam().step) {
    SCOPED_TRACE("call " + std::to_string(first));
    const auto state = directory.path() + "/state" + std::to_string(first);
    std::filesystem::create_directory(state);
    ASSERT_NO_FATAL_FAILURE(run_with_failing(first, state));
    ASSERT_NO_FATAL_FAILURE(run_at_broker(state));
  }
  const auto log = event_log(observer.heard());
  EXPECT_THAT(log.corrupt, IsEmpty());
  // What no disk takes is lost with the process, and that was said; a single failure costs nothing.
  if (GetParam().calls == 1) {
    EXPECT_EQ(gaps(log, "pack1"), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Errors, FailingDisk,
                         ::testing::Values(DiskFault{"NoSpaceOnce", ENOSPC, 1, 1},
                                           DiskFault{"InputOutputErrorOnce", EIO, 1, 1},
                                           DiskFault{"ReadOnlyFromThenOn", EROFS, for_good, 5},
                                           DiskFault{"QuotaFromThenOn", EDQUOT, for_good, 5}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace busbar::test
