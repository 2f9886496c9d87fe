// The daemon run once against a simulated family, its reports parsed. Programs that use it define
// BUSBAR_BINARY.
#pragma once

#include "support/finished.hpp"
#include "support/simulator.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace busbar::test {

class FamilyOnce : public testing::Test {
 protected:
  /// Readings by device and query. `devices` are lines of the site file, the channel is called bus.
  nlohmann::json once(const Simulator& simulator, const std::string& devices, int expected_code = 0) {
    const std::string site =
        "version: 1\nchannels:\n  bus: {link: \"" + simulator.url() +
        "\", spacing: 5ms, after_connect: 0, timeout: 500ms, settle: 50ms, retries: 2, retry_backoff: 10ms}\n"
        "devices:\n" +
        devices + "sinks:\n  screen: {format: jsonl}\n";
    const auto result =
        run_to_end({BUSBAR_BINARY, "--config", directory_.write("busbar.yaml", site), "--once"});
    EXPECT_EQ(result.code, expected_code) << result.err;
    nlohmann::json reports = nlohmann::json::object();
    for (const std::string& line : lines_of(result.out)) {
      const auto report = nlohmann::json::parse(line);
      reports[report.at("device").get<std::string>()][report.at("query").get<std::string>()] =
          report.at("readings");
    }
    return reports;
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace busbar::test
