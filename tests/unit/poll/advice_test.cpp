// What a person reads when a poll fails: what happened, what to do about it, how often.
#include "poll/advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::poll {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Advice, OfATimeoutNamesTheUsualCauses) {
  const std::string text{advice(Errc::timeout)};
  for (const char* cause : {"power", "wiring", "address", "baud rate"}) EXPECT_THAT(text, HasSubstr(cause));
}

TEST(Advice, SendsEachFaultToItsOwnPlace) {
  EXPECT_THAT(std::string{advice(Errc::bad_checksum)}, HasSubstr("termination"));
  EXPECT_THAT(std::string{advice(Errc::wrong_address)}, HasSubstr("second master"));
  EXPECT_THAT(std::string{advice(Errc::resolve_failed)}, HasSubstr("host name"));
  EXPECT_THAT(std::string{advice(Errc::permission_denied)}, HasSubstr("group"));
  EXPECT_THAT(std::string{advice(Errc::short_payload)}, HasSubstr("profile explain"));
}

TEST(Advice, FollowsTheErrorAndItsNumber) {
  const Error error{Errc::timeout};
  EXPECT_THAT(explain(error, 8), HasSubstr(to_string(error) + "; check power"));
  EXPECT_THAT(explain(error, 8), EndsWith(" (8 times)"));
  EXPECT_THAT(explain(error, 1), Not(HasSubstr("times")));
}

}  // namespace
}  // namespace busbar::poll
