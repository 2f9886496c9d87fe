// Payloads that describe themselves: the quantities stay where they are, and are shared where they are equal.
#include "profile/describer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace busbar::profile {
namespace {

/// Says what it is told: one reading for each byte, with the key k and that byte.
class Talkative final : public protocol::Codec {
 public:
  std::string_view dialect() const noexcept override { return {}; }
  Result<Bytes> build(const protocol::Query&) const override { return Bytes{}; }
  protocol::Scan scan(ByteView) const override { return {}; }
  bool answers(const protocol::Query&, const protocol::Frame&) const override { return false; }
  Result<std::optional<Bytes>> assemble(const protocol::Query&, std::span<const Bytes>) const override {
    return std::optional<Bytes>{};
  }
  std::size_t max_frame() const override { return 1; }
  Result<protocol::Description> describe(ByteView payload) const override {
    if (payload.empty()) return Error{Errc::bad_value, "nothing is said"};
    protocol::Description description;
    for (const std::uint8_t byte : payload) {
      Quantity quantity;
      quantity.key = byte == 0 ? "Not A Key" : "k" + std::to_string(byte);
      quantity.kind = byte < 100 ? Kind::measurement : Kind::counter;
      description.items.push_back({std::move(quantity), static_cast<double>(payload.size())});
    }
    return description;
  }
};

class DescriberTest : public testing::Test {
 protected:
  Describer describer{std::make_unique<Talkative>()};
  CounterMemory memory;
  Decoded out;
};

TEST_F(DescriberTest, EqualQuantitiesAreOneObject) {
  ASSERT_TRUE(describer.decode(Bytes{1, 2}, memory, out));
  ASSERT_EQ(out.readings.size(), 2U);
  const Quantity* const first = out.readings[0].quantity;
  ASSERT_TRUE(describer.decode(Bytes{2, 1, 3}, memory, out));
  EXPECT_EQ(out.readings[1].quantity, first);
  EXPECT_EQ(first->key, "k1");
  EXPECT_EQ(std::get<double>(out.readings[1].value), 3);
}

TEST_F(DescriberTest, WhatIsNoKeyIsLeftOutAndSaid) {
  ASSERT_TRUE(describer.decode(Bytes{0, 1}, memory, out));
  EXPECT_EQ(out.readings.size(), 1U);
  EXPECT_EQ(out.anomalies.size(), 1U);
}

TEST_F(DescriberTest, ACounterThatFallsIsHeldBack) {
  ASSERT_TRUE(describer.decode(Bytes{100, 1, 1}, memory, out));
  EXPECT_EQ(std::get<double>(out.readings[0].value), 3);
  ASSERT_TRUE(describer.decode(Bytes{100}, memory, out));
  EXPECT_TRUE(out.readings.empty());
  ASSERT_EQ(out.drops.size(), 1U);
  EXPECT_EQ(out.drops[0].quantity->key, "k100");
}

TEST_F(DescriberTest, AnErrorLeavesNothing) {
  ASSERT_TRUE(describer.decode(Bytes{1}, memory, out));
  EXPECT_EQ(describer.decode({}, memory, out).error().code, Errc::bad_value);
  EXPECT_TRUE(out.readings.empty());
}

}  // namespace
}  // namespace busbar::profile
