// The simulated M-Bus, asked by masters that are not busbar's: what busbar is tested with speaks as others
// do, too. Neither is packaged for Debian; a test whose master is not there says so.
//   libmbus:     BUSBAR_LIBMBUS names the folder of its mbus-tcp-* programs; else they are looked for on the
//   PATH pyMeterBus:  BUSBAR_PYTHON names a Python that has meterbus and serial; else python3
#include "support/finished.hpp"
#include "support/simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>

namespace busbar::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string environment(const char* name, std::string fallback) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::move(fallback) : std::string{value};
}

SimulatorOptions meters(unsigned count, std::string variant = "") {
  return {.family = "mbus", .count = count, .variant = std::move(variant)};
}

class LibmbusMaster : public testing::Test {
 protected:
  void SetUp() override {
    const std::string folder = environment("BUSBAR_LIBMBUS", "");
    prefix_ = folder.empty() ? "" : folder + "/";
    const auto found = run_to_end({"sh", "-c", "command -v " + prefix_ + "mbus-tcp-request-data"});
    if (found.code != 0)
      GTEST_SKIP() << "SKIPPED: the programs of libmbus are not here; BUSBAR_LIBMBUS names their folder";
  }
  Finished ask(const std::string& program, const Simulator& bus, std::vector<std::string> words) const {
    std::vector<std::string> command{prefix_ + program, "127.0.0.1", std::to_string(bus.port())};
    command.insert(command.end(), words.begin(), words.end());
    return run_to_end(std::move(command), {}, seconds{120});
  }

 private:
  std::string prefix_;
};

TEST_F(LibmbusMaster, ReadsByPrimaryAddress) {
  const Simulator bus{BUSBAR_BINARY, meters(3)};
  const auto heat = ask("mbus-tcp-request-data", bus, {"1"});
  EXPECT_EQ(heat.code, 0) << heat.err;
  EXPECT_THAT(heat.out, AllOf(HasSubstr("<Id>12345001</Id>"), HasSubstr("<Manufacturer>PAD</Manufacturer>"),
                              HasSubstr("Energy (kWh)"), HasSubstr("<Value>10000")));
  EXPECT_THAT(ask("mbus-tcp-request-data", bus, {"2"}).out, HasSubstr("<Medium>Water</Medium>"));
}

TEST_F(LibmbusMaster, ReadsBySecondaryAddress) {
  const Simulator bus{BUSBAR_BINARY, meters(3)};
  for (const std::string address : {"12345003FFFFFFFF", "1234500324400102"})
    EXPECT_THAT(ask("mbus-tcp-request-data", bus, {address}).out, HasSubstr("<Id>12345003</Id>")) << address;
}

TEST_F(LibmbusMaster, FollowsTelegramsByTheFrameCountBit) {
  const Simulator bus{BUSBAR_BINARY, meters(1, "two-telegrams")};
  const auto result = ask("mbus-tcp-request-data-multi-reply", bus, {"1"});
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("<Value>2014-12-31"), HasSubstr("<StorageNumber>1</StorageNumber>")))
      << result.err;
}

TEST_F(LibmbusMaster, TellsCollidingMetersApart) {
  const Simulator bus{BUSBAR_BINARY, meters(9)};
  // It waits long where nobody is, so that the mask leaves one such place.
  const auto found = ask("mbus-tcp-scan-secondary", bus, {"1234500FFFFFFFFF"}).out;
  for (const std::string id : {"12345001", "12345005", "12345009"})
    EXPECT_THAT(found, HasSubstr("Found a device on secondary address " + id));
}

class MeterbusMaster : public testing::Test {
 protected:
  void SetUp() override {
    if (run_to_end({python_, "-c", "import meterbus, serial"}).code != 0)
      GTEST_SKIP() << "SKIPPED: no Python with pyMeterBus and pyserial; BUSBAR_PYTHON names one";
  }
  nlohmann::json ask(const Simulator& bus, const std::string& address) const {
    const auto result = run_to_end({python_, BUSBAR_SOURCE_DIR "/tests/support/meterbus_master.py",
                                    "127.0.0.1", std::to_string(bus.port()), address});
    EXPECT_EQ(result.code, 0) << result.err;
    return nlohmann::json::parse(result.out, nullptr, false);
  }

 private:
  std::string python_ = environment("BUSBAR_PYTHON", "python3");
};

TEST_F(MeterbusMaster, ReadsByEitherAddress) {
  const Simulator bus{BUSBAR_BINARY, meters(2)};
  for (const std::string address : {"2", "1234500224400107"}) {
    const auto body = ask(bus, address).at("body");
    EXPECT_EQ(body.at("header").at("identification"), "0x12, 0x34, 0x50, 0x02");
    EXPECT_EQ(body.at("header").at("manufacturer"), "PAD");
    ASSERT_EQ(body.at("records").size(), 3U);
    EXPECT_EQ(body.at("records")[0].at("type"), "VIFUnit.VOLUME");
    EXPECT_NEAR(body.at("records")[0].at("value").get<double>(), 200, 1);
  }
}

}  // namespace
}  // namespace busbar::test
