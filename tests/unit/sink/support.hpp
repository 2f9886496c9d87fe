// What the tests of the sinks share: sample quantities and reports, a loop that runs until a condition holds,
// promtool.
#pragma once

#include "async/task_group.hpp"
#include "sink/sink.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <stdlib.h>
#include <string>
#include <sys/wait.h>

namespace busbar::sink::test {

using namespace std::chrono_literals;

inline const Quantity voltage{.key = "pack_voltage", .name = "Pack voltage", .unit = "V", .precision = 2};
inline const Quantity soc{.key = "soc", .name = "State of charge", .unit = "%"};
inline const Quantity capacity{
    .key = "remaining_capacity", .name = "Remaining", .unit = "Ah", .precision = 3};
inline const Quantity temperature{.key = "mos_temperature", .name = "MOS temperature", .unit = "°C"};
inline const Quantity energy{
    .key = "energy_total", .name = "Energy", .unit = "kWh", .kind = Kind::counter, .precision = 1};
inline const Quantity alarm{.key = "cell_overvoltage",
                            .name = "Cell overvoltage",
                            .unit = "",
                            .kind = Kind::flag,
                            .device_class = "problem"};
inline const Quantity mode{.key = "mode",
                           .name = "Mode",
                           .unit = "",
                           .kind = Kind::enumeration,
                           .options = {"idle", "charging", "discharging"}};
inline const Quantity serial{.key = "serial_number", .name = "Serial number", .unit = "", .kind = Kind::text};

inline Quantity cell(int index) {
  const std::string number = (index < 10 ? "0" : "") + std::to_string(index);
  return {.key = "cell_" + number + "_voltage",
          .name = "Cell " + std::to_string(index) + " voltage",
          .unit = "V",
          .precision = 3,
          .family = "cell_voltage",
          .index_label = "cell",
          .index = index};
}

inline const Steady steady_zero{1000s};

inline Report report(std::string device, std::string query, std::vector<Reading> readings,
                     Steady received = steady_zero) {
  return {std::move(device), std::move(query), UtcMillis{1795245352123ms}, received, 1, std::move(readings)};
}

inline DeviceDescription description(std::string id) {
  return {.id = std::move(id),
          .name = "House battery",
          .manufacturer = "GoldenMate",
          .model = "Orion 1000",
          .profile = "orion1000",
          .channel = "rs485",
          .endpoint = "tcp://gateway:26",
          .address = 1,
          .queries = {{"status", 10s, {}, {}}, {"serial", 0s, {}, {}}}};
}

/// The loop of a test. Everything spawned is cancelled and awaited in the end.
class Loop {
 public:
  asio::io_context context{1};
  async::TaskGroup tasks{context.get_executor(), [](std::string_view name, const std::exception_ptr& error) {
                           try {
                             std::rethrow_exception(error);
                           } catch (const std::exception& exception) {
                             ADD_FAILURE() << name << " ended: " << exception.what();
                           }
                         }};
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() { stop(); }

  /// False when `condition` did not come true in time.
  bool until(const std::function<bool()>& condition, std::chrono::milliseconds limit = 15s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      context.restart();
      context.run_one_for(10ms);
    }
    return true;
  }
  /// Runs one awaitable to its end.
  bool run(asio::awaitable<void> task) {
    bool done = false;
    tasks.spawn("test", flagged(std::move(task), done));
    return until([&] { return done; });
  }
  void stop() {
    tasks.cancel();
    EXPECT_TRUE(until([&] { return tasks.size() == 0; }));
  }

 private:
  static asio::awaitable<void> flagged(asio::awaitable<void> task, bool& done) {
    co_await std::move(task);
    done = true;
  }
};

/// An empty directory that goes with the object.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "busbar-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a temporary directory"};
    path = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator{path})
      found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }
  std::filesystem::path path;
};

inline std::string slurp(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Keeps what is logged while it lives.
class CapturedLog {
 public:
  CapturedLog() : before_{spdlog::default_logger()} {
    auto logger = std::make_shared<spdlog::logger>(
        "captured", std::make_shared<spdlog::sinks::ostream_sink_mt>(out_, true));
    logger->set_level(spdlog::level::debug);
    logger->set_pattern("%l: %v");
    spdlog::set_default_logger(std::move(logger));
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog() { spdlog::set_default_logger(before_); }
  [[nodiscard]] std::string text() const { return out_.str(); }
  [[nodiscard]] std::size_t count(std::string_view part) const {
    const std::string all = text();
    std::size_t found = 0;
    for (auto at = all.find(part); at != std::string::npos; at = all.find(part, at + 1)) ++found;
    return found;
  }

 private:
  std::ostringstream out_;
  std::shared_ptr<spdlog::logger> before_;
};

/// What `promtool check metrics` says about `page`; "" when it is clean. A missing promtool is a failure, not
/// a skip.
inline std::string promtool(const std::string& page) {
  const Directory directory;
  const auto input = directory.path / "page";
  const auto output = directory.path / "said";
  std::ofstream{input, std::ios::binary} << page;
  const std::string command =
      "promtool check metrics < " + input.string() + " > " + output.string() + " 2>&1";
  const int status = std::system(command.c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return "promtool: status " + std::to_string(WEXITSTATUS(status)) + ": " + slurp(output);
}

}  // namespace busbar::sink::test
