// Answers in numbered frames: how many items they carry is another query's reading.
#include "profile/totals.hpp"

#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

class TotalsTest : public testing::Test {
 protected:
  static std::unique_ptr<Profile> load(const std::string& total) {
    return compile(
        "    fields:\n"
        "      - {key: cell_count, at: 0, type: u8, range: [1, 48]}\n"
        "  cells:\n"
        "    command: 0xFF03\n"
        "    collect: {header: 1, item: 2, per_frame: 3, total: " +
        total +
        "}\n"
        "    fields:\n"
        "      - {key: \"cell_{index}\", name: \"Cell {index}\", at: 0, type: u16, range: [0, 9999],\n"
        "         repeat: {count: rest, max: 48, family: cell, label: cell}}\n");
  }
  Totals totals_;
};

TEST_F(TotalsTest, TheQueryThatTellsIsAskedFirst) {
  const auto profile = load("cell_count");
  const ProfileQuery& cells = *profile->find("cells");
  EXPECT_EQ(totals_.missing(*profile, cells), profile->find("poll"));
  EXPECT_EQ(totals_.missing(*profile, *profile->find("poll")), nullptr);

  totals_.note(*profile, decode(*profile, "10").value());
  EXPECT_EQ(totals_.missing(*profile, cells), nullptr);
  protocol::Query request = cells.request;
  EXPECT_FALSE(request.collect->total.has_value());
  totals_.apply(cells, request);
  EXPECT_EQ(request.collect->total, 16U);
}

TEST_F(TotalsTest, AnImplausibleNumberTellsNothing) {
  const auto profile = load("cell_count");
  totals_.note(*profile, decode(*profile, "ff").value());
  EXPECT_NE(totals_.missing(*profile, *profile->find("cells")), nullptr);
}

TEST_F(TotalsTest, TheNewestNumberCounts) {
  const auto profile = load("cell_count");
  totals_.note(*profile, decode(*profile, "10").value());
  totals_.note(*profile, decode(*profile, "08").value());
  protocol::Query request = profile->find("cells")->request;
  totals_.apply(*profile->find("cells"), request);
  EXPECT_EQ(request.collect->total, 8U);
}

TEST_F(TotalsTest, ANumberInTheFileNeedsNobody) {
  const auto profile = load("14");
  EXPECT_EQ(totals_.missing(*profile, *profile->find("cells")), nullptr);
  EXPECT_EQ(profile->find("cells")->request.collect->total, 14U);
}

TEST_F(TotalsTest, NamesThatNoOtherQueryGivesAreFaults) {
  const auto fault = [](const std::string& total) {
    return faults(
        "    fields:\n      - {key: a, at: 0, type: u8, range: [0, 9]}\n"
        "  cells:\n    command: 0xFF03\n    collect: {header: 1, item: 2, per_frame: 3, total: " +
        total + "}\n    fields:\n      - {key: b, at: 0, type: u8, range: [0, 9]}\n");
  };
  EXPECT_THAT(fault("nothing"), testing::HasSubstr("'nothing', which is no reading of another query"));
  EXPECT_THAT(fault("b"), testing::HasSubstr("which is no reading of another query"));
  EXPECT_THAT(fault("0"), testing::HasSubstr("'total' is a number of items"));
  EXPECT_EQ(fault("a"), "");
}

}  // namespace
}  // namespace busbar::profile::test
