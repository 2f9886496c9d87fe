// What a scan prints: for people, for scripts, as a site file that loads.
#include "app/mbus/scan_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace busbar::app::mbus {
namespace {

using namespace std::chrono_literals;
using protocol::mbus::Address;
using protocol::mbus::FoundMeter;
using protocol::mbus::Identity;
using protocol::mbus::Oddity;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Identity identity(std::string_view text) { return protocol::mbus::parse_secondary_address(text).value(); }

FoundMeter by_primary(std::uint8_t address, std::string_view text) {
  return {.primary = address, .identity = identity(text), .asked = {.primary = address}};
}
FoundMeter by_secondary(std::string_view text) {
  return {.primary = 0, .identity = identity(text), .asked = {.selection = identity(text)}};
}

ScanResult result(std::vector<FoundMeter> meters, std::vector<Oddity> oddities = {}) {
  return {.link = "tcp://gateway:10001", .found = {std::move(meters), std::move(oddities)}};
}

TEST(MbusScanReport, NamesDevicesByWhatTheyMeasure) {
  const auto text =
      site_file_of(result({by_primary(1, "1234567824400104"), by_primary(2, "0000004224400107")}));
  EXPECT_THAT(text, HasSubstr("  mbus: {link: tcp://gateway:10001}\n"));
  EXPECT_THAT(text, HasSubstr("  heat_12345678: {channel: mbus, profile: mbus, address: 1}"));
  EXPECT_THAT(text, HasSubstr("  water_00000042: {channel: mbus, profile: mbus, address: 2}"));
  EXPECT_THAT(text,
              HasSubstr("# 12345678 PAD version 1, heat, return; secondary address 1234567824400104\n"));
}

TEST(MbusScanReport, GivesTheShortestAddressThatReachesOneMeter) {
  const auto text = site_file_of(result({by_secondary("1234567824400104"), by_secondary("0000004224400107"),
                                         by_secondary("1a34567824400107"), by_secondary("8765432124400107"),
                                         by_secondary("8765432124400106")}));
  EXPECT_THAT(text, HasSubstr("heat_12345678: {channel: mbus, profile: mbus, address: 12345678}"));
  EXPECT_THAT(text, HasSubstr("address: \"00000042\"}")) << "a number would be a primary address";
  EXPECT_THAT(text, HasSubstr("address: \"1a345678\"}"));
  EXPECT_THAT(text, HasSubstr("address: \"8765432124400107\"}")) << "two share this id";
  EXPECT_THAT(text, HasSubstr("address: \"8765432124400106\"}"));
}

TEST(MbusScanReport, GivesEveryDeviceANameOfItsOwn) {
  FoundMeter nameless{.primary = 3, .asked = {.primary = 3}};
  const auto text =
      site_file_of(result({by_primary(1, "1234567824400107"), by_primary(2, "1234567824400107"), nameless}));
  EXPECT_THAT(text, HasSubstr("  water_12345678: "));
  EXPECT_THAT(text, HasSubstr("  water_12345678_2: "));
  EXPECT_THAT(text,
              HasSubstr("  meter_3: {channel: mbus, profile: mbus, address: 3}   # says not who it is"));
  EXPECT_THAT(site_file_of(result({})), IsEmpty());
}

TEST(MbusScanReport, TellsWhatWasOdd) {
  const auto odd = result({by_secondary("1234567824400104")}, {{Oddity::Kind::collision, {.primary = 0}, {}},
                                                               {Oddity::Kind::answers_all,
                                                                {.selection = identity("1fffffffffffffff")},
                                                                identity("9999999924400107")}});
  const auto text = table_of(odd);
  EXPECT_THAT(text, HasSubstr("address 1234567824400104: 12345678 PAD version 1, heat, return"));
  EXPECT_THAT(text, HasSubstr("primary address 0\n"));
  EXPECT_THAT(text,
              HasSubstr("address 0: several meters answer, and cannot be told apart; a secondary scan"));
  EXPECT_THAT(text, HasSubstr("answers to a selection that is not its own: 99999999 PAD"));
}

TEST(MbusScanReport, GivesJson) {
  auto scan = result({by_primary(1, "1234567824400104")}, {{Oddity::Kind::no_data, {.primary = 7}, {}}});
  scan.whole = false;
  const auto json = nlohmann::json::parse(json_of(scan));
  EXPECT_EQ(json.at("link"), "tcp://gateway:10001");
  EXPECT_EQ(json.at("whole"), false);
  EXPECT_EQ(json.at("meters")[0].at("address"), "1");
  EXPECT_EQ(json.at("meters")[0].at("primary"), 1);
  EXPECT_EQ(json.at("meters")[0].at("manufacturer"), "PAD");
  EXPECT_EQ(json.at("meters")[0].at("secondary_address"), "1234567824400104");
  EXPECT_EQ(json.at("oddities")[0].at("address"), "7");
  EXPECT_EQ(json.at("oddities")[0].at("what"), "acknowledges, but sends no data");
}

TEST(MbusScanProgress, EstimatesWhatIsLeft) {
  EXPECT_FALSE(time_left(5s, 0));
  EXPECT_FALSE(time_left(5s, 0.01)) << "too little is known";
  EXPECT_EQ(time_left(10s, 0.25), 30s);
  EXPECT_EQ(time_left(10s, 1), 0s);
  EXPECT_FALSE(time_left(5s, std::nan("")));
}

TEST(MbusScanProgress, SaysWhereItIs) {
  const auto search = make_search(protocol::mbus::PrimarySearch{.from = 0, .to = 9, .retries = 0});
  EXPECT_EQ(progress_text(*search, 0ms), "0 %  address 0  0 found");
  for (int n = 0; n < 5; ++n) search->heard({});
  EXPECT_EQ(progress_text(*search, 65s), "50 %  address 5  0 found  1:05 left");
  for (int n = 0; n < 5; ++n) search->heard({});
  EXPECT_EQ(progress_text(*search, 65s), "100 %  address 10  0 found");
}

}  // namespace
}  // namespace busbar::app::mbus
