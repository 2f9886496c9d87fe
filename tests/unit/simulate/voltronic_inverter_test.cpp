// A simulated Voltronic inverter answers as its codec expects, in every firmware.
#include "simulate/voltronic_inverter.hpp"

#include <busbar/protocol/voltronic.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace busbar::simulate {
namespace {

namespace voltronic = protocol::voltronic;
using namespace std::chrono_literals;
using Variant = VoltronicVariant;

std::string ask(VoltronicModel& model, std::string_view command, milliseconds elapsed = 3s) {
  protocol::Query query;
  query.data = Bytes{command.begin(), command.end()};
  query.write = !command.starts_with('Q');
  const protocol::Codec& codec = model.requests();
  if (codec.dialect() == "pi18") query.write = false;
  const Bytes request = codec.build(query).value();
  const auto frames = model.respond(protocol::parse_frame(codec, request).value(), elapsed);
  EXPECT_EQ(frames.size(), 1U);
  const auto frame = protocol::parse_frame(codec, frames.at(0)).value();
  EXPECT_TRUE(codec.answers(query, frame));
  return {frame.payload.begin(), frame.payload.end()};
}

TEST(VoltronicModelTest, SendsAsManyWordsAsItsFirmware) {
  const auto blanks = [](const std::string& text) { return std::count(text.begin(), text.end(), ' '); };
  for (const auto& [variant, words] : {std::pair{Variant::hs, 17}, {Variant::pi30, 21}, {Variant::max, 24}}) {
    VoltronicModel model{variant};
    EXPECT_EQ(blanks(ask(model, "QPIGS")) + 1, words);
    EXPECT_EQ(blanks(ask(model, "QPIRI")) + 1, variant == Variant::max ? 28 : 25);
  }
}

TEST(VoltronicModelTest, RefusesWhatItDoesNotKnow) {
  VoltronicModel model{Variant::pi30};
  for (const std::string_view command : {"QPIGS2", "QNOPE", "POP03", "PFF"})
    EXPECT_EQ(ask(model, command), "NAK");
  VoltronicModel max{Variant::max};
  EXPECT_NE(ask(max, "QPIGS2"), "NAK");
  VoltronicModel pi18{Variant::pi18};
  EXPECT_EQ(ask(pi18, "NOPE"), "^0");
}

TEST(VoltronicModelTest, DoesAsItIsTold) {
  VoltronicModel model{Variant::pi30};
  EXPECT_EQ(ask(model, "POP01"), "ACK");
  EXPECT_NE(ask(model, "QPIRI").find(" 1 1 2 "), std::string::npos);
}

TEST(VoltronicModelTest, CountsEnergyUpwards) {
  VoltronicModel model{Variant::max};
  EXPECT_LT(ask(model, "QET", 1s), ask(model, "QET", 1h));
}

TEST(VoltronicModelTest, SpeaksPi18) {
  VoltronicModel model{Variant::pi18};
  const std::string status = ask(model, "GS");
  EXPECT_EQ(std::count(status.begin(), status.end(), ','), 27);
  EXPECT_EQ(ask(model, "PI"), "18");
}

TEST(VoltronicModelTest, AnswersNoAnswer) {
  VoltronicModel model{Variant::pi30};
  const Bytes answer = voltronic::encode("pi30", "L").value();
  EXPECT_TRUE(model.respond(protocol::parse_frame(model.requests(), answer).value(), 1s).empty());
}

TEST(VoltronicModelTest, ForgedFramesAreWhatTheySeem) {
  VoltronicModel model{Variant::pi30};
  const Bytes frame = voltronic::encode("pi30", "230.0 50.0").value();
  EXPECT_TRUE(protocol::parse_frame(model.requests(), model.forger().other_address(frame)).has_value());
  EXPECT_TRUE(protocol::parse_frame(model.requests(), model.forger().bad_checksum(frame)).has_error());
}

}  // namespace
}  // namespace busbar::simulate
