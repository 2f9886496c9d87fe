// The tables of M-Bus, code by code: quantities and units, what extensions are called, media and errors.
#include "data/mbus/vif_facts.hpp"

#include <busbar/protocol/mbus/telegram.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace busbar::protocol::mbus {
namespace {

/// The only record of a frame without header; `check` sees it while its bytes live.
template <class Check>
void with_record(const Bytes& data, Check check) {
  const Bytes frame = build_long(rsp_ud, 1, 0x78, data).value();
  const auto telegram = decode(frame).value();
  ASSERT_FALSE(telegram.fault) << to_hex(data, ' ') << ": " << telegram.fault->reason;
  ASSERT_EQ(telegram.records.size(), 1U) << to_hex(data, ' ');
  check(telegram.records.front());
}

template <class Facts>
void check_table(const Facts& facts, const Bytes& before) {
  for (const test::VifFact& fact : facts) {
    Bytes data{0x04};
    data.insert(data.end(), before.begin(), before.end());
    data.insert(data.end(), {fact.code, 0x01, 0x00, 0x00, 0x00});
    SCOPED_TRACE(to_hex(data, ' '));
    with_record(data, [&](const Record& record) {
      EXPECT_EQ(title_of(record), fact.title);
      EXPECT_EQ(unit_of(record), fact.unit);
      EXPECT_EQ(to_string(record.value), fact.one);
    });
  }
}

TEST(MbusTablesTest, PrimaryVif) { check_table(test::primary_vif_facts, {}); }
TEST(MbusTablesTest, BehindFb) { check_table(test::fb_vif_facts, {0xFB}); }
TEST(MbusTablesTest, BehindFd) { check_table(test::fd_vif_facts, {0xFD}); }

TEST(MbusTablesTest, EveryCodeOfEveryTableDecodes) {
  for (const Bytes& before : {Bytes{}, Bytes{0xFB}, Bytes{0xFD}, Bytes{0xFD, 0xFD}}) {
    for (unsigned code = 0; code < 0x80; ++code) {
      if (before.empty() && code == 0x7C) continue;  // a text follows
      Bytes data{0x02};
      data.insert(data.end(), before.begin(), before.end());
      data.insert(data.end(), {static_cast<std::uint8_t>(code), 0x01, 0x00});
      with_record(data, [](const Record& record) {
        EXPECT_FALSE(title_of(record).empty());
        EXPECT_EQ(to_hex(record.data), "0100");
      });
    }
  }
}

TEST(MbusTablesTest, WithdrawnCodesAreMarked) {
  for (unsigned code = 0; code < 0x80; ++code) {
    with_record({0x02, 0xFB, static_cast<std::uint8_t>(code), 0x01, 0x00}, [&](const Record& record) {
      const bool gallons = code >= 0x22 && code <= 0x26;
      const bool fahrenheit = (code >= 0x58 && code <= 0x67) || (code >= 0x70 && code <= 0x73);
      EXPECT_EQ(record.old_table, gallons || fahrenheit) << code;
    });
  }
}

struct ModifierFact {
  std::uint8_t code;
  std::string_view text;
};

TEST(MbusTablesTest, ExtensionsByName) {
  constexpr ModifierFact facts[] = {
      {0x01, "too many DIFEs"},
      {0x02, "storage number not implemented"},
      {0x03, "subunit not implemented"},
      {0x04, "tariff not implemented"},
      {0x05, "function not implemented"},
      {0x06, "data class not implemented"},
      {0x07, "data size not implemented"},
      {0x0B, "too many VIFEs"},
      {0x0C, "illegal VIF group"},
      {0x0D, "illegal VIF exponent"},
      {0x0E, "VIF does not match DIF"},
      {0x0F, "unimplemented action"},
      {0x10, "error 10"},
      {0x12, "average"},
      {0x15, "no data available"},
      {0x16, "data overflow"},
      {0x17, "data underflow"},
      {0x18, "data error"},
      {0x1C, "premature end of record"},
      {0x20, "per second"},
      {0x26, "per year"},
      {0x2B, "per pulse of output 1"},
      {0x30, "per kWh"},
      {0x36, "times s"},
      {0x39, "start of"},
      {0x3B, "forward"},
      {0x3C, "backward"},
      {0x3E, "at base conditions"},
      {0x40, "lower limit"},
      {0x41, "exceeds of lower limit"},
      {0x42, "begin of first lower limit exceed"},
      {0x43, "end of first lower limit exceed"},
      {0x44, "VIFE 44"},
      {0x46, "begin of last lower limit exceed"},
      {0x47, "end of last lower limit exceed"},
      {0x48, "upper limit"},
      {0x49, "exceeds of upper limit"},
      {0x4A, "begin of first upper limit exceed"},
      {0x4B, "end of first upper limit exceed"},
      {0x4E, "begin of last upper limit exceed"},
      {0x4F, "end of last upper limit exceed"},
      {0x50, "duration of first lower limit exceed"},
      {0x57, "duration of last lower limit exceed"},
      {0x58, "duration of first upper limit exceed"},
      {0x5F, "duration of last upper limit exceed"},
      {0x60, "duration of first"},
      {0x67, "duration of last"},
      {0x68, "during lower limit exceed"},
      {0x69, "leakage"},
      {0x6A, "begin of first"},
      {0x6B, "end of first"},
      {0x6C, "during upper limit exceed"},
      {0x6D, "overflow"},
      {0x6E, "begin of last"},
      {0x6F, "end of last"},
      {0x7E, "future"},
      {0x7F, "manufacturer specific"},
  };
  for (const ModifierFact& fact : facts) EXPECT_EQ(to_string(Modifier{0, fact.code}), fact.text);
}

TEST(MbusTablesTest, ExtensionsOfTheSecondTableByName) {
  constexpr ModifierFact facts[] = {
      {0x01, "phase L1"},          {0x02, "phase L2"},
      {0x03, "phase L3"},          {0x04, "neutral"},
      {0x05, "L1 to L2"},          {0x06, "L2 to L3"},
      {0x07, "L3 to L1"},          {0x08, "quadrant Q1"},
      {0x0B, "quadrant Q4"},       {0x0C, "import minus export"},
      {0x0E, "secondary sensor"},  {0x0F, "higher resolution"},
      {0x10, "absolute values"},   {0x13, "end"},
      {0x14, "towards the meter"}, {0x15, "away from the meter"},
      {0x33, "VIFE fc 33"},
  };
  for (const ModifierFact& fact : facts) EXPECT_EQ(to_string(Modifier{0xFC, fact.code}), fact.text);
  EXPECT_EQ(to_string(Modifier{0xFF, 0x13}), "manufacturer's VIFE 13");
}

/// What an extension makes of 02 13, a volume of 2 bytes.
TEST(MbusTablesTest, RolesAndUnitsOfExtensions) {
  for (unsigned code = 0; code < 0x7C; ++code) {
    with_record({0x02, 0x93, static_cast<std::uint8_t>(code), 0x21, 0x1C}, [&](const Record& record) {
      SCOPED_TRACE(to_string(Modifier{0, static_cast<std::uint8_t>(code)}));
      const std::set<unsigned> points{0x39, 0x42, 0x43, 0x46, 0x47, 0x4A, 0x4B,
                                      0x4E, 0x4F, 0x6A, 0x6B, 0x6E, 0x6F};
      const bool point = points.count(code) > 0;
      const bool duration = code >= 0x50 && code <= 0x67;
      EXPECT_EQ(record.role == Role::time_point, point);
      EXPECT_EQ(std::holds_alternative<Moment>(record.value), point);
      EXPECT_EQ(record.role == Role::duration, duration);
      EXPECT_EQ(record.role == Role::count, code == 0x41 || code == 0x49);
      if (duration) {
        constexpr std::string_view units[] = {"s", "min", "h", "d"};
        EXPECT_EQ(unit_of(record), units[code & 3]);
        EXPECT_EQ(to_string(record.value), "7201");
      }
    });
  }
}

TEST(MbusTablesTest, RecordErrorsLeaveNoValue) {
  const std::set<unsigned> values{0x00, 0x12, 0x13, 0x14, 0x1D, 0x1E, 0x1F};
  for (unsigned code = 0; code < 0x20; ++code) {
    with_record({0x02, 0x93, static_cast<std::uint8_t>(code), 0x05, 0x00}, [&](const Record& record) {
      EXPECT_EQ(std::holds_alternative<Unavailable>(record.value), values.count(code) == 0) << code;
      EXPECT_EQ(record.record_error, values.count(code) == 0 ? code : 0U);
    });
  }
}

TEST(MbusTablesTest, MediaByName) {
  EXPECT_EQ(medium_text(0x00), "other");
  EXPECT_EQ(medium_text(0x02), "electricity");
  EXPECT_EQ(medium_text(0x03), "gas");
  EXPECT_EQ(medium_text(0x04), "heat, return");
  EXPECT_EQ(medium_text(0x06), "warm water");
  EXPECT_EQ(medium_text(0x07), "water");
  EXPECT_EQ(medium_text(0x08), "heat cost allocator");
  EXPECT_EQ(medium_text(0x0A), "cooling, outlet");
  EXPECT_EQ(medium_text(0x0C), "heat, flow");
  EXPECT_EQ(medium_text(0x0D), "heat and cooling");
  EXPECT_EQ(medium_text(0x15), "hot water");
  EXPECT_EQ(medium_text(0x16), "cold water");
  EXPECT_EQ(medium_text(0x1E), "medium 1e");
  EXPECT_EQ(medium_text(0x28), "waste water");
  EXPECT_EQ(medium_text(0x37), "radio converter, meter side");
  EXPECT_EQ(medium_text(0xFF), "medium ff");
}

TEST(MbusTablesTest, ApplicationErrorsByName) {
  EXPECT_EQ(application_error_text(0), "unspecified error");
  EXPECT_EQ(application_error_text(1), "unimplemented CI field");
  EXPECT_EQ(application_error_text(2), "buffer too long");
  EXPECT_EQ(application_error_text(3), "too many records");
  EXPECT_EQ(application_error_text(4), "premature end of record");
  EXPECT_EQ(application_error_text(5), "more than 10 DIFEs");
  EXPECT_EQ(application_error_text(6), "more than 10 VIFEs");
  EXPECT_EQ(application_error_text(7), "error 07");
  EXPECT_EQ(application_error_text(8), "application busy");
  EXPECT_EQ(application_error_text(9), "too many readouts");
}

}  // namespace
}  // namespace busbar::protocol::mbus
