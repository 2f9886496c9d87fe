// Every frame of the public corpus, value by value, against the XML that libmbus makes of it. Where that XML
// is wrong by the standard, the difference is one of a closed list: docs/protocols/mbus.md names them.
#include "support/mbus_corpus.hpp"

#include <busbar/protocol/mbus/telegram.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <string>

namespace busbar::protocol::mbus {
namespace {

using test::CorpusFrame;
using test::ExpectedRecord;

class MbusCorpusTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto found = test::mbus_corpus();
    if (!found) GTEST_SKIP() << "the M-Bus corpus is not here; set BUSBAR_MBUS_CORPUS to its folder";
    corpus = *found;
  }
  std::filesystem::path corpus;
  std::map<std::string, int> differences;  ///< deliberate ones, by their name in the documentation
};

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string spaced_upper(ByteView bytes) { return upper(to_hex(bytes, ' ')); }

std::string function_name(Function function) {
  switch (function) {
    case Function::instantaneous:
      return "Instantaneous value";
    case Function::maximum:
      return "Maximum value";
    case Function::minimum:
      return "Minimum value";
    case Function::error_state:
      return "Value during error state";
  }
  return {};
}

/// The number in the unit that the normalised XML uses.
std::optional<double> normalised(const Record& record) {
  static const std::map<std::string_view, double> seconds{{"min", 60}, {"h", 3600}, {"d", 86400}};
  double value = 0;
  if (const auto* decimal = std::get_if<Decimal>(&record.value))
    value = number(*decimal);
  else if (const auto* real = std::get_if<Real>(&record.value))
    value = number(*real);
  else
    return std::nullopt;
  const auto factor = seconds.find(record.unit);
  return factor == seconds.end() ? value : value * factor->second;
}

