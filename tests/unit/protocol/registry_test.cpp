// Codecs by name, and single frames from people and files.
#include "data/orion/exchanges.hpp"

#include <busbar/protocol/codec.hpp>

#include <gtest/gtest.h>

#include <string>

namespace busbar::protocol {
namespace {

TEST(Registry, KnowsOrionInBothDialects) {
  EXPECT_EQ(make_codec("orion").value()->max_frame(), 259U);
  EXPECT_EQ(make_codec("orion", "manufacturer").value()->max_frame(), 259U);
  EXPECT_EQ(make_codec("orion", "draft").value()->max_frame(), 261U);
}

TEST(Registry, EveryListedProtocolCanBeMade) {
  EXPECT_FALSE(protocols().empty());
  for (const auto name : protocols()) EXPECT_TRUE(make_codec(name).has_value()) << name;
}

TEST(Registry, UnknownNamesAreAnsweredWithTheKnownOnes) {
  const auto protocol = make_codec("orino");
  ASSERT_TRUE(protocol.has_error());
  EXPECT_EQ(protocol.error().code, Errc::invalid_configuration);
  EXPECT_NE(protocol.error().detail.find("'orino'"), std::string::npos);
  EXPECT_NE(protocol.error().detail.find("known: orion"), std::string::npos);
  const auto dialect = make_codec("orion", "daft");
  ASSERT_TRUE(dialect.has_error());
  EXPECT_EQ(dialect.error().code, Errc::invalid_configuration);
  EXPECT_NE(dialect.error().detail.find("manufacturer, draft"), std::string::npos);
}

TEST(Registry, EndlessNamesAreCutInTheError) {
  EXPECT_LT(make_codec(std::string(100'000, 'x')).error().detail.size(), 200U);
  EXPECT_LT(make_codec("orion", std::string(100'000, 'x')).error().detail.size(), 200U);
}

class ParseFrame : public testing::Test {
 protected:
  Errc error(std::string_view text) { return parse_frame(*codec, from_hex(text).value()).error().code; }
  std::unique_ptr<Codec> codec = make_codec("orion").value();
};

TEST_F(ParseFrame, GivesTheFrame) {
  const Bytes bytes = from_hex(test::orion::four_cells.response).value();
  const auto frame = parse_frame(*codec, bytes);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->command, 0xFF02U);
  EXPECT_EQ(frame->payload.size(), 11U);
}

TEST_F(ParseFrame, SaysWhyThereIsNone) {
  EXPECT_EQ(error(""), Errc::truncated_frame);
  EXPECT_EQ(error("ea d1 01 04 ff ff 04"), Errc::truncated_frame);
  EXPECT_EQ(error("00 ea d1 01 04 ff ff 04 f5"), Errc::bad_start);
  EXPECT_EQ(error("ea d0 01 04 ff ff 04 f5"), Errc::bad_product);
  EXPECT_EQ(error("ea d1 01 04 ff ff 05 f5"), Errc::bad_checksum);
  EXPECT_EQ(error("ea d1 01 04 ff ff 04 f5 00"), Errc::bad_length);
}

}  // namespace
}  // namespace busbar::protocol
