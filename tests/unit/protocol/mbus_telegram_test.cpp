// M-Bus telegrams: headers, fixed data, errors of the application, and what cannot be followed.
#include <busbar/protocol/mbus/telegram.hpp>

#include <gtest/gtest.h>

#include <string>

namespace busbar::protocol::mbus {
namespace {

Bytes bytes(std::string_view hex) { return from_hex(hex).value(); }

/// An answer with this CI field and data, its checksum and lengths right.
Bytes answer(std::uint8_t ci, std::string_view data) {
  return build_long(rsp_ud, 1, ci, bytes(data)).value();
}

constexpr const char* header = "78 56 34 12 24 40 01 07 55 00 00 00 ";

TEST(MbusFrameTest, EveryKindOfFrame) {
  const Bytes ack = bytes("e5");
  EXPECT_EQ(parse_link_frame(ack)->kind, FrameKind::ack);
  const Bytes brief = bytes("10 7b 05 80 16");
  const auto request = parse_link_frame(brief).value();
  EXPECT_EQ(request.kind, FrameKind::brief);
  EXPECT_EQ(request.c, 0x7B);
  EXPECT_EQ(request.a, 5);
  EXPECT_EQ(build_short(0x7B, 5), brief);
  const Bytes control = build_long(0x53, 1, 0xBD).value();
  EXPECT_EQ(to_hex(control, ' '), "68 03 03 68 53 01 bd 11 16");
  EXPECT_EQ(parse_link_frame(control)->kind, FrameKind::control);
  const Bytes full = bytes("68 06 06 68 53 fe 51 01 7a 08 25 16");
  const auto write = parse_link_frame(full).value();
  EXPECT_EQ(write.kind, FrameKind::full);
  EXPECT_EQ(to_hex(write.data), "017a08");
}

TEST(MbusFrameTest, WhatIsNoFrameSaysWhy) {
  const auto code = [](std::string_view hex) { return parse_link_frame(bytes(hex)).error().code; };
  EXPECT_EQ(code("00"), Errc::bad_start);
  EXPECT_EQ(code("10 7b 05 81 16"), Errc::bad_checksum);
  EXPECT_EQ(code("10 7b 05 80 17"), Errc::bad_end);
  EXPECT_EQ(code("10 7b 05 80"), Errc::truncated_frame);
  EXPECT_EQ(code("10 7b 05 80 16 16"), Errc::bad_length);
  EXPECT_EQ(code("68 03 04 68 53 01 bd 11 16"), Errc::bad_length);
  EXPECT_EQ(code("68 02 02 68 53 01 54 16"), Errc::bad_length);
  EXPECT_EQ(code("68 03 03 69 53 01 bd 11 16"), Errc::bad_start);
  EXPECT_EQ(parse_link_frame(Bytes{}).error().code, Errc::truncated_frame);
  EXPECT_EQ(build_long(0x53, 1, 0x51, Bytes(253)).error().code, Errc::bad_length);
  EXPECT_EQ(build_long(0x53, 1, 0x51, Bytes(252))->size(), max_frame_size);
}

TEST(MbusTelegramTest, LongHeader) {
  const Bytes frame = answer(0x72, header);
  const auto telegram = decode(frame).value();
  EXPECT_EQ(id_text(telegram.identity.id), "12345678");
  EXPECT_EQ(manufacturer_text(telegram.identity.manufacturer), "PAD");
  EXPECT_EQ(telegram.identity.version, 1);
  EXPECT_EQ(medium_text(telegram.identity.medium), "water");
  EXPECT_EQ(telegram.access, 0x55);
  EXPECT_EQ(secondary_address(telegram.identity), "1234567824400107");
  EXPECT_TRUE(telegram.records.empty());
  EXPECT_FALSE(telegram.fault);
}

TEST(MbusTelegramTest, ShortAndNoHeader) {
  const Bytes brief = answer(0x7A, "2a 04 00 00 01 7a 05");
  const auto with_status = decode(brief).value();
  EXPECT_FALSE(with_status.has_identity);
  EXPECT_EQ(with_status.access, 0x2A);
  EXPECT_EQ(status_text(with_status.status), "battery low");
  ASSERT_EQ(with_status.records.size(), 1U);
  const Bytes none = answer(0x78, "01 7a fa");
  const auto bare = decode(none).value();
  EXPECT_FALSE(bare.has_status);
  ASSERT_EQ(bare.records.size(), 1U);
  // An address above 127 is no negative number.
  EXPECT_EQ(to_string(bare.records[0].value), "250");
}

TEST(MbusTelegramTest, MostSignificantByteFirst) {
  const Bytes frame = answer(0x76, "12 34 56 78 40 24 01 07 55 00 00 00 04 13 00 00 30 39");
  const auto telegram = decode(frame).value();
  EXPECT_EQ(secondary_address(telegram.identity), "1234567824400107");
  ASSERT_EQ(telegram.records.size(), 1U);
  EXPECT_EQ(to_string(telegram.records[0].value), "12.345");
}

TEST(MbusTelegramTest, FixedDataInBothCodings) {
  // 12345678, access 10: cubic metres by litres, and the same quantity at the fixed date.
  const Bytes decimal = answer(0x73, "78 56 34 12 0a 00 e9 7e 01 00 00 00 35 01 00 00");
  const auto one = decode(decimal).value();
  EXPECT_EQ(one.content, Content::fixed);
  EXPECT_EQ(medium_text(one.identity.medium), "water");
  ASSERT_EQ(one.records.size(), 2U);
  EXPECT_EQ(to_string(one.records[0].value), "0.001");
  EXPECT_EQ(to_string(one.records[1].value), "0.135");
  EXPECT_EQ(one.records[0].storage, 0U);
  EXPECT_EQ(one.records[1].storage, 1U);
  EXPECT_EQ(unit_of(one.records[1]), "m³");
  // Bit 0 of the status: binary. Bit 1: both are of the fixed date.
  const Bytes binary = answer(0x73, "78 56 34 12 0a 03 05 69 35 01 00 00 ff ff ff ff");
  const auto two = decode(binary).value();
  EXPECT_EQ(medium_text(two.identity.medium), "heat, return");
  EXPECT_EQ(to_string(two.records[0].value), "309000");
  EXPECT_EQ(two.records[0].storage, 1U);
  EXPECT_EQ(std::get<Unavailable>(two.records[1].value), Unavailable::marked);
}

TEST(MbusTelegramTest, FixedDataOfAnotherLengthIsKept) {
  const Bytes frame = answer(0x73, "78 56 34 12 0a 00 e9 7e 01 00 00 00 35 01 00");
  const auto telegram = decode(frame).value();
  EXPECT_TRUE(telegram.fault);
  EXPECT_EQ(telegram.rest.size(), 15U);
}

TEST(MbusTelegramTest, ErrorsAndAlarms) {
  const Bytes busy = answer(0x70, "08");
  EXPECT_EQ(decode(busy)->content, Content::application_error);
  EXPECT_EQ(application_error_text(*decode(busy)->code), "application busy");
  const Bytes bare = answer(0x70, "");
  EXPECT_EQ(application_error_text(*decode(bare)->code), "unspecified error");
  EXPECT_EQ(application_error_text(0x77), "error 77");
  const Bytes alarm = answer(0x71, "03");
  EXPECT_EQ(decode(alarm)->content, Content::alarm);
  EXPECT_EQ(decode(alarm)->code, 3);
  const Bytes with_header = answer(0x6F, std::string{header} + "09");
  EXPECT_EQ(decode(with_header)->code, 9);
  EXPECT_TRUE(decode(with_header)->has_identity);
}

TEST(MbusTelegramTest, AnUnknownApplicationIsKept) {
  const Bytes frame = answer(0xB7, "01 02 03");
  const auto telegram = decode(frame).value();
  EXPECT_EQ(telegram.content, Content::other);
  EXPECT_EQ(to_hex(telegram.rest), "010203");
}

TEST(MbusTelegramTest, ManufacturerDataAndMoreToFollow) {
  const Bytes last = answer(0x72, std::string{header} + "04 13 39 30 00 00 0f aa bb");
  EXPECT_EQ(to_hex(decode(last)->manufacturer_data), "aabb");
  EXPECT_FALSE(decode(last)->more_follows);
  const Bytes more = answer(0x72, std::string{header} + "2f 2f 04 13 39 30 00 00 2f 1f");
  EXPECT_TRUE(decode(more)->more_follows);
  EXPECT_TRUE(decode(more)->manufacturer_data.empty());
  EXPECT_EQ(decode(more)->records.size(), 1U);
}

TEST(MbusTelegramTest, WhatCannotBeFollowedKeepsWhatCameBefore) {
  const auto reason = [](std::string_view tail) {
    const Bytes frame = answer(0x72, std::string{header} + "01 7a 05 " + std::string{tail});
    const auto telegram = decode(frame).value();
    EXPECT_EQ(telegram.records.size(), 1U) << tail;
    EXPECT_TRUE(telegram.fault) << tail;
    if (!telegram.fault) return std::string{};
    EXPECT_EQ(telegram.fault->offset, 7 + 12 + 3U) << tail;
    EXPECT_EQ(to_hex(telegram.rest, ' '), tail);
    return std::string{telegram.fault->reason};
  };
  EXPECT_EQ(reason("84"), "the data ends inside a DIF");
  EXPECT_EQ(reason("04"), "the data ends before a VIF");
  EXPECT_EQ(reason("04 93"), "the data ends inside a VIF");
  EXPECT_EQ(reason("04 fd"), "the data ends inside a VIF");
  EXPECT_EQ(reason("04 fd fd"), "the data ends inside a VIF");
  EXPECT_EQ(reason("04 13 01 02 03"), "the data ends inside a value");
  EXPECT_EQ(reason("0d 7a"), "the data ends before the length of a value");
  EXPECT_EQ(reason("0d 7a 03 41 42"), "the data ends inside a value");
  EXPECT_EQ(reason("0d 7a ca 41 42"), "the length of a value is a reserved one");
  EXPECT_EQ(reason("02 7c"), "the data ends before the text of a unit");
  EXPECT_EQ(reason("02 7c 05 41"), "the text of a unit is longer than the data");
  EXPECT_EQ(reason("8f 13 00"), "this DIF is reserved");
  EXPECT_EQ(reason("84 80 80 80 80 80 80 80 80 80 80 00 13"), "more than 10 DIFEs");
  EXPECT_EQ(reason("04 93 80 80 80 80 80 80 80 80 80 80 00"), "more than 10 VIFEs");
}

TEST(MbusTelegramTest, ASignatureAloneIsNoEncryption) {
  // Calec meters put FFFF there, with plain records.
  const Bytes plain = answer(0x72, "78 56 34 12 24 40 01 07 55 00 ff ff 01 7a 05");
  EXPECT_FALSE(decode(plain)->fault);
  const Bytes encrypted = answer(0x72, "78 56 34 12 24 40 01 07 55 00 00 05 8f 11 22");
  EXPECT_EQ(decode(encrypted)->fault->reason, "the data is encrypted, or broken");
}

TEST(MbusTelegramTest, ASelectionNamesAMask) {
  const Bytes frame = bytes("68 0b 0b 68 73 fd 52 78 56 34 12 ff ff ff ff d2 16");
  const auto telegram = decode(frame).value();
  EXPECT_EQ(telegram.content, Content::selection);
  EXPECT_EQ(secondary_address(telegram.identity), "12345678ffffffff");
  EXPECT_EQ(parse_secondary_address("12345678ffffffff"), telegram.identity);
  EXPECT_FALSE(parse_secondary_address("12345678"));
  EXPECT_FALSE(parse_secondary_address("1234567x24400107"));
  EXPECT_EQ(manufacturer_code("PAD"), 0x4024);
  EXPECT_FALSE(manufacturer_code("pad"));
  EXPECT_EQ(manufacturer_text(0), "0000");
}

TEST(MbusTelegramTest, StatusBitsByName) {
  EXPECT_EQ(status_text(0), "");
  EXPECT_EQ(status_text(0x01), "application busy");
  EXPECT_EQ(status_text(0x3F),
            "abnormal condition, battery low, permanent error, temporary error, manufacturer's bits 20");
}

TEST(MbusTelegramTest, MemoryIsUsedAgain) {
  const Bytes frame = answer(0x72, std::string{header} + "04 13 39 30 00 00 01 7a 05");
  Telegram telegram;
  ASSERT_TRUE(decode_into(frame, telegram));
  const Record* const first = telegram.records.data();
  ASSERT_TRUE(decode_into(frame, telegram));
  EXPECT_EQ(telegram.records.size(), 2U);
  EXPECT_EQ(telegram.records.data(), first);
  EXPECT_FALSE(decode_into(bytes("00"), telegram));
  EXPECT_TRUE(telegram.records.empty());
}

}  // namespace
}  // namespace busbar::protocol::mbus
