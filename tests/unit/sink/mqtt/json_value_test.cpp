// Values as text in a message: every kind of value, and the ones that no program expects.
#include "sink/mqtt/json_text.hpp"
#include "unit/sink/mqtt/support.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace busbar::sink::mqtt {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::string json_value(const Quantity& quantity, const Value& value) {
  std::string text;
  append_json(text, quantity, value);
  return text;
}

std::string plain_value(const Quantity& quantity, const Value& value) {
  std::string text;
  append_plain(text, quantity, value);
  return text;
}

TEST(JsonValue, NumbersCarryThePrecisionOfTheirQuantity) {
  EXPECT_EQ(json_value(test::voltage, 53.2), "53.20");
  EXPECT_EQ(json_value(test::soc, 81.0), "81");
  EXPECT_EQ(json_value(test::voltage, -0.001), "0.00") << "no negative zero";
  EXPECT_EQ(json_value(test::voltage, -12.345), "-12.35");
  EXPECT_EQ(plain_value(test::voltage, 53.2), "53.20");
}

TEST(JsonValue, NumbersThatAreNoneAreNull) {
  for (const double value : {nan, -nan, infinity, -infinity}) {
    EXPECT_EQ(json_value(test::voltage, value), "null");
    EXPECT_EQ(plain_value(test::voltage, value), "null");
  }
}

TEST(JsonValue, HugeAndTinyNumbersStayNumbers) {
  for (const double value : {1e300, -1e300, std::numeric_limits<double>::max(), 5e-324}) {
    const auto parsed = json::parse(json_value(test::voltage, value), nullptr, false);
    EXPECT_TRUE(parsed.is_number()) << value;
  }
}

TEST(JsonValue, FlagsAndWhatIsNotAvailable) {
  EXPECT_EQ(json_value(test::alarm, true), "true");
  EXPECT_EQ(json_value(test::alarm, false), "false");
  EXPECT_EQ(plain_value(test::alarm, true), "true");
  EXPECT_EQ(json_value(test::alarm, std::monostate{}), "null");
  EXPECT_EQ(plain_value(test::voltage, std::monostate{}), "null");
}

TEST(JsonValue, EnumerationsAreOneOfTheirOptions) {
  EXPECT_EQ(json_value(test::mode, std::string{"charging"}), "\"charging\"");
  EXPECT_EQ(plain_value(test::mode, std::string{"charging"}), "charging");
  EXPECT_EQ(json_value(test::mode, std::string{"on fire"}), "null") << "Home Assistant refuses other options";
  EXPECT_EQ(plain_value(test::mode, std::string{"on fire"}), "null");
  Quantity open = test::mode;
  open.options.clear();
  EXPECT_EQ(json_value(open, std::string{"on fire"}), "\"on fire\"");
}

TEST(JsonValue, TextIsEscaped) {
  const std::string text = "a \"b\" \\ c\n\t\x01 é 🔋";
  EXPECT_EQ(json::parse(json_value(test::serial, text)), text);
  EXPECT_EQ(plain_value(test::serial, text), text);
}

TEST(JsonValue, LongTextIsCutAtACharacter) {
  EXPECT_EQ(json::parse(json_value(test::serial, std::string(1000, 'x'))), std::string(255, 'x'));
  // 127 characters of 2 bytes are 254 bytes; the next one does not fit.
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ü";
  EXPECT_EQ(json::parse(json_value(test::serial, umlauts)), umlauts.substr(0, 254));
  EXPECT_EQ(plain_value(test::serial, umlauts), umlauts.substr(0, 254));
}

TEST(JsonValue, BytesThatAreNoTextBecomeReplacementCharacters) {
  const std::string_view samples[] = {"\xff\xfe", "ok \xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80"};
  for (const auto sample : samples) {
    const auto parsed = json::parse(json_value(test::serial, std::string{sample}), nullptr, false);
    ASSERT_TRUE(parsed.is_string());
    EXPECT_NE(parsed.get<std::string>().find("\xEF\xBF\xBD"), std::string::npos);
    EXPECT_EQ(plain_value(test::serial, std::string{sample}), parsed.get<std::string>())
        << "a subscriber that expects UTF-8 drops the message otherwise";
  }
}

/// An empty retained message removes the topic, so no value may ever be one.
TEST(JsonValue, NoValueIsAnEmptyMessage) {
  for (const auto& text :
       {std::string{}, std::string(1000, '\x80'), std::string(300, '\xbf'), std::string(1, '\0')}) {
    for (const auto& quantity : {test::serial, test::mode}) {
      EXPECT_FALSE(plain_value(quantity, text).empty());
      EXPECT_LE(plain_value(quantity, text).size(), 3 * 255U);
      EXPECT_TRUE(json::parse(json_value(quantity, text), nullptr, false).is_primitive());
    }
  }
  EXPECT_EQ(plain_value(test::serial, std::string{}), "null");
}

TEST(JsonValue, IsAppendedToWhatIsThere) {
  std::string text;
  append_timestamp(text, UtcMillis{1795245352123ms});
  append_json(text += ",\"soc\":", test::soc, 81.0);
  append_json(text += ",\"mode\":", test::mode, std::string{"idle"});
  append_plain(text += ",\"x\":", test::soc, std::monostate{});
  text += '}';
  EXPECT_EQ(text, R"({"timestamp":"2026-11-21T07:15:52.123Z","soc":81,"mode":"idle","x":null})");
  EXPECT_TRUE(json::accept(text));
}

}  // namespace
}  // namespace busbar::sink::mqtt
