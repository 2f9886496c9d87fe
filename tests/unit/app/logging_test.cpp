// The log carries no secrets, and nothing from outside can forge a line.
#include "app/logging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

namespace busbar::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Logging : public ::testing::Test {
 protected:
  void SetUp() override { ::testing::internal::CaptureStderr(); }
  std::string written() { return ::testing::internal::GetCapturedStderr(); }
};

TEST_F(Logging, MasksSecrets) {
  ASSERT_TRUE(set_up_logging("info", {"hunter2"}));
  spdlog::info("login with hunter2 and again hunter2");
  EXPECT_THAT(written(), HasSubstr("login with ******** and again ********"));
}

TEST_F(Logging, KeepsControlCharactersOut) {
  ASSERT_TRUE(set_up_logging("info"));
  spdlog::info("serial A\n2026-01-01 critical forged\x1b[31m");
  const auto text = written();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST_F(Logging, HonoursTheLevel) {
  ASSERT_TRUE(set_up_logging("warning"));
  spdlog::info("quiet");
  spdlog::warn("loud");
  const auto text = written();
  EXPECT_THAT(text, Not(HasSubstr("quiet")));
  EXPECT_THAT(text, HasSubstr("loud"));
}

TEST_F(Logging, RefusesAnUnknownLevel) {
  EXPECT_FALSE(set_up_logging("chatty"));
  EXPECT_EQ(written(), "");
}

}  // namespace
}  // namespace busbar::app
