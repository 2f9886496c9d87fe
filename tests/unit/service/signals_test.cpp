// Signals of this very process.
#include "service/signals.hpp"

#include "unit/service/loop.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <unistd.h>
#include <vector>

namespace busbar::service {
namespace {

struct SignalsTest : testing::Test, test::Loop {
  int stops = 0;
  std::vector<int> exits;
  Signals signals{context.get_executor(), [this] { ++stops; }, [this](int code) { exits.push_back(code); }};
};

TEST_F(SignalsTest, TheFirstStopSignalStopsTheSecondEndsAtOnce) {
  std::raise(SIGTERM);
  ASSERT_TRUE(until([&] { return stops == 1; }));
  EXPECT_TRUE(exits.empty());
  std::raise(SIGINT);
  ASSERT_TRUE(until([&] { return !exits.empty(); }));
  EXPECT_EQ(stops, 1);
  EXPECT_EQ(exits, std::vector<int>{128 + SIGINT});
}

TEST_F(SignalsTest, HangUpDoesNotStop) {
  std::raise(SIGHUP);
  std::raise(SIGTERM);
  ASSERT_TRUE(until([&] { return stops == 1; }));
  EXPECT_TRUE(exits.empty());
}

TEST_F(SignalsTest, AClosedPipeIsAnErrorCodeNotTheEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[1]);
}

TEST(Signals, MayGoWhileTheLoopRunsOn) {
  asio::io_context context{1};
  {
    const Signals signals{context.get_executor(), [] { ADD_FAILURE(); }};
  }
  context.run();
}

}  // namespace
}  // namespace busbar::service
