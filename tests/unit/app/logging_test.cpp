// The log carries no secrets, and nothing from outside can forge a line.
#include "app/logging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <array>
#include <fcntl.h>
#include <unistd.h>

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

TEST_F(Logging, CutsEndlessLines) {
  ASSERT_TRUE(set_up_logging("info"));
  spdlog::info(std::string(100'000, 'x'));
  const auto text = written();
  EXPECT_LT(text.size(), 4096U);
  EXPECT_THAT(text, HasSubstr("x […]\n"));
}

/// Standard error is a pipe that the test may read or not.
class UnreadLog : public ::testing::Test {
 protected:
  UnreadLog() {
    if (::pipe2(pipe_.data(), O_CLOEXEC) != 0) ADD_FAILURE() << "no pipe";
    ::dup2(pipe_[1], STDERR_FILENO);
  }
  ~UnreadLog() override {
    ::dup2(before_, STDERR_FILENO);
    for (const int descriptor : {before_, pipe_[0], pipe_[1]}) ::close(descriptor);
  }
  /// What is in the pipe now.
  std::string read() {
    ::fcntl(pipe_[0], F_SETFL, O_NONBLOCK);
    std::string text(1 << 20, '\0');
    std::size_t size = 0;
    for (ssize_t count = 0; (count = ::read(pipe_[0], text.data() + size, text.size() - size)) > 0;)
      size += static_cast<std::size_t>(count);
    text.resize(size);
    return text;
  }

 private:
  int before_ = ::dup(STDERR_FILENO);
  std::array<int, 2> pipe_{};
};

TEST_F(UnreadLog, NeverBlocksAndSaysLaterWhatIsMissing) {
  ASSERT_TRUE(set_up_logging("info"));
  const std::string line(200, 'x');
  constexpr int count = 5000;  // a megabyte into a pipe of 64 KiB
  for (int i = 0; i < count; ++i) spdlog::info("{} {}", i, line);
  const auto first = read();
  const auto kept = std::count(first.begin(), first.end(), '\n');
  EXPECT_GT(kept, 100);
  EXPECT_THAT(first, HasSubstr(" 0 xxx"));
  EXPECT_EQ(first.back(), '\n') << "a line is whole or not there";
  spdlog::info("read again");
  const auto second = read();
  EXPECT_THAT(second, HasSubstr("nobody read the log: " + std::to_string(count - kept) + " lines are lost"));
  EXPECT_THAT(second, HasSubstr("read again"));
}

}  // namespace
}  // namespace busbar::app
