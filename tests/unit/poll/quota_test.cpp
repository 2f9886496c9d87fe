// The polls of a day.
#include "poll/quota.hpp"

#include <gtest/gtest.h>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;

const Steady morning{std::chrono::hours{1000}};

TEST(Quota, AllowsSoManyInAnyDay) {
  Quota quota{3};
  for (const auto at : {0h, 1h, 2h}) {
    EXPECT_TRUE(quota.allows(morning + at));
    quota.count(morning + at);
  }
  EXPECT_FALSE(quota.allows(morning + 3h));
  EXPECT_FALSE(quota.allows(morning + 23h + 59min));
  EXPECT_TRUE(quota.allows(morning + 24h)) << "the first is a day ago";
  quota.count(morning + 24h);
  EXPECT_FALSE(quota.allows(morning + 24h + 59min));
  EXPECT_TRUE(quota.allows(morning + 25h));
}

TEST(Quota, CountsWhatWasAskedBeyondItToo) {
  Quota quota{2};
  for (const auto at : {0h, 1h, 2h, 3h}) quota.count(morning + at);
  EXPECT_FALSE(quota.allows(morning + 25h)) << "of the last 24 hours two are left";
  EXPECT_TRUE(quota.allows(morning + 26h));
}

TEST(Quota, IsNoneUnlessGiven) {
  Quota quota{0};
  for (int n = 0; n < 1000; ++n) {
    EXPECT_TRUE(quota.allows(morning));
    quota.count(morning);
  }
}

}  // namespace
}  // namespace busbar::poll
