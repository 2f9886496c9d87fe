// What the service manager receives, on a real datagram socket.
#include "service/notify.hpp"

#include "async/task_group.hpp"
#include "unit/service/loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <stdlib.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace busbar::service {
namespace {

using namespace std::chrono_literals;

/// The manager's end: an abstract socket whose name goes into NOTIFY_SOCKET.
class Manager {
 public:
  Manager() : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)} {
    const std::string name = "busbar-test-" + std::to_string(::getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() {
    ::close(socket_);
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
  std::vector<std::string> received() {
    std::array<char, 1024> buffer{};
    for (ssize_t size = 0; (size = ::recv(socket_, buffer.data(), buffer.size(), 0)) > 0;)
      all_.emplace_back(buffer.data(), static_cast<std::size_t>(size));
    return all_;
  }

 private:
  int socket_;
  std::vector<std::string> all_;
};

using Messages = std::vector<std::string>;

TEST(Notifier, AManagerThatIsGoneIsNoReasonToEnd) {
  ::setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
  {
    Notifier notifier;
    notifier.ready("2 devices");
    notifier.stopping();
  }
  ::unsetenv("NOTIFY_SOCKET");
}

TEST(Notifier, SendsReadyStatusAndStopping) {
  Manager manager;
  Notifier notifier;
  notifier.ready("2 devices");
  notifier.stopping();
  EXPECT_EQ(manager.received(), (Messages{"READY=1\nSTATUS=2 devices", "STOPPING=1\nSTATUS=stopping"}));
}

TEST(Notifier, SendsTheStatusOnChangeOnly) {
  Manager manager;
  Notifier notifier;
  notifier.ready("1 of 2 online");
  for (int i = 0; i < 3; ++i) notifier.status("1 of 2 online");
  for (int i = 0; i < 3; ++i) notifier.status("2 of 2 online");
  EXPECT_EQ(manager.received(), (Messages{"READY=1\nSTATUS=1 of 2 online", "STATUS=2 of 2 online"}));
}

TEST(Notifier, AStatusCannotSmuggleInAnAssignment) {
  Manager manager;
  Notifier notifier;
  notifier.status("bad\nWATCHDOG=trigger");
  EXPECT_EQ(manager.received(), Messages{"STATUS=bad WATCHDOG=trigger"});
}

TEST(Notifier, WithoutAManagerNothingHappens) {
  ::unsetenv("NOTIFY_SOCKET");
  Notifier notifier;
  notifier.ready("x");
  notifier.status("y");
  notifier.stopping();
  EXPECT_EQ(notifier.watchdog_period(), std::nullopt);
}

TEST(Notifier, TheWatchdogIsForThisProcessOnly) {
  Manager manager;
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(Notifier{}.watchdog_period(), 15s);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(Notifier{}.watchdog_period(), std::nullopt);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(Notifier{}.watchdog_period(), 15s);
  ::setenv("WATCHDOG_USEC", "nonsense", 1);
  EXPECT_EQ(Notifier{}.watchdog_period(), std::nullopt);
}

struct WatchdogTest : testing::Test, test::Loop {
  WatchdogTest() { ::setenv("WATCHDOG_USEC", "2000", 1); }
  void TearDown() override {
    tasks.cancel();
    EXPECT_TRUE(until([&] { return tasks.size() == 0; }));
  }
  std::size_t pings() {
    return static_cast<std::size_t>(std::ranges::count(manager.received(), "WATCHDOG=1"));
  }

  Manager manager;
  async::TaskGroup tasks{context.get_executor(), {}};
};

TEST_F(WatchdogTest, IsFedWhileThereIsProgressAndOnlyThen) {
  Notifier notifier;
  int asked = 0;
  std::string trouble;
  tasks.spawn("watchdog", notifier.watchdog([&] {
    ++asked;
    return trouble;
  }));
  ASSERT_TRUE(until([&] { return pings() >= 3; }));

  trouble = "channel rs485 has done nothing for 90 s";
  const int before = asked;
  ASSERT_TRUE(until([&] { return asked > before; }));
  const std::size_t stalled = pings();
  const int from = asked;
  ASSERT_TRUE(until([&] { return asked >= from + 5; }));
  EXPECT_EQ(pings(), stalled);

  trouble.clear();
  EXPECT_TRUE(until([&] { return pings() > stalled; }));
}

TEST_F(WatchdogTest, ABlockedLoopDoesNotPing) {
  Notifier notifier;
  tasks.spawn("watchdog", notifier.watchdog([] { return std::string{}; }));
  ASSERT_TRUE(until([&] { return pings() >= 1; }));
  // The loop is not run from here on, as if something blocked it; the clock goes on.
  const std::size_t before = pings();
  const auto blocked_until = std::chrono::steady_clock::now() + 20ms;
  while (std::chrono::steady_clock::now() < blocked_until) continue;
  EXPECT_EQ(pings(), before);
}

TEST(Watchdog, WithoutOneTheTaskEndsAtOnce) {
  ::unsetenv("WATCHDOG_USEC");
  asio::io_context context{1};
  async::TaskGroup tasks{context.get_executor(), {}};
  Notifier notifier;
  tasks.spawn("watchdog", notifier.watchdog([] { return std::string{}; }));
  context.run();
  EXPECT_EQ(tasks.size(), 0U);
}

}  // namespace
}  // namespace busbar::service
