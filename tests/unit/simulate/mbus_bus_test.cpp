// Simulated M-Bus slaves: addresses, selection, the frame count bit, telegrams in a row, collisions.
#include "simulate/mbus_bus.hpp"

#include <gtest/gtest.h>

#include <string>

namespace busbar::simulate {
namespace {

namespace mbus = protocol::mbus;

class MbusBusTest : public testing::Test {
 protected:
  void bus(unsigned count, bool two_telegrams = false) {
    model = std::make_unique<MbusModel>(MbusOptions{.count = count, .two_telegrams = two_telegrams});
  }
  std::vector<Bytes> ask(const Bytes& request) {
    const auto frame = protocol::parse_frame(model->requests(), request).value();
    return model->respond(frame, milliseconds{5000});
  }
  bool acknowledged(const Bytes& request) {
    return ask(request) == std::vector<Bytes>{{mbus::acknowledgement}};
  }
  /// The only answer, decoded; its bytes stay in `bytes`.
  mbus::Telegram telegram(const Bytes& request) {
    const auto answers = ask(request);
    EXPECT_EQ(answers.size(), 1U);
    bytes = answers.empty() ? Bytes{} : answers.front();
    const auto decoded = mbus::decode(bytes);
    EXPECT_TRUE(decoded) << to_hex(bytes, ' ');
    return decoded ? *decoded : mbus::Telegram{};
  }
  static Bytes reset(std::uint8_t address) { return mbus::build_short(mbus::snd_nke, address); }
  static Bytes read(std::uint8_t address, bool bit) {
    return mbus::build_short(mbus::req_ud2 | (bit ? mbus::frame_count : 0), address);
  }
  static Bytes select(std::string_view mask) {
    return mbus::build_long(mbus::snd_ud, mbus::selected_address, 0x52, *from_hex(mask)).value();
  }

  std::unique_ptr<MbusModel> model;
  Bytes bytes;
};

TEST_F(MbusBusTest, EverySlaveAnswersAtItsAddress) {
  bus(3);
  for (std::uint8_t address = 1; address <= 3; ++address) {
    EXPECT_TRUE(acknowledged(reset(address)));
    const auto answer = telegram(read(address, true));
    EXPECT_EQ(answer.frame.a, address);
    EXPECT_EQ(answer.identity.id, 0x12345000U + address);
    EXPECT_FALSE(answer.fault);
    EXPECT_GE(answer.records.size(), 3U);
  }
  EXPECT_TRUE(ask(reset(4)).empty());
  EXPECT_TRUE(ask(read(4, true)).empty());
  EXPECT_TRUE(ask(reset(mbus::broadcast_address)).empty());
}

TEST_F(MbusBusTest, TheSameCountBitAsksForTheSameTelegram) {
  bus(1, true);
  EXPECT_TRUE(acknowledged(reset(1)));
  const auto first = telegram(read(1, true));
  EXPECT_TRUE(first.more_follows);
  const Bytes as_sent = bytes;
  EXPECT_TRUE(telegram(read(1, true)).more_follows);
  EXPECT_EQ(bytes, as_sent);
  EXPECT_FALSE(telegram(read(1, false)).more_follows);
  EXPECT_NE(bytes, as_sent);
  // A reset begins anew.
  EXPECT_TRUE(acknowledged(reset(1)));
  EXPECT_TRUE(telegram(read(1, true)).more_follows);
}

TEST_F(MbusBusTest, ASelectionChoosesByMask) {
  bus(12);
  EXPECT_TRUE(acknowledged(select("05 50 34 12 ff ff ff ff")));
  EXPECT_EQ(telegram(read(mbus::selected_address, true)).frame.a, 5);
  EXPECT_TRUE(ask(select("05 50 34 12 ff ff 02 ff")).empty()) << "another version";
  EXPECT_TRUE(ask(read(mbus::selected_address, true)).empty()) << "the slave is no longer selected";
  EXPECT_TRUE(acknowledged(select("05 50 34 12 24 40 ff ff")));
  EXPECT_TRUE(ask(select("99 50 34 12 ff ff ff ff")).empty());
}

TEST_F(MbusBusTest, SlavesThatAnswerTogetherCollide) {
  bus(2);
  EXPECT_TRUE(acknowledged(select("ff ff ff ff ff ff ff ff"))) << "two acknowledgements look like one";
  const auto answers = ask(read(mbus::selected_address, true));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_FALSE(mbus::decode(answers.front())) << "what comes of two telegrams is none";
}

TEST_F(MbusBusTest, AResetOfTheSelectionDeselects) {
  bus(1);
  EXPECT_TRUE(acknowledged(select("01 50 34 12 ff ff ff ff")));
  EXPECT_TRUE(acknowledged(reset(mbus::selected_address)));
  EXPECT_TRUE(ask(read(mbus::selected_address, true)).empty());
}

TEST_F(MbusBusTest, ANewPrimaryAddressIsTaken) {
  bus(1);
  EXPECT_TRUE(acknowledged(mbus::build_long(0x73, 1, 0x51, *from_hex("01 7a 09")).value()));
  EXPECT_TRUE(ask(reset(1)).empty());
  EXPECT_TRUE(acknowledged(reset(9)));
}

TEST_F(MbusBusTest, LiesAreLies) {
  bus(1);
  (void)telegram(read(1, true));
  const Forger forger = model->forger();
  EXPECT_EQ(mbus::parse_link_frame(forger.other_address(bytes))->a, 2);
  EXPECT_FALSE(mbus::parse_link_frame(forger.bad_checksum(bytes)));
  EXPECT_FALSE(check(MbusOptions{.count = 251}));
}

}  // namespace
}  // namespace busbar::simulate
