// What no codec puts on a wire, and the sentence a person gets instead: the code decides what becomes of it
// (a profile that does not load, a command that is refused), the text says what would do.
#include <busbar/protocol/codec.hpp>
#include <busbar/protocol/daly.hpp>
#include <busbar/protocol/jk.hpp>
#include <busbar/protocol/mbus.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::protocol {
namespace {

using ::testing::HasSubstr;

struct Refusal {
  const char* protocol;
  const char* dialect;
  Query query;
  Errc code;
  const char* says;
};

Query asking(std::uint32_t address, std::uint32_t command, std::string_view hex = "") {
  return {.name = "q", .address = address, .command = command, .data = from_hex(hex).value_or(Bytes{})};
}
Query writing(std::uint32_t address, std::uint32_t command, std::string_view hex = "") {
  Query query = asking(address, command, hex);
  query.write = true;
  return query;
}
Query text(std::string_view command, bool write = false) {
  Query query{.name = "q", .data = Bytes{command.begin(), command.end()}};
  query.write = write;
  return query;
}

void expect_refused(const std::vector<Refusal>& cases) {
  for (const Refusal& one : cases) {
    const auto codec = make_codec(one.protocol, one.dialect).value();
    const auto built = codec->build(one.query);
    const std::string which = std::string{one.protocol} + " " + one.dialect + " " +
                              std::to_string(one.query.address) + " " + std::to_string(one.query.command) +
                              " " + to_hex(one.query.data);
    ASSERT_FALSE(built.has_value()) << which << " gives " << to_hex(*built);
    EXPECT_EQ(built.error().code, one.code) << which << ": " << built.error().detail;
    EXPECT_THAT(built.error().detail, HasSubstr(one.says)) << which;
  }
}

TEST(Refusals, OfOrion) {
  expect_refused({
      {"orion", "", asking(256, 0xFF02), Errc::bad_value, "address 256 is outside 0…255"},
      {"orion", "", asking(1, 0xFF0F), Errc::not_allowed, "service command and is never sent"},
      {"orion", "", writing(1, 0xFF13), Errc::not_allowed, "service command and is never sent"},
      {"orion", "", asking(1, 0xFE01), Errc::not_allowed, "service command and is never sent"},
      {"orion", "", asking(1, 0xFFFF), Errc::unknown_query, "the manufacturer dialect has no command"},
      {"orion", "", asking(1, 0x0300), Errc::unknown_query, "the manufacturer dialect has no command"},
      {"orion", "", asking(1, 0xFF1A), Errc::not_allowed, "is a switch and must be declared a write"},
      {"orion", "", writing(1, 0xFF02), Errc::unknown_query, "is not known as a write"},
      {"orion", "draft", asking(1, 0xFF02), Errc::unknown_query, "the draft dialect has no command"},
      {"orion", "draft", writing(1, 0x0300), Errc::unknown_query, "is not known as a write"},
  });
  Query long_one = asking(1, 0xFF02);
  long_one.data.resize(252);
  expect_refused({{"orion", "", long_one, Errc::bad_length, "252 bytes of data, at most 251 fit a frame"}});
}

TEST(Refusals, OfDaly) {
  expect_refused({
      {"daly", "", asking(0, 0x90), Errc::bad_value, "neither a board number, 1…16, nor 128"},
      {"daly", "", asking(17, 0x90), Errc::bad_value, "address 17 is neither"},
      {"daly", "", asking(1, 0x10), Errc::not_allowed, "neither one of those that only read"},
      {"daly", "", writing(1, 0x90, "01"), Errc::not_allowed, "nor a write of a switch"},
      {"daly", "", asking(1, 0xD9, "01"), Errc::not_allowed, "neither one of those that only read"},
      {"daly", "", writing(1, 0xD9), Errc::bad_value, "the data of a switch is 00 or 01"},
      {"daly", "", writing(1, 0xD9, "02"), Errc::bad_value, "the data of a switch is 00 or 01"},
      {"daly", "", asking(1, 0x90, "00 00 00 00 00 00 00 00 00"), Errc::bad_length, "8 fit a frame"},
  });
}

TEST(Refusals, OfJk) {
  expect_refused({
      {"jk", "terminal", asking(0, 0x03), Errc::not_allowed,
       "reads with command 6 and writes with command 2"},
      {"jk", "terminal", asking(0, jk::read_all, "00"), Errc::not_allowed, "reads with command 6"},
      {"jk", "terminal", writing(0, jk::write_tag, "ab"), Errc::bad_length, "a tag and its value"},
      {"jk", "record", asking(0, 0x99), Errc::not_allowed, "only reads, with command 0x96 or 0x97"},
      {"jk", "record", writing(0, jk::read_cells), Errc::not_allowed, "only reads"},
      {"jk", "bus", asking(1, 0x1000), Errc::not_allowed, "command 0x161C, 0x161E or 0x1620 only"},
      {"jk", "bus", writing(1, jk::trigger_cells), Errc::not_allowed, "0x161C, 0x161E or 0x1620 only"},
      {"jk", "bus", asking(256, jk::trigger_cells), Errc::bad_value, "address 256 is above 255"},
  });
  EXPECT_THAT(jk::encode_terminal(0, Bytes(600)).error().detail, HasSubstr("do not fit a frame"));
}

TEST(Refusals, OfModbus) {
  const char* const functions = "reads registers with the functions 3 and 4";
  expect_refused({
      {"modbus", "", asking(0, 0x30000, "0001"), Errc::bad_value, "not that of a unit, 1…247"},
      {"modbus", "", asking(248, 0x30000, "0001"), Errc::bad_value, "address 248"},
      {"modbus", "daly", asking(17, 0x30000, "0001"), Errc::bad_value, "nor 210 for the only board"},
      {"modbus", "", asking(1, 0x10000, "0001"), Errc::not_allowed, functions},
      {"modbus", "", asking(1, 0x60000, "0001"), Errc::not_allowed, functions},
      {"modbus", "", writing(1, 0x30000, "0001"), Errc::not_allowed, functions},
      {"modbus", "", asking(1, 0x1100000, "0001"), Errc::not_allowed, functions},
      {"modbus", "", asking(1, 0x30000), Errc::bad_value, "how many registers, 00 01 to 00 7d"},
      {"modbus", "", asking(1, 0x30000, "0000"), Errc::bad_value, "how many registers"},
      {"modbus", "", asking(1, 0x30000, "007e"), Errc::bad_value, "how many registers"},
      {"modbus", "", writing(1, 0x60000, "01"), Errc::bad_value, "one register, two bytes"},
      {"modbus", "", writing(1, 0x100000, "000102"), Errc::bad_value, "how many bytes, and those"},
      {"modbus", "", writing(1, 0x100000, "0002020001"), Errc::bad_value, "how many bytes, and those"},
  });
}

TEST(Refusals, OfVoltronic) {
  const char* const form = "a command is 1 to 100 printable characters; q gives it as 'text', like QPIGS";
  expect_refused({
      {"voltronic", "", text(""), Errc::bad_value, form},
      {"voltronic", "", text(std::string(101, 'Q')), Errc::bad_value, form},
      {"voltronic", "", text("QPIGS\r"), Errc::bad_value, form},
      {"voltronic", "", text("Q (1"), Errc::bad_value, form},
      {"voltronic", "", text("POP02\rPOP01", true), Errc::bad_value, form},
      {"voltronic", "pi18", text("GS^P005PI", true), Errc::bad_value, form},
      {"voltronic", "", text("POP02"), Errc::not_allowed, "command POP02 is not one of those that only ask"},
      {"voltronic", "pi16", text("PE"), Errc::not_allowed, "is not one of those that only ask"},
  });
  Query order = text("LON1");
  order.command = 4;
  expect_refused({{"voltronic", "pi18", order, Errc::not_allowed, "LON1 behind ^S changes the inverter"}});
}

TEST(Refusals, OfVeDirect) {
  expect_refused({
      {"vedirect", "", asking(0, 0xAEDDB), Errc::not_allowed, "it must say 'listen: true'"},
      {"vedirect", "", asking(0, 0x31000), Errc::bad_value, "names a register, which only get and set have"},
      {"vedirect", "", asking(0, 0x71000, "01"), Errc::bad_value, "has data, which only a write has"},
  });
}

TEST(Refusals, OfMbus) {
  const auto single = [](std::string_view hex, bool write = false) {
    Query query = mbus::single_request(from_hex(hex).value());
    query.write = write;
    return query;
  };
  expect_refused({
      {"mbus", "", asking(1, 0), Errc::unknown_query,
       "the commands 1, read, 2, read without reset, and 3, send"},
      {"mbus", "", asking(251, mbus::read), Errc::bad_value, "neither a primary address, 0…250 or 254"},
      {"mbus", "", asking(253, mbus::read), Errc::bad_value, "nor the eight digits of a secondary one"},
      {"mbus", "", asking(100'000'000, mbus::read), Errc::bad_value, "nor the eight digits"},
      {"mbus", "", asking(12345678, mbus::read_without_reset), Errc::bad_value, "always selected first"},
      {"mbus", "", asking(1, mbus::send, "50"), Errc::bad_value, "written to by command 3, with a CI field"},
      {"mbus", "", writing(1, mbus::read), Errc::bad_value, "written to by command 3"},
      {"mbus", "", writing(1, mbus::send), Errc::bad_value, "with a CI field"},
      {"mbus", "", single("68 03 03 68 53 05 50 a8 16"), Errc::not_allowed, "'busbar mbus' has commands"},
      {"mbus", "", single("10 08 05 0d 16"), Errc::unknown_query, "not C 08"},
  });
  Query long_one = writing(1, mbus::send);
  long_one.data.resize(254, 0x50);
  expect_refused({{"mbus", "", long_one, Errc::bad_value, "at most 252 bytes"}});
}

TEST(Refusals, OfDialectsNameThoseThereAre) {
  const std::pair<const char*, const char*> known[] = {
      {"orion", "known: manufacturer, draft"}, {"daly", "protocol daly has no dialects, found 'x'"},
      {"vedirect", "no dialects, found 'x'"},  {"jk", "known: terminal, record, bus"},
      {"voltronic", "known: pi30, pi16"},      {"mbus", "protocol mbus has no dialects, found 'x'"},
      {"modbus", "known: rtu, daly"},
  };
  EXPECT_EQ(std::size(known), protocols().size());
  for (const auto& [protocol, says] : known) {
    const auto made = make_codec(protocol, "x");
    ASSERT_FALSE(made.has_value()) << protocol;
    EXPECT_EQ(made.error().code, Errc::invalid_configuration);
    EXPECT_THAT(made.error().detail, HasSubstr(says));
    EXPECT_LT(make_codec(protocol, std::string(10'000, 'y')).error().detail.size(), 200U);
  }
  EXPECT_THAT(make_codec("profibus").error().detail, HasSubstr("unknown protocol 'profibus'"));
}

TEST(Refusals, OfWholeFramesSayWhy) {
  const auto daly = make_codec("daly").value();
  const std::string good = "a5 01 90 08 02 10 00 00 75 6f 03 bc f3";
  const auto fault = [&](std::string_view hex) { return parse_frame(*daly, from_hex(hex).value()).error(); };
  ASSERT_TRUE(parse_frame(*daly, from_hex(good).value()).has_value());
  EXPECT_EQ(fault(good.substr(0, 20)).code, Errc::truncated_frame);
  EXPECT_THAT(fault(good.substr(0, 20)).detail, HasSubstr("at least 6 more bytes expected"));
  EXPECT_THAT(fault(good + " 00").detail, HasSubstr("the frame ends after 13 of 14 bytes"));
  EXPECT_EQ(fault("00" + good).code, Errc::bad_start);
  EXPECT_EQ(fault(good.substr(0, 36) + "f4").code, Errc::bad_checksum);
}

}  // namespace
}  // namespace busbar::protocol
