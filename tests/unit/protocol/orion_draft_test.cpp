// The draft dialect: same fields, but another count, another checksum, other commands. No captured frame
// follows it.
#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/orion.hpp>

#include <gtest/gtest.h>

namespace busbar::protocol::orion {
namespace {

Query query(std::uint32_t command) {
  Query result;
  result.address = 1;
  result.command = command;
  return result;
}

class OrionDraftTest : public testing::Test {
 protected:
  std::unique_ptr<Codec> codec = make_codec(draft);
};

TEST_F(OrionDraftTest, RequestCountsCommandAndDataAndSumsFromTheProductId) {
  // D1 ^ 01 ^ 02 ^ 03 ^ 00 = D1; the sample of the draft itself says D2 and breaks its own rule.
  EXPECT_EQ(codec->build(query(0x0300)).value(), from_hex("ea d1 01 02 03 00 d1 f5"));
  EXPECT_EQ(codec->build(query(0x0301)).value(), from_hex("ea d1 01 02 03 01 d0 f5"));
}

TEST_F(OrionDraftTest, RoundTripOfEveryLength) {
  for (std::size_t size = 0; size <= draft.max_data(); ++size) {
    const Bytes data(size, 0xEA);
    const Bytes bytes = encode(draft, 1, 0x0301, data).value();
    const Scan scan = codec->scan(bytes);
    ASSERT_EQ(scan.outcome, Scan::Outcome::frame) << size;
    EXPECT_EQ(scan.count, size + 8);
    EXPECT_EQ(Bytes(scan.frame.payload.begin(), scan.frame.payload.end()), data);
    EXPECT_EQ(codec->answers(query(0x0301), scan.frame), size > 0) << "without data it is the request";
    EXPECT_FALSE(codec->answers(query(0x0300), scan.frame));
  }
  EXPECT_EQ(codec->max_frame(), 261U);
}

TEST_F(OrionDraftTest, AddressIsCovered) {
  Bytes bytes = encode(draft, 1, 0x0300, Bytes{0x14, 0x82}).value();
  bytes[2] ^= 0x02;
  EXPECT_EQ(codec->scan(bytes).fault, Errc::bad_checksum);
}

TEST_F(OrionDraftTest, LengthCountsAtLeastTheCommand) {
  EXPECT_EQ(codec->scan(*from_hex("ea d1 01 01")).fault, Errc::bad_length);
  EXPECT_EQ(codec->scan(*from_hex("ea d1 01 02")).outcome, Scan::Outcome::need_more);
}

TEST_F(OrionDraftTest, HasNoSwitchesAndNoServiceCommands) {
  Query write = query(0x0319);
  write.write = true;
  EXPECT_EQ(codec->build(write).error().code, Errc::unknown_query);
  EXPECT_EQ(codec->build(query(0xFE01)).error().code, Errc::not_allowed);
  EXPECT_EQ(codec->build(query(0xFF02)).error().code, Errc::unknown_query);
}

TEST_F(OrionDraftTest, DialectsDoNotReadEachOther) {
  const auto proven = make_codec(manufacturer);
  const Bytes theirs = encode(draft, 1, 0x0301, Bytes(8, 0x0C)).value();
  const Bytes ours = encode(manufacturer, 1, read_voltages, Bytes(8, 0x0C)).value();
  EXPECT_EQ(proven->scan(theirs).outcome, Scan::Outcome::skip);
  EXPECT_EQ(codec->scan(ours).outcome, Scan::Outcome::skip);
}

}  // namespace
}  // namespace busbar::protocol::orion
