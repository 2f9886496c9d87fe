// busbar mbus decode, with the real program: what a person sees of a frame, and what a script gets.
#include "support/finished.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Finished mbus(std::vector<std::string> words) {
  std::vector<std::string> all{BUSBAR_BINARY, "mbus"};
  all.insert(all.end(), words.begin(), words.end());
  return run_to_end(std::move(all));
}

/// A water meter: 12.345 m³, a flow that is marked invalid, a due date.
constexpr const char* frame =
    "68 1d 1d 68 08 05 72 78 56 34 12 24 40 01 07 55 04 00 00 04 13 39 30 00 00 02 3b 00 80 42 6c df 1c 3e "
    "16";

TEST(MbusDecode, ShowsEveryRecord) {
  const auto result = mbus({"decode", "--hex", frame});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("variable data, C 08, address 5"));
  EXPECT_THAT(result.out, HasSubstr("12345678 PAD version 1, water; secondary address 1234567824400107"));
  EXPECT_THAT(result.out, HasSubstr("access number 85, status 04 (battery low)"));
  EXPECT_THAT(result.out, HasSubstr("12.345 m³"));
  EXPECT_THAT(result.out, HasSubstr("not available: marked as invalid, raw 00 80"));
  EXPECT_THAT(result.out, HasSubstr("Date, storage 1  2014-12-31"));
}

TEST(MbusDecode, GivesJson) {
  const auto result = mbus({"decode", "--json", "--hex", frame});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("id"), "12345678");
  EXPECT_EQ(json.at("manufacturer"), "PAD");
  EXPECT_EQ(json.at("medium"), "water");
  ASSERT_EQ(json.at("records").size(), 3U);
  const auto& volume = json.at("records")[0];
  EXPECT_EQ(volume.at("quantity"), "volume");
  EXPECT_EQ(volume.at("value"), 12.345);
  EXPECT_EQ(volume.at("unit"), "m³");
  EXPECT_EQ(volume.at("raw"), "39300000");
  EXPECT_TRUE(json.at("records")[1].at("value").is_null());
  EXPECT_EQ(json.at("records")[1].at("reason"), "marked as invalid");
  EXPECT_EQ(json.at("records")[2].at("storage"), 1);
  EXPECT_EQ(json.at("records")[2].at("value"), "2014-12-31");
}

TEST(MbusDecode, ShowsWhatCarriesNoRecords) {
  EXPECT_THAT(mbus({"decode", "--hex", "e5"}).out, HasSubstr("acknowledgement"));
  EXPECT_THAT(mbus({"decode", "--hex", "10 7b 05 80 16"}).out, HasSubstr("short frame, C 7b, address 5"));
  EXPECT_THAT(mbus({"decode", "--hex", "68 04 04 68 08 01 70 09 82 16"}).out,
              HasSubstr("application error: too many readouts"));
  EXPECT_THAT(mbus({"decode", "--hex", "68 0b 0b 68 73 fd 52 78 56 34 12 ff ff ff ff d2 16"}).out,
              HasSubstr("selection of 12345678ffffffff"));
}

TEST(MbusDecode, SaysWhereItStopped) {
  const auto result = mbus({"decode", "--hex", "68 08 08 68 08 05 78 01 7a 05 04 13 1c 16"});
  EXPECT_EQ(result.code, 65);
  EXPECT_THAT(result.out, HasSubstr("Bus address"));
  EXPECT_THAT(result.out, HasSubstr("stopped at byte 10: the data ends inside a value"));
  EXPECT_THAT(result.out, HasSubstr("rest 04 13"));
}

TEST(MbusDecode, RefusesWhatIsNoFrame) {
  for (const std::string hex : {" ", "zz", "10 7b 05 81 16", "68 03", "00"}) {
    const auto result = mbus({"decode", "--hex", hex});
    EXPECT_EQ(result.code, 65) << hex;
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, Not(IsEmpty()));
  }
  EXPECT_EQ(mbus({}).code, 64);
  EXPECT_EQ(mbus({"decode", "--hex", ""}).code, 64);
  EXPECT_EQ(mbus({"encode"}).code, 64);
}

}  // namespace
}  // namespace busbar::test
