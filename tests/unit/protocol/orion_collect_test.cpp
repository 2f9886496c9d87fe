// Cell voltages that span several frames.
#include "data/orion/exchanges.hpp"

#include <busbar/protocol/orion.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace busbar::protocol::orion {
namespace {

class OrionCollectTest : public testing::Test {
 protected:
  OrionCollectTest() {
    query.command = read_voltages;
    query.collect = Collect{.header = 3, .total_at = 2, .item = 2};
  }
  /// `items` cells out of `total`, all of value `cell`.
  static Bytes part(std::uint8_t items, std::uint8_t total, std::uint8_t cell = 0x0C) {
    Bytes payload{items, 6, total};
    payload.insert(payload.end(), std::size_t{2} * items, cell);
    return payload;
  }
  Result<std::optional<Bytes>> join(const std::vector<Bytes>& payloads) {
    return codec->assemble(query, payloads);
  }

  std::unique_ptr<Codec> codec = make_codec(manufacturer);
  Query query;
};

TEST_F(OrionCollectTest, OneFrameWithAllCellsIsComplete) {
  EXPECT_EQ(join({part(4, 4)}).value(), part(4, 4));
}

TEST_F(OrionCollectTest, FramesAreJoinedInOrderBehindTheFirstHeader) {
  const Bytes first = part(8, 20, 0x11), second = part(8, 20, 0x22), third = part(4, 20, 0x33);
  EXPECT_EQ(join({first}).value(), std::nullopt);
  EXPECT_EQ(join({first, second}).value(), std::nullopt);
  Bytes expected = first;
  expected.insert(expected.end(), second.begin() + 3, second.end());
  expected.insert(expected.end(), third.begin() + 3, third.end());
  EXPECT_EQ(join({first, second, third}).value(), expected);
}

TEST_F(OrionCollectTest, OneFrameMayCarryMoreThanItDeclares) {
  // The manufacturer's own example: 15 declared, 15 in the system, 16 carried.
  const Bytes frame = from_hex(test::orion::sixteen_cells.response).value();
  const Bytes payload{frame.begin() + 6, frame.end() - 2};
  EXPECT_EQ(join({payload}).value(), payload);
}

TEST_F(OrionCollectTest, DeclaredCountPerFrameIsNotTrusted) {
  Bytes first = part(8, 16), second = part(8, 16);
  first[0] = 7;
  second[0] = 200;
  EXPECT_EQ(join({first, second}).value()->size(), 3U + 32U);
}

TEST_F(OrionCollectTest, NothingYetIsNotComplete) { EXPECT_EQ(join({}).value(), std::nullopt); }

TEST_F(OrionCollectTest, ContradictingTotalsAreAnError) {
  EXPECT_EQ(join({part(8, 16), part(8, 17)}).error().code, Errc::bad_value);
}

TEST_F(OrionCollectTest, MoreThanTheTotalIsAnError) {
  EXPECT_EQ(join({part(8, 12), part(8, 12)}).error().code, Errc::bad_value);
}

TEST_F(OrionCollectTest, ShortHeaderAndHalfACellAreErrors) {
  EXPECT_EQ(join({Bytes{4, 6}}).error().code, Errc::short_payload);
  Bytes half = part(4, 4);
  half.pop_back();
  EXPECT_EQ(join({half}).error().code, Errc::bad_length);
}

TEST_F(OrionCollectTest, CollectionCannotGoOnForEver) {
  EXPECT_EQ(join({part(0, 4)}).error().code, Errc::bad_value);
  EXPECT_EQ(join({part(2, 4), part(0, 4)}).error().code, Errc::bad_value);
  // One cell a frame, the most frames there can be.
  std::vector<Bytes> payloads(254, part(1, 255));
  EXPECT_EQ(join(payloads).value(), std::nullopt);
  payloads.push_back(part(1, 255));
  EXPECT_EQ(join(payloads).value()->size(), 3U + 2 * 255);
  payloads.push_back(part(1, 255));
  EXPECT_TRUE(join(payloads).has_error());
}

TEST_F(OrionCollectTest, SystemWithoutCellsIsComplete) { EXPECT_EQ(join({part(0, 0)}).value(), part(0, 0)); }

TEST_F(OrionCollectTest, WithoutCollectTheOnlyPayloadIsTheAnswer) {
  query.collect.reset();
  EXPECT_EQ(join({Bytes{1, 2, 3}}).value(), (Bytes{1, 2, 3}));
  EXPECT_EQ(join({Bytes{}}).value(), Bytes{});
  EXPECT_EQ(join({}).value(), std::nullopt);
}

TEST_F(OrionCollectTest, SenselessDescriptionIsAnError) {
  query.collect = Collect{.header = 2, .total_at = 2, .item = 2};
  EXPECT_EQ(join({part(4, 4)}).error().code, Errc::invalid_profile);
  query.collect = Collect{.header = 3, .total_at = 2, .item = 0};
  EXPECT_EQ(join({part(4, 4)}).error().code, Errc::invalid_profile);
}

}  // namespace
}  // namespace busbar::protocol::orion
