// A simulated Victron product speaks TEXT by itself and answers HEX, as its codec expects.
#include "simulate/vedirect_product.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/vedirect.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace busbar::simulate {
namespace {

namespace vedirect = protocol::vedirect;
using namespace std::chrono_literals;
using vedirect::Hex;

class VeDirectModelTest : public testing::Test {
 protected:
  Result<Bytes> ask(const protocol::Query& query) {
    const auto& codec = bmv.requests();
    const Bytes request = codec.build(query).value();
    const auto frames = bmv.respond(protocol::parse_frame(codec, request).value(), 7s);
    const auto frame = protocol::parse_frame(codec, frames.at(0)).value();
    EXPECT_TRUE(codec.answers(query, frame));
    const Bytes payload{frame.payload.begin(), frame.payload.end()};
    auto value = codec.assemble(query, {&payload, 1});
    if (!value) return value.error();
    return **value;
  }
  Result<Bytes> get(std::uint32_t id) {
    return ask({.name = "q", .command = vedirect::command_of(Hex::get, id)});
  }
  Result<Bytes> set(std::uint32_t id, Bytes value) {
    return ask({.name = "q",
                .command = vedirect::command_of(Hex::set, id),
                .data = std::move(value),
                .write = true});
  }
  static std::vector<std::uint32_t> heard(VeDirectModel& model) {
    protocol::FrameReader reader{model.requests()};
    std::vector<std::uint32_t> commands;
    for (const Bytes& bytes : model.announce(3s)) reader.feed(bytes);
    while (const auto frame = reader.next()) commands.push_back(frame->command);
    return commands;
  }
  VeDirectModel bmv{VeDirectProduct::bmv};
};

TEST_F(VeDirectModelTest, SaysWhatItIs) {
  EXPECT_EQ(ask({.name = "q", .command = vedirect::command_of(Hex::product)}).value(), (Bytes{0x89, 0xA3}));
  EXPECT_EQ(ask({.name = "q", .command = vedirect::command_of(Hex::ping)}).value(),
            ask({.name = "q", .command = vedirect::command_of(Hex::version)}).value());
}

TEST_F(VeDirectModelTest, KeepsWhatIsSet) {
  EXPECT_EQ(get(0x1000).value(), (Bytes{100, 0}));
  EXPECT_EQ(set(0x1000, {0xF4, 0x01}).value(), (Bytes{0xF4, 0x01}));
  EXPECT_EQ(get(0x1000).value(), (Bytes{0xF4, 0x01}));
}

TEST_F(VeDirectModelTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(get(0xEDF7).error().code, Errc::rejected) << "a register of chargers";
  EXPECT_NE(set(0x1000, {0, 0}).error().detail.find("holds 64 00"), std::string::npos);
  EXPECT_NE(set(0x1001, {1, 0}).error().detail.find("not support"), std::string::npos);
  EXPECT_EQ(get(0x1000).value(), (Bytes{100, 0}));
}

TEST_F(VeDirectModelTest, AChargerSpeaksOfRegistersBetweenItsFields) {
  VeDirectModel mppt{VeDirectProduct::mppt};
  const auto commands = heard(mppt);
  EXPECT_EQ(commands,
            (std::vector<std::uint32_t>{vedirect::command_of(Hex::unasked, 0xEDDB), vedirect::product_block,
                                        vedirect::command_of(Hex::unasked, 0x0120),
                                        vedirect::command_of(Hex::unasked, 0x0202)}));
  EXPECT_EQ(heard(bmv), (std::vector<std::uint32_t>{vedirect::product_block, vedirect::other_block}));
}

TEST_F(VeDirectModelTest, ForgedFramesAreWhatTheySeem) {
  const auto& codec = bmv.requests();
  const auto query = protocol::Query{.name = "q", .command = vedirect::command_of(Hex::get, 0x1000)};
  const Bytes data{0x00, 0x10, 0x00, 100, 0};
  for (const Bytes& frame : {vedirect::encode_hex(Hex::get, data), bmv.announce(1s).front()}) {
    EXPECT_FALSE(
        codec.answers(query, protocol::parse_frame(codec, bmv.forger().other_address(frame)).value()));
    EXPECT_TRUE(protocol::parse_frame(codec, bmv.forger().bad_checksum(frame)).has_error());
  }
}

}  // namespace
}  // namespace busbar::simulate
