// The textfile output as a site sees it: the file appears, follows, survives trouble, and goes or stays at
// the end.
#include "sink/prometheus/textfile_sink.hpp"

#include "unit/sink/support.hpp"

namespace busbar::sink::prometheus {
namespace {

using namespace std::chrono_literals;

struct TextfileSinkTest : testing::Test {
  std::unique_ptr<Sink> make(std::filesystem::path file, std::chrono::milliseconds interval = 5ms) {
    TextfileOptions options;
    options.path = file.string();
    options.interval = interval;
    return make_textfile_sink(loop.context.get_executor(), options, [] {
      Health health;
      health.version = "0.1.0";
      health.now = test::steady_zero;
      return health;
    });
  }
  void publish(double soc) { sink->publish(test::report("pack", "status", {{&test::soc, soc}})); }
  void TearDown() override { loop.stop(); }
  bool shows(std::string_view text) { return test::slurp(path).find(text) != std::string::npos; }

  test::Directory directory;
  std::filesystem::path path = directory.path / "busbar.prom";
  test::CapturedLog log;
  test::Loop loop;
  std::unique_ptr<Sink> sink = make(path);
};

TEST_F(TextfileSinkTest, TheFileFollowsTheReadings) {
  loop.tasks.spawn("sink", sink->run());
  ASSERT_TRUE(loop.until([&] { return shows("busbar_up 1"); }));
  publish(96);
  ASSERT_TRUE(loop.until([&] { return shows("busbar_soc_ratio{device=\"pack\"} 0.96\n"); }));
  EXPECT_EQ(test::promtool(test::slurp(path)), "");
  // The file is seen before the sink hears that it was written.
  ASSERT_TRUE(loop.until([&] { return sink->account().queued == 0; }));
  publish(97);
  ASSERT_TRUE(loop.until([&] { return shows(" 0.97\n"); }));
  ASSERT_TRUE(loop.until([&] { return sink->account().queued == 0; }));
  EXPECT_EQ(sink->account().accepted, 2U);
  EXPECT_EQ(sink->account().acknowledged, 2U);
  EXPECT_TRUE(sink->account().healthy);
}

TEST_F(TextfileSinkTest, IsRewrittenWhenNothingChanges) {
  loop.tasks.spawn("sink", sink->run());
  ASSERT_TRUE(loop.until([&] { return std::filesystem::exists(path); }));
  const auto yesterday = std::filesystem::file_time_type::clock::now() - 24h;
  std::filesystem::last_write_time(path, yesterday);
  EXPECT_TRUE(loop.until([&] { return std::filesystem::last_write_time(path) > yesterday + 1h; }));
}

TEST_F(TextfileSinkTest, TheDaemonTakesItsFileWithIt) {
  loop.tasks.spawn("sink", sink->run());
  ASSERT_TRUE(loop.until([&] { return std::filesystem::exists(path); }));
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 1s, false)));
  loop.stop();
  EXPECT_EQ(directory.names(), std::vector<std::string>{});
}

TEST_F(TextfileSinkTest, APageThatWasBeingMadeDoesNotBringTheFileBack) {
  // So many that the page is not made in one turn of the loop.
  for (int n = 0; n < 3000; ++n)
    sink->publish(test::report("pack-" + std::to_string(n), "status", {{&test::soc, 96.0}}));
  loop.tasks.spawn("sink", sink->run());
  loop.context.restart();
  loop.context.poll_one();
  ASSERT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(loop.run(sink->finish(test::steady_zero, false)));
  ASSERT_TRUE(loop.until([&] { return loop.tasks.size() == 0; }));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(TextfileSinkTest, AOneShotRunLeavesTheFileWithEverythingInIt) {
  publish(96);
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 1s, true)));
  EXPECT_TRUE(shows(" 0.96\n"));
  EXPECT_EQ(directory.names(), std::vector<std::string>{"busbar.prom"});
  EXPECT_EQ(sink->account().queued, 0U);
}

TEST_F(TextfileSinkTest, AMissingDirectoryIsLoggedOnceCountedAndRecoveredFrom) {
  const auto inner = directory.path / "collector" / "busbar.prom";
  sink = make(inner);
  publish(96);
  loop.tasks.spawn("sink", sink->run());
  ASSERT_TRUE(loop.until([&] { return sink->account().errors >= 5; }));
  EXPECT_FALSE(sink->account().healthy);
  EXPECT_EQ(sink->account().queued, 1U);
  EXPECT_NE(sink->account().last_error.find("does not exist"), std::string::npos);
  EXPECT_EQ(log.count("does not exist"), 1U) << log.text();

  std::filesystem::create_directory(inner.parent_path());
  ASSERT_TRUE(loop.until([&] { return sink->account().healthy; }));
  EXPECT_NE(test::slurp(inner).find(" 0.96\n"), std::string::npos);
  EXPECT_EQ(sink->account().acknowledged, 1U);
  EXPECT_EQ(log.count("is written again"), 1U);
}

TEST_F(TextfileSinkTest, LeftoversOfAnEarlierLifeGoAtTheFirstWrite) {
  std::ofstream{directory.path / ".busbar.prom.999999999.tmp"} << "half";
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 1s, true)));
  EXPECT_EQ(directory.names(), std::vector<std::string>{"busbar.prom"});
  EXPECT_EQ(log.count("removed 1 temporary"), 1U);
}

TEST_F(TextfileSinkTest, AForgottenDeviceLeavesThePage) {
  publish(96);
  sink->forget("pack");
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 1s, true)));
  EXPECT_FALSE(shows("pack"));
}

}  // namespace
}  // namespace busbar::sink::prometheus
