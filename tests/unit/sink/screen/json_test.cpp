// What a script reads: the types and digits of values, one line a report, one document a run.
#include "sink/screen/json.hpp"

#include "unit/sink/support.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace busbar::sink::screen {
namespace {

using Json = nlohmann::ordered_json;

TEST(JsonValue, HasTheDigitsThatPeopleAreShown) {
  struct Case {
    Value value;
    int precision;
    const char* json;
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Case cases[] = {
      {96.0, 0, "96"},
      {96.4, 0, "96"},
      {-0.4, 0, "0"},
      {12.565000000000001, 3, "12.565"},
      {3.3, 3, "3.3"},
      {-40.0, 1, "-40.0"},
      {1e15, 0, "1000000000000000"},
      {true, 0, "true"},
      {false, 2, "false"},
      {std::string{"charging"}, 0, "\"charging\""},
      {std::string{"12"}, 0, "\"12\""},
      {std::monostate{}, 0, "null"},
      {infinity, 2, "null"},
      {-infinity, 2, "null"},
      {std::nan(""), 0, "null"},
  };
  for (const Case& one : cases) {
    Quantity quantity;
    quantity.precision = one.precision;
    EXPECT_EQ(json_value(one.value, format_value(quantity, one.value)).dump(), one.json);
  }
}

TEST(JsonLine, IsOneReportOnOneLine) {
  const Block block = block_of(test::report("pack1", "status",
                                            {{&test::voltage, 53.127},
                                             {&test::soc, 81.0},
                                             {&test::alarm, true},
                                             {&test::mode, std::string{"idle"}},
                                             {&test::temperature, std::monostate{}}}));
  EXPECT_EQ(json_line("pack1", block),
            R"({"device":"pack1","query":"status","timestamp":"2026-11-21T07:15:52.123Z",)"
            R"("readings":{"pack_voltage":53.13,"soc":81,"cell_overvoltage":true,"mode":"idle",)"
            R"("mos_temperature":null}})"
            "\n");
}

TEST(JsonLine, TextThatIsNoUtf8DoesNotBreakIt) {
  const Block block = block_of(test::report("pack1", "serial", {{&test::serial, std::string{"A\xFF\nB"}}}));
  const std::string line = json_line("pack1", block);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_TRUE(Json::accept(line));
}

TEST(JsonDocument, JoinsTheQueriesOfADevice) {
  Board board;
  board.describe(test::description("pack1"));
  board.store("pack1", block_of(test::report("pack1", "status", {{&test::voltage, 53.1}})));
  board.store("pack1", block_of(test::report("pack1", "serial", {{&test::serial, std::string{"A1"}}})));
  const Json document = Json::parse(json_document(board.devices()));
  ASSERT_EQ(document.size(), 1U);
  EXPECT_EQ(document[0]["device"], "pack1");
  EXPECT_EQ(document[0]["name"], "House battery");
  EXPECT_EQ(document[0]["model"], "GoldenMate Orion 1000");
  EXPECT_EQ(document[0]["available"], true);
  EXPECT_EQ(document[0]["timestamp"], "2026-11-21T07:15:52.123Z");
  EXPECT_EQ(document[0]["readings"].dump(), R"({"pack_voltage":53.1,"serial_number":"A1"})");
  // A key that has no unit is not among the units.
  EXPECT_EQ(document[0]["units"].dump(), R"({"pack_voltage":"V"})");
}

TEST(JsonDocument, ADeviceThatNeverAnsweredIsThereWithItsReason) {
  Board board;
  board.describe(test::description("pack1"));
  board.availability("pack1", Availability::offline, "no answer within 1 s");
  const Json document = Json::parse(json_document(board.devices()));
  EXPECT_EQ(document[0]["available"], false);
  EXPECT_EQ(document[0]["reason"], "no answer within 1 s");
  EXPECT_EQ(document[0]["timestamp"], nullptr);
  EXPECT_EQ(document[0]["readings"], Json::object());
}

TEST(JsonDocument, ADeviceThatWentOfflineKeepsWhatItSaidLast) {
  Board board;
  board.describe(test::description("pack1"));
  board.store("pack1", block_of(test::report("pack1", "status", {{&test::soc, 81.0}})));
  board.availability("pack1", Availability::offline, "no answer");
  const Json document = Json::parse(json_document(board.devices()));
  EXPECT_EQ(document[0]["available"], false);
  EXPECT_EQ(document[0]["readings"]["soc"], 81);
}

TEST(JsonDocument, OfNothingIsAnEmptyList) { EXPECT_EQ(json_document({}), "[]\n"); }

}  // namespace
}  // namespace busbar::sink::screen