std::optional<double> as_number(const std::string& text) {
  std::size_t used = 0;
  try {
    const double value = std::stod(text, &used);
    return used == text.size() && !text.empty() ? std::optional{value} : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

bool close(double a, double b) { return std::abs(a - b) <= 1e-6 + 1e-6 * std::abs(b); }

/// Fixed frames are not normalised there.
double in_base_unit(double value, const std::string& unit) {
  if (unit == "kWh") return value * 1000;
  return unit == "l" ? value / 1000 : value;
}

bool same(const Record& record, const ExpectedRecord& normal, const ExpectedRecord& plain) {
  if (const auto* moment = std::get_if<Moment>(&record.value)) {
    const bool date = moment->kind == Moment::Kind::date;
    // The XML has a Z behind it, though a meter knows no zone, and always seconds.
    return to_string(*moment) + (date ? "" : moment->seconds ? "Z" : ":00Z") == normal.value;
  }
  if (std::holds_alternative<Text>(record.value)) return to_string(record.value) == normal.value;
  if (const auto* raw = std::get_if<Raw>(&record.value)) return spaced_upper(raw->bytes) == normal.value;
  // Where libmbus does not know the VIF, only the plain XML has the number, as it was sent.
  const bool known = !normal.function.empty();
  const auto theirs = as_number(known ? normal.value : plain.value);
  const auto ours = normalised(record);
  return theirs && ours && close(*ours, in_base_unit(*theirs, known ? normal.unit : std::string{}));
}

/// Which of the known differences this is; "" when it is none of them.
std::string known_difference(const Record& record, const ExpectedRecord& normal) {
  const bool own = record.measure != Measure::date && record.measure != Measure::date_time;
  if (own && record.role != Role::value) return "meaning of a VIFE";
  const auto* reason = std::get_if<Unavailable>(&record.value);
  if (reason != nullptr && *reason == Unavailable::no_such_time) {
    const bool none = normal.value.find("-00") != std::string::npos;
    const bool every_year = record.data.size() >= 2 && record.data.back() >> 4 == 0x0F;
    return none ? "date that is none" : every_year ? "every year" : "";
  }
  if (reason != nullptr && *reason == Unavailable::invalid_time) return "clock marked invalid";
  if (reason != nullptr && *reason == Unavailable::not_decimal)
    return "hexadecimal digits in a decimal number";
  return {};
}

std::string describe(const Record& record, const ExpectedRecord& normal, const ExpectedRecord& plain) {
  return title_of(record) + " = " + to_string(record.value) + " " + unit_of(record) + " [" +
         to_hex(record.bytes, ' ') + "], the XML says " + normal.value + " " + normal.unit + " (" +
         plain.value + " " + plain.unit + ")";
}

TEST_F(MbusCorpusTest, EveryValueIsTheExpectedOne) {
  std::size_t compared = 0;
  for (const CorpusFrame& frame : test::corpus_frames(corpus, "test-frames")) {
    SCOPED_TRACE(frame.name);
    const auto telegram = decode(frame.bytes);
    ASSERT_TRUE(telegram) << to_string(telegram.error());
    EXPECT_FALSE(telegram->fault) << telegram->fault->reason;
    const auto normal = test::expected_records(frame.normalized_xml);
    const auto plain = test::expected_records(frame.plain_xml);
    ASSERT_EQ(plain.size(), normal.size());
    std::size_t at = 0;
    for (const Record& record : telegram->records) {
      ASSERT_LT(at, normal.size());
      const ExpectedRecord& known = normal[at].function.empty() ? plain[at] : normal[at];
      if (telegram->content == Content::variable) {
        EXPECT_EQ(function_name(record.function), known.function);
        EXPECT_EQ(std::to_string(record.storage), known.storage);
        EXPECT_EQ(std::to_string(record.tariff), known.tariff.empty() ? "0" : known.tariff);
        EXPECT_EQ(std::to_string(record.subunit), known.device.empty() ? "0" : known.device);
      }
      if (!same(record, normal[at], plain[at])) {
        const std::string what = known_difference(record, normal[at]);
        EXPECT_FALSE(what.empty()) << describe(record, normal[at], plain[at]);
        ++differences[what];
      }
      ++compared;
      ++at;
    }
    if (at < normal.size()) {
      EXPECT_EQ(normal[at].function,
                telegram->more_follows ? "More records follow" : "Manufacturer specific");
      EXPECT_EQ(normal[at].value, spaced_upper(telegram->manufacturer_data));
      ++at;
    }
    EXPECT_EQ(at, normal.size());
  }
  EXPECT_GT(compared, 600U);
  for (const auto& [what, count] : differences) RecordProperty(what, count);
}

TEST_F(MbusCorpusTest, TheHeaderSaysWhoItIs) {
  for (const CorpusFrame& frame : test::corpus_frames(corpus, "test-frames")) {
    SCOPED_TRACE(frame.name);
    const auto telegram = decode(frame.bytes);
    ASSERT_TRUE(telegram);
    // The XML leaves the leading zeros of the id away.
    std::string id = upper(id_text(telegram->identity.id));
    id.erase(0, std::min(id.find_first_not_of('0'), id.size() - 1));
    EXPECT_EQ(id, test::element(frame.plain_xml, "Id"));
    EXPECT_EQ(std::to_string(telegram->access), test::element(frame.plain_xml, "AccessNumber"));
    EXPECT_EQ(spaced_upper(Bytes{telegram->status}), test::element(frame.plain_xml, "Status"));
    if (telegram->content != Content::variable) continue;
    EXPECT_EQ(manufacturer_text(telegram->identity.manufacturer),
              test::element(frame.plain_xml, "Manufacturer"));
    EXPECT_EQ(std::to_string(telegram->identity.version), test::element(frame.plain_xml, "Version"));
  }
}

TEST_F(MbusCorpusTest, BrokenFramesAreErrorsAndKeepWhatCameBefore) {
  for (const CorpusFrame& frame : test::corpus_frames(corpus, "error-frames")) {
    SCOPED_TRACE(frame.name);
    const auto telegram = decode(frame.bytes);
    if (!telegram) continue;  // a frame with a wrong length is none at all
    if (telegram->content == Content::application_error) {
      std::string expected = test::element(frame.plain_xml, "Error");
      EXPECT_FALSE(application_error_text(telegram->code.value_or(0)).empty());
      EXPECT_EQ(expected.empty(), frame.plain_xml.empty());
      continue;
    }
    ASSERT_TRUE(telegram->fault);
    EXPECT_FALSE(telegram->fault->reason.empty());
    EXPECT_LT(telegram->fault->offset, frame.bytes.size());
    const bool header = frame.name.find("header") != std::string::npos;
    EXPECT_EQ(telegram->records.size(), header ? 0U : 2U);
  }
}

TEST_F(MbusCorpusTest, CapturesFromIssuesDecodeWhole) {
  for (const CorpusFrame& frame : test::corpus_frames(corpus, "from-issues")) {
    SCOPED_TRACE(frame.name);
    const auto telegram = decode(frame.bytes);
    ASSERT_TRUE(telegram) << to_string(telegram.error());
    EXPECT_FALSE(telegram->fault) << telegram->fault->reason;
    EXPECT_NE(telegram->content, Content::none);
  }
}

}  // namespace
}  // namespace busbar::protocol::mbus
