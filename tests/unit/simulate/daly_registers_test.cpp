// Simulated Daly boards with registers answer as their codec expects, under both kinds of address.
#include "simulate/daly_registers.hpp"

#include <busbar/protocol/modbus.hpp>

#include <gtest/gtest.h>

namespace busbar::simulate {
namespace {

namespace modbus = protocol::modbus;
using namespace std::chrono_literals;

class DalyRegisterTest : public testing::Test {
 protected:
  static protocol::Query read(std::uint32_t address, std::uint16_t first, std::uint8_t count) {
    return {.name = "q",
            .address = address,
            .command = modbus::command_of(modbus::read_holding, first),
            .data = {0, count}};
  }
  static protocol::Query write(std::uint32_t address, std::uint16_t reg, std::uint8_t value) {
    return {.name = "q",
            .address = address,
            .command = modbus::command_of(modbus::write_single, reg),
            .data = {0, value},
            .write = true};
  }
  Result<Bytes> ask(const protocol::Query& query) {
    const auto& codec = model.requests();
    const Bytes request = codec.build(query).value();
    const auto frames = model.respond(protocol::parse_frame(codec, request).value(), 5s);
    if (frames.empty()) return Error{Errc::timeout};
    const auto frame = protocol::parse_frame(codec, frames.at(0)).value();
    EXPECT_TRUE(codec.answers(query, frame));
    const Bytes payload{frame.payload.begin(), frame.payload.end()};
    auto value = codec.assemble(query, {&payload, 1});
    if (!value) return value.error();
    return **value;
  }
  DalyRegisterModel model{{.count = 2, .cells = 8}};
};

TEST_F(DalyRegisterTest, TellsTheSamePackUnderBothAddresses) {
  const Bytes numbered = ask(read(1, 0x38, 3)).value();
  const Bytes alone = ask(read(modbus::daly_any, 0x28, 3)).value();
  EXPECT_EQ(numbered, alone);
  EXPECT_EQ(ask(read(1, 0, 8)).value(), ask(read(modbus::daly_any, 0, 8)).value());
}

TEST_F(DalyRegisterTest, EveryBoardHasItsOwnSwitches) {
  ASSERT_TRUE(ask(write(2, 0x121, 0)));
  EXPECT_EQ(ask(read(2, 0x52, 2)).value(), (Bytes{0, 0, 0, 1}));
  EXPECT_EQ(ask(read(1, 0x52, 2)).value(), (Bytes{0, 1, 0, 1}));
  ASSERT_TRUE(ask(write(modbus::daly_any, 0xA6, 0)));
  EXPECT_EQ(ask(read(1, 0x52, 2)).value(), (Bytes{0, 1, 0, 0}));
}

TEST_F(DalyRegisterTest, RefusesWhatIsNotThere) {
  EXPECT_EQ(ask(read(1, 0x122, 2)).error().code, Errc::rejected);
  EXPECT_EQ(ask(write(1, 0x10, 1)).error().code, Errc::rejected);
  EXPECT_EQ(ask(read(3, 0, 1)).error().code, Errc::timeout) << "no such board";
}

TEST_F(DalyRegisterTest, ForgedFramesAreWhatTheySeem) {
  const Bytes frame = modbus::encode(0x51, modbus::read_holding, Bytes{2, 0, 1});
  const auto& codec = model.requests();
  EXPECT_EQ(protocol::parse_frame(codec, model.forger().other_address(frame)).value().address, 0x52U);
  EXPECT_TRUE(protocol::parse_frame(codec, model.forger().bad_checksum(frame)).has_error());
}

TEST_F(DalyRegisterTest, BoundsWhatItIs) {
  EXPECT_FALSE(check(DalyRegisterOptions{.count = 17}));
  EXPECT_FALSE(check(DalyRegisterOptions{.cells = 33}));
  EXPECT_TRUE(check(DalyRegisterOptions{}));
}

}  // namespace
}  // namespace busbar::simulate
