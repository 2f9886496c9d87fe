// The spool on a loop with its thread: outage, restart, damage, closing in time.
#include "store/spool.hpp"

#include "unit/sink/support.hpp"
#include "unit/store/support.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace busbar::store {
namespace {

using namespace test;
using sink::test::CapturedLog;
using sink::test::Directory;
using sink::test::Loop;
using sink::test::slurp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// An output that takes everything, or nothing.
class Runner {
 public:
  explicit Runner(const std::string& path, std::chrono::milliseconds spill_after = 0ms)
      : spool_{loop_.context.get_executor(), "test", {.path = path, .spill_after = spill_after}, [this] {
                 pump();
               }} {
    loop_.tasks.spawn("spool", spool_.run());
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() { loop_.stop(); }

  void put(int first, int last) {
    for (const auto& one : records(first, last)) spool_.put(one);
  }
  void connect() {
    up_ = true;
    pump();
  }
  bool until(const std::function<bool()>& condition) { return loop_.until(condition); }
  bool close() { return loop_.run(spool_.close(std::chrono::steady_clock::now() + 5s)); }
  bool until_on_disk(std::uint64_t count) {
    return until([&] { return spool_.queue().health().disk_records == count; });
  }
  [[nodiscard]] Spool& spool() { return spool_; }
  [[nodiscard]] const std::vector<int>& delivered() const { return delivered_; }

 private:
  void pump() {
    while (up_) {
      const auto sending = spool_.next();
      if (!sending) return;
      delivered_.push_back(std::stoi(sending->record->payload));
      spool_.acknowledge(sending->id);
    }
  }

  Loop loop_;
  Spool spool_;
  bool up_ = false;
  std::vector<int> delivered_;
};

class SpoolTest : public ::testing::Test {
 protected:
  Directory directory;
  std::string path = directory.path / "mqtt.spool";
};

TEST_F(SpoolTest, AHealthyOutputLeavesNoFileBehind) {
  Runner runner{path, 30s};
  runner.connect();
  runner.put(1, 2000);
  ASSERT_TRUE(runner.until([&] { return runner.delivered().size() == 2000; }));
  ASSERT_TRUE(runner.close());
  EXPECT_THAT(directory.names(), IsEmpty());
}

TEST_F(SpoolTest, AnOutageLargerThanMemoryComesOutInOrder) {
  Runner runner{path};
  for (int i = 0; i < 20; ++i) {
    runner.put(500 * i + 1, 500 * i + 500);
    ASSERT_TRUE(runner.until_on_disk(500U * static_cast<unsigned>(i + 1)));
  }
  EXPECT_EQ(runner.spool().queue().health().memory_records, 0U);
  runner.put(10'001, 10'010);
  runner.connect();
  ASSERT_TRUE(runner.until([&] { return runner.delivered().size() == 10'010; }));
  EXPECT_EQ(runner.delivered(), range(1, 10'010));
  ASSERT_TRUE(runner.close());
  EXPECT_EQ(runner.spool().queue().health().disk_records, 0U);
}

TEST_F(SpoolTest, ANewRunBeginsWithWhatTheLastOneLeft) {
  {
    Runner runner{path, 1h};
    runner.put(1, 700);
    ASSERT_TRUE(runner.close());
  }
  EXPECT_THAT(directory.names(), ElementsAre("mqtt.spool")) << "one tidy file";
  Runner runner{path, 1h};
  runner.put(701, 710);
  runner.connect();
  ASSERT_TRUE(runner.until([&] { return runner.delivered().size() == 710; }));
  EXPECT_EQ(runner.delivered(), range(1, 710));
  const auto account = runner.spool().queue().account();
  EXPECT_EQ(account.accepted, 710U);
  EXPECT_EQ(account.acknowledged, 710U);
}

TEST_F(SpoolTest, ADamagedFileIsSetAsideWithAClearMessage) {
  std::ofstream{path} << std::string(10'000, '?');
  const CapturedLog log;
  Runner runner{path};
  runner.put(1, 3);
  ASSERT_TRUE(runner.until_on_disk(3));
  EXPECT_THAT(directory.names(), ::testing::Contains("mqtt.spool.damaged"));
  EXPECT_THAT(log.text(), HasSubstr("is set aside as " + path + ".damaged and a new one is begun"));
  EXPECT_THAT(log.text(), HasSubstr("file is not a database"));
  runner.connect();
  ASSERT_TRUE(runner.until([&] { return runner.delivered().size() == 3; }));
}

TEST_F(SpoolTest, AMissingDirectoryIsSaidOnceAndSendingGoesOn) {
  const CapturedLog log;
  Runner runner{directory.path / "none" / "mqtt.spool"};
  runner.put(1, 3);
  ASSERT_TRUE(runner.until([&] { return runner.spool().queue().failing(); }));
  EXPECT_THAT(runner.spool().last_error(),
              HasSubstr("none/mqtt.spool: unable to open database file (No such file"));
  runner.connect();
  ASSERT_TRUE(runner.until([&] { return runner.delivered().size() == 3; }));
  ASSERT_TRUE(runner.close());
  EXPECT_EQ(log.count("cannot be kept on disk"), 1U);
}

TEST_F(SpoolTest, TheFileOfAnotherProcessIsLeftAlone) {
  SpoolFile other{path, {}};
  (void)other.perform({.append = records(1, 5)}, noon);
  const CapturedLog log;
  Runner runner{path};
  runner.put(6, 7);
  ASSERT_TRUE(runner.until([&] { return runner.spool().queue().failing(); }));
  EXPECT_THAT(log.text(), HasSubstr("does another busbar use the same file?"));
  runner.connect();
  ASSERT_TRUE(runner.until([&] { return runner.delivered().size() == 2; })) << "from memory";
  EXPECT_EQ(numbers(other.perform({.load = 10}, noon).loaded), range(1, 5));
}

TEST_F(SpoolTest, ClosingWithoutRunningWritesToo) {
  Loop loop;
  Spool spool{loop.context.get_executor(), "test", {.path = path}, {}};
  spool.put(record(1));
  ASSERT_TRUE(loop.run(spool.close(std::chrono::steady_clock::now() + 5s)));
  EXPECT_TRUE(spool.queue().saved());
  SpoolFile file{path, {}};
  EXPECT_EQ(file.perform({}, noon).count, 1U);
}

TEST_F(SpoolTest, WithoutAPathItIsAQueueInMemory) {
  Runner runner{""};
  runner.put(1, 3);
  runner.connect();
  EXPECT_EQ(runner.delivered(), range(1, 3));
  ASSERT_TRUE(runner.close());
}

}  // namespace
}  // namespace busbar::store
