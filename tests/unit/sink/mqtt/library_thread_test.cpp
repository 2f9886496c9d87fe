// The thread on which the MQTT library is called: in order, and whatever a call throws.
#include "sink/mqtt/library_thread.hpp"

#include <gtest/gtest.h>

#include <future>
#include <new>
#include <vector>

namespace busbar::sink::mqtt {
namespace {

TEST(LibraryThread, JobsAreDoneInOrder) {
  std::vector<int> done;
  std::promise<void> last;
  LibraryThread thread;
  for (int i = 0; i < 100; ++i) thread.post([&done, i] { done.push_back(i); });
  thread.post([&last] { last.set_value(); });
  last.get_future().wait();
  ASSERT_EQ(done.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(done[static_cast<std::size_t>(i)], i);
}

TEST(LibraryThread, AJobWithoutMemoryDoesNotEndTheDaemon) {
  std::promise<void> last;
  LibraryThread thread;
  thread.post([] { throw std::bad_alloc{}; });
  thread.post([&last] { last.set_value(); });
  last.get_future().wait();
}

}  // namespace
}  // namespace busbar::sink::mqtt
