// The simulated pack answers in the layout of the manufacturer's document, with values that could be real.
#include "simulate/orion_pack.hpp"

#include <busbar/protocol/orion.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace busbar::simulate {
namespace {

namespace orion = protocol::orion;
using namespace std::chrono_literals;
using std::chrono::seconds;

unsigned u16(ByteView bytes, std::size_t at) { return static_cast<unsigned>(bytes[at] << 8 | bytes[at + 1]); }
unsigned u32(ByteView bytes, std::size_t high, std::size_t low) {
  return u16(bytes, high) << 16 | u16(bytes, low);
}

class OrionPackTest : public testing::Test {
 protected:
  explicit OrionPackTest(PackOptions options = {}) : pack{std::move(options)} {}

  static std::vector<Bytes> ask(OrionPack& whom, std::uint16_t command,
                                std::chrono::milliseconds elapsed = 0ms, std::uint8_t address = 1) {
    const Bytes request = orion::encode(orion::manufacturer, address, command).value();
    const auto codec = orion::make_codec(orion::manufacturer);
    return whom.respond(protocol::parse_frame(*codec, request).value(), elapsed);
  }
  /// Payload of the only frame; checks that the codec takes it for the answer.
  static Bytes payload(OrionPack& whom, std::uint16_t command, std::chrono::milliseconds elapsed = 0ms) {
    const auto frames = ask(whom, command, elapsed);
    EXPECT_EQ(frames.size(), 1U);
    const auto codec = orion::make_codec(orion::manufacturer);
    const auto frame = protocol::parse_frame(*codec, frames.at(0)).value();
    protocol::Query query;
    query.address = 1;
    query.command = command;
    query.write = command >= orion::allow_discharge && command <= orion::forbid_charge;
    EXPECT_TRUE(codec->answers(query, frame));
    return {frame.payload.begin(), frame.payload.end()};
  }
  Bytes payload(std::uint16_t command, std::chrono::milliseconds elapsed = 0ms) {
    return payload(pack, command, elapsed);
  }
  /// The moment of the cycle, as pack 1 counts it.
  static std::chrono::milliseconds at(seconds cycle_time) { return cycle_time - 97s; }

