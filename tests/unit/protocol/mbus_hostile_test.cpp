// M-Bus bytes as a bad line or a bad meter sends them: cut, flipped, repeated. No wrong value, nothing lost.
#include <busbar/protocol/mbus/telegram.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace busbar::protocol::mbus {
namespace {

const Bytes data = *from_hex(
    "78 56 34 12 24 40 01 04 55 00 00 00 04 06 15 31 00 00 02 fb 97 72 62 fe 0a 5a 25 06 04 6d 32 14 7a 18 "
    "0d fd 11 03 43 42 41 84 10 da 6f 32 14 7a 18 02 fc 03 48 52 25 74 d4 11 05 2b 00 00 48 42");
const std::vector<std::size_t> ends{12, 18, 24, 28, 34, 41, 49, 58, 64};  ///< of the header and each record

std::vector<std::string> texts(const Telegram& telegram) {
  std::vector<std::string> all;
  for (const Record& record : telegram.records)
    all.push_back(title_of(record) + "=" + to_string(record.value));
  return all;
}

TEST(MbusHostileTest, CutAnywhereTheRecordsBeforeStand) {
  const Bytes whole = build_long(rsp_ud, 1, 0x72, data).value();
  const auto all = texts(decode(whole).value());
  ASSERT_EQ(all.size(), ends.size() - 1);
  for (std::size_t size = 0; size <= data.size(); ++size) {
    SCOPED_TRACE(size);
    const Bytes frame = build_long(rsp_ud, 1, 0x72, ByteView{data}.first(size)).value();
    const auto telegram = decode(frame).value();
    const auto got = texts(telegram);
    std::size_t complete = 0;
    while (complete + 1 < ends.size() && ends[complete + 1] <= size) ++complete;
    EXPECT_EQ(got,
              std::vector<std::string>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(complete)));
    const bool between = size >= ends.front() && size == ends[complete];
    EXPECT_EQ(telegram.fault.has_value(), !between);
    EXPECT_EQ(telegram.rest.size(), between ? 0 : size - (size < ends.front() ? 0 : ends[complete]));
  }
}

TEST(MbusHostileTest, EveryPrefixOfAFrameIsTruncated) {
  const Bytes whole = build_long(rsp_ud, 1, 0x72, data).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = decode(ByteView{whole}.first(size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().code, Errc::truncated_frame) << size;
  }
}

TEST(MbusHostileTest, OneWrongByteIsNeverAFrame) {
  const Bytes whole = build_long(rsp_ud, 1, 0x72, data).value();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned flip = 1; flip < 0x100; ++flip) {
      Bytes wrong = whole;
      wrong[at] = static_cast<std::uint8_t>(wrong[at] ^ flip);
      EXPECT_FALSE(decode(wrong)) << at << " ^ " << flip;
    }
  }
}

/// Whatever a meter puts into a sound frame, all of it is accounted for: records, fillers, data of the
/// manufacturer, or the rest.
TEST(MbusHostileTest, NothingOfASoundFrameIsLost) {
  std::mt19937 random{20261121};
  Telegram telegram;
  for (int round = 0; round < 20000; ++round) {
    Bytes content(random() % (max_data_size + 1));
    for (auto& byte : content) byte = static_cast<std::uint8_t>(random());
    const Bytes frame = build_long(rsp_ud, 1, 0x78, content).value();
    ASSERT_TRUE(decode_into(frame, telegram));
    std::size_t accounted = telegram.rest.size() + telegram.manufacturer_data.size();
    const std::uint8_t* at = frame.data() + 7;
    for (const Record& record : telegram.records) {
      accounted += record.bytes.size();
      for (; at < record.bytes.data(); ++at, ++accounted) EXPECT_EQ(*at, 0x2F);
      at = record.bytes.data() + record.bytes.size();
      (void)title_of(record);
      (void)to_string(record.value);
    }
    const std::size_t tail = content.size() - accounted;
    for (std::size_t left = 0; left < tail; ++left)
      EXPECT_TRUE(at[left] == 0x2F || at[left] == 0x0F || at[left] == 0x1F);
  }
}

TEST(MbusHostileTest, ChainsAtTheirLimits) {
  Bytes most{0x84, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00,  // DIF and ten DIFEs
             0x93, 0xF7, 0xF7, 0xF7, 0xF7, 0xF7, 0xF7, 0xF7, 0xF7, 0xF7, 0x77,  // VIF and ten times 10
             0x01, 0x00, 0x00, 0x00};
  const Bytes frame = build_long(rsp_ud, 1, 0x78, most).value();
  const auto telegram = decode(frame).value();
  ASSERT_EQ(telegram.records.size(), 1U);
  EXPECT_EQ(to_string(telegram.records[0].value), "10000000");
  EXPECT_EQ(telegram.records[0].modifiers().size(), max_extensions);
}

TEST(MbusHostileTest, TheLargestNumbersStayExactOrAreNone) {
  const auto value = [](std::string_view hex) {
    const Bytes frame = build_long(rsp_ud, 1, 0x78, from_hex(hex).value()).value();
    const auto telegram = decode(frame).value();
    const Value& found = telegram.records.at(0).value;
    if (const auto* reason = std::get_if<Unavailable>(&found)) return std::string{to_string(*reason)};
    return to_string(found);
  };
  EXPECT_EQ(value("07 03 ff ff ff ff ff ff ff 7f"), "9223372036854775807");
  EXPECT_EQ(value("07 83 7b ff ff ff ff ff ff ff 7f"), "too large");
  EXPECT_EQ(value("07 fb 68 ff ff ff ff ff ff ff 7f"), "too large");
  EXPECT_EQ(value("0d 03 c9 99 99 99 99 99 99 99 99 99"), "999999999999999999");
  EXPECT_EQ(value("07 7a ff ff ff ff ff ff ff 8f"), "ffffffffffffff8f");
  EXPECT_EQ(value("05 2f ff ff 7f 7f"), "3.4028235e+42");
  EXPECT_EQ(value("05 af fd 7b ff ff 7f 7f"), "too large");
  EXPECT_EQ(value("05 fb e8 73 ff ff 7f 7e"), "2.0769186e+31");
}

}  // namespace
}  // namespace busbar::protocol::mbus