  OrionPack pack;
};

TEST_F(OrionPackTest, VoltagesOfFourCells) {
  const Bytes data = payload(orion::read_voltages);
  ASSERT_EQ(data.size(), 3U + 8);
  EXPECT_EQ(data[0], 4);
  EXPECT_EQ(data[1], 6) << "MOS and ambient probe are counted";
  EXPECT_EQ(data[2], 4);
  for (std::size_t cell = 0; cell < 4; ++cell) {
    EXPECT_GE(u16(data, 3 + 2 * cell), 2500U);
    EXPECT_LE(u16(data, 3 + 2 * cell), 3650U);
  }
}

TEST_F(OrionPackTest, ManyCellsComeInSeveralFrames) {
  OrionPack large{{.cells = 255}};
  const auto frames = ask(large, orion::read_voltages);
  ASSERT_EQ(frames.size(), 3U);
  const auto codec = orion::make_codec(orion::manufacturer);
  std::vector<Bytes> payloads;
  for (const Bytes& bytes : frames) {
    const auto frame = protocol::parse_frame(*codec, bytes).value();
    payloads.emplace_back(frame.payload.begin(), frame.payload.end());
  }
  EXPECT_EQ(payloads[0][0], 124);
  EXPECT_EQ(payloads[2][0], 7);
  protocol::Query query;
  query.collect = protocol::Collect{.header = 3, .total_at = 2, .item = 2};
  EXPECT_EQ(codec->assemble(query, std::span{payloads}.first(2)).value(), std::nullopt);
  EXPECT_EQ(codec->assemble(query, payloads).value()->size(), 3U + 2 * 255);
}

TEST_F(OrionPackTest, StatusHasReservedBytesBeforeTheVersion) {
  const Bytes data = payload(orion::read_status, at(100s));
  ASSERT_EQ(data.size(), 18U + 6);
  EXPECT_EQ(data[0], 0b0011'0010) << "charging, both extra probes";
  EXPECT_NEAR(u16(data, 1), 3000, 61);
  EXPECT_EQ(data[7], 6);
  for (std::size_t probe = 0; probe < 6; ++probe) EXPECT_NEAR(data[8 + probe] - 40, 23, 9);
  EXPECT_EQ(Bytes(data.begin() + 14, data.begin() + 19), Bytes(5));
  EXPECT_EQ(data[19], 23);
  EXPECT_EQ(data[20], 0b110) << "both MOS on";
}

TEST_F(OrionPackTest, ProbesAreOptional) {
  OrionPack bare{{.cell_probes = 2, .mos_probe = false, .ambient_probe = false}};
  const Bytes data = payload(bare, orion::read_status);
  EXPECT_EQ(data.size(), 18U + 2);
  EXPECT_EQ(data[0] & 0b0011'0000, 0);
  EXPECT_EQ(data[7], 2);
}

TEST_F(OrionPackTest, CapacityTagsStandInTheirPlaces) {
  const Bytes data = payload(orion::read_capacity, at(100s));
  ASSERT_EQ(data.size(), 53U);
  const std::pair<std::size_t, unsigned> tags[] = {{0, 1},  {2, 2},  {5, 3},  {8, 4},   {11, 5},  {14, 6},
                                                   {17, 7}, {20, 8}, {23, 9}, {26, 10}, {29, 11}, {47, 13}};
  for (const auto& [place, tag] : tags) EXPECT_EQ(data[place], tag) << place;
  EXPECT_NEAR(data[1], 60, 5);
  EXPECT_EQ(u32(data, 6, 9), 100'000U);
  EXPECT_EQ(u32(data, 12, 15), 100'000U);
  EXPECT_NEAR(u32(data, 18, 21), 60'000, 5'000);
  EXPECT_EQ(u16(data, 24), 0xFFFFU) << "charging: no time to empty";
  EXPECT_NEAR(u16(data, 27), 80, 5) << "40 Ah at 30 A";
}

TEST_F(OrionPackTest, ShortCapacityLeavesOutTheTail) {
  OrionPack old{{.short_capacity = true}};
  EXPECT_EQ(payload(old, orion::read_capacity).size(), 49U);
}

TEST_F(OrionPackTest, CapacityAgreesWithVoltages) {
  const Bytes capacity = payload(orion::read_capacity), voltages = payload(orion::read_voltages);
  unsigned sum = 0, highest = 0, lowest = 0xFFFF;
  for (std::size_t cell = 0; cell < 4; ++cell) {
    const unsigned millivolts = u16(voltages, 3 + 2 * cell);
    sum += millivolts;
    highest = std::max(highest, millivolts);
    lowest = std::min(lowest, millivolts);
  }
  EXPECT_NEAR(u16(capacity, 41), sum / 10.0, 0.51);
  EXPECT_EQ(u16(capacity, 43), highest);
  EXPECT_EQ(u16(capacity, 45), lowest);
}

TEST_F(OrionPackTest, SerialNumberIsCountedText) {
  const Bytes data = payload(orion::read_serial_number);
  EXPECT_EQ(data[0], 16);
  EXPECT_EQ(std::string(data.begin() + 1, data.end()), "BUSBAR-SIMULATOR");
  OrionPack nameless{{.serial_number = ""}};
  EXPECT_EQ(payload(nameless, orion::read_serial_number), Bytes{0});
}

TEST_F(OrionPackTest, IdleTimesAreNotAvailable) {
  const Bytes data = payload(orion::read_capacity, at(550s));
  EXPECT_EQ(u16(data, 24), 0xFFFFU);
  EXPECT_EQ(u16(data, 27), 0xFFFFU);
}

TEST_F(OrionPackTest, CycleChargesDischargesAndTrips) {
  payload(orion::read_status, at(100s));
  EXPECT_GT(pack.state().current, 0);
  payload(orion::read_status, at(550s));
  EXPECT_EQ(pack.state().current, 0);
  EXPECT_NEAR(pack.state().remaining, 60 + 30 * (480.0 - 97) / 3600, 0.01);
  Bytes data = payload(orion::read_status, at(700s));
  EXPECT_LT(pack.state().current, 0);
  EXPECT_EQ(data[0] & 0b11, 0b01);
  EXPECT_NEAR(u16(data, 1), 4800, 97) << "unsigned: the direction is in the flags";
  data = payload(orion::read_status, at(910s));
  EXPECT_EQ(data[6], 0b10) << "discharge overcurrent";
  EXPECT_EQ(data[20], 0b100) << "discharge MOS off";
  EXPECT_EQ(data[0] & 0b11, 0);
  data = payload(orion::read_status, at(1000s));
  EXPECT_EQ(data[6], 0);
  EXPECT_EQ(data[20], 0b110);
}

TEST_F(OrionPackTest, ValuesMoveBetweenPolls) {
  const Bytes before = payload(orion::read_status, at(100s));
  EXPECT_NE(payload(orion::read_status, at(103s)), before);
}

TEST_F(OrionPackTest, StaysPlausibleForYears) {
  for (int day = 0; day < 3000; day += 7) {
    const auto elapsed = std::chrono::hours{24 * day} + std::chrono::minutes{day % 18};
    const Bytes data = payload(orion::read_capacity, elapsed);
    EXPECT_LE(data[1], 100);
    EXPECT_NEAR(pack.state().remaining, 62, 6) << "what goes in comes out again";
  }
}

TEST_F(OrionPackTest, SwitchesAreAcknowledgedAndObeyed) {
  payload(orion::read_status, at(100s));
  EXPECT_TRUE(payload(orion::forbid_charge, at(101s)).empty());
  EXPECT_EQ(payload(orion::read_status, at(102s))[20], 0b010);
  EXPECT_EQ(pack.state().current, 0);
  EXPECT_TRUE(payload(orion::allow_charge, at(103s)).empty());
  EXPECT_GT(pack.state().current, 0);
  EXPECT_TRUE(payload(orion::forbid_discharge, at(104s)).empty());
  EXPECT_EQ(payload(orion::read_status, at(700s))[20], 0b100);
  EXPECT_EQ(pack.state().current, 0);
  EXPECT_TRUE(payload(orion::allow_discharge, at(701s)).empty());
  EXPECT_LT(pack.state().current, 0);
}

TEST_F(OrionPackTest, ForbiddenDischargeEndsFullAndProtected) {
  payload(orion::forbid_discharge, 0ms);
  for (int minute = 0; minute < 600; ++minute) payload(orion::read_status, std::chrono::minutes{minute});
  EXPECT_TRUE(pack.state().full);
  EXPECT_EQ(pack.state().remaining, OrionPack::capacity);
  EXPECT_EQ(payload(orion::read_status, 600min)[3], 0b1'0000) << "full-charge protection";
  EXPECT_EQ(payload(orion::read_capacity, 600min)[1], 100);
}

TEST_F(OrionPackTest, AnswersOnlyWhatIsMeantForIt) {
  EXPECT_TRUE(ask(pack, orion::read_voltages, 0ms, 2).empty());
  EXPECT_TRUE(ask(pack, orion::read_voltages, 0ms, 0xFF).empty());
  EXPECT_TRUE(ask(pack, 0xFF30).empty());
  EXPECT_TRUE(ask(pack, orion::acknowledgement).empty());
}

TEST_F(OrionPackTest, ItsOwnAnswerIsNoRequest) {
  const auto codec = orion::make_codec(orion::manufacturer);
  const auto frames = ask(pack, orion::read_status);
  EXPECT_TRUE(pack.respond(protocol::parse_frame(*codec, frames[0]).value(), 0ms).empty());
}

TEST_F(OrionPackTest, PacksDifferByAddress) {
  OrionPack second{{.address = 2}};
  const auto mine = ask(pack, orion::read_status);
  auto theirs = ask(second, orion::read_status, 0ms, 2);
  ASSERT_EQ(theirs.size(), 1U);
  theirs[0][2] = 1;
  EXPECT_NE(theirs, mine);
}

TEST_F(OrionPackTest, SpeedShortensTheCycle) {
  OrionPack fast{{.speed = 60}};
  payload(fast, orion::read_status, 10s);
  EXPECT_LT(fast.state().current, 0) << "697 s into the cycle";
}

TEST(PackOptionsCheck, NamesTheOptionOutOfBounds) {
  EXPECT_TRUE(check(PackOptions{}).has_value());
  const auto why = [](const PackOptions& options) { return check(options).error().detail; };
  EXPECT_EQ(why({.cells = 0}), "cells must be 1 to 255");
  EXPECT_EQ(why({.cells = 256}), "cells must be 1 to 255");
  EXPECT_EQ(why({.cells_per_frame = 125}), "cells per frame must be 1 to 124");
  EXPECT_EQ(why({.cell_probes = 33}), "cell probes must be 0 to 32");
  EXPECT_EQ(why({.serial_number = std::string(32, 'x')}), "serial number must be at most 31 characters");
  EXPECT_EQ(why({.speed = 0}), "speed must be above 0, at most 10000");
  EXPECT_EQ(why({.speed = std::nan("")}), "speed must be above 0, at most 10000");
}

}  // namespace
}  // namespace busbar::simulate
