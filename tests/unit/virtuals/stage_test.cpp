// Virtual readings in the stream to the sinks: order, availability, health, counters over restarts.
#include "virtuals/stage.hpp"

#include "unit/sink/support.hpp"
#include "unit/virtuals/support.hpp"
#include "virtuals/state_file.hpp"

namespace busbar::virtuals {
namespace {

using namespace std::chrono_literals;
using test::energy;
using test::expression;
using test::report;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Recorder final : public sink::Sink {
 public:
  explicit Recorder(std::vector<std::string>& calls) : calls_{calls} {}
  std::string_view name() const override { return "recorder"; }
  void describe(const sink::DeviceDescription&) override {}
  void forget(std::string_view) override {}
  void publish(const Report& made) override { calls_.push_back(test::shown(made)); }
  void availability(std::string_view device, Availability state, std::string_view) override {
    calls_.push_back(std::string{device} + " " + std::string{to_string(state)});
  }
  asio::awaitable<void> run() override { co_return; }
  asio::awaitable<void> finish(Steady, bool) override { co_return; }
  SinkAccount account() const override { return {}; }

 private:
  std::vector<std::string>& calls_;
};

struct StageTest : testing::Test {
  StageTest() {
    sinks.add(std::make_unique<Recorder>(calls));
    sinks.follow(stage);
    options.definitions = {expression({"bank", "power"}, "r0+r1", {{"a", "power"}, {"b", "power"}}),
                           energy({"bank", "energy"}, {"bank", "power"})};
    options.lifetimes = {{{"a", "power"}, 30s}, {{"b", "power"}, 30s}};
    options.devices = {{"bank", 0ms}};
    options.state_file = (directory.path / "energy.json").string();
    options.persist_interval = 20ms;
  }
  void TearDown() override { loop.stop(); }
  void publish(std::string device, std::chrono::milliseconds after, double watts) {
    sinks.publish(report(std::move(device), "status", after, {{&test::power, watts}}));
  }
  using fs_time = std::optional<std::filesystem::file_time_type>;
  fs_time written() const {
    std::error_code none;
    const auto time = std::filesystem::last_write_time(options.state_file, none);
    return none ? std::nullopt : fs_time{time};
  }
  Counters on_disk() const { return load_counters(options.state_file).value(); }

  sink::test::Directory directory;
  sink::test::CapturedLog log;
  sink::test::Loop loop;
  Options options;
  std::vector<std::string> calls;
  Stage stage{loop.context.get_executor()};
  sink::Sinks sinks;
};

TEST_F(StageTest, VirtualReadingsFollowWhatTheyAreMadeFrom) {
  stage.configure(options);
  publish("a", 0s, 100);
  publish("b", 0s, 50);
  EXPECT_THAT(calls, ElementsAre("a.status: power=100", "bank.virtual: power=- energy=-",
                                 "b.status: power=50", "bank.virtual: power=150.000 energy=0.000"));
}

TEST_F(StageTest, AVirtualDeviceIsOnlineAsLongAsOneOfItsDevicesIs) {
  stage.configure(options);
  EXPECT_EQ(stage.availability("bank"), Availability::unknown);
  sinks.availability("a", Availability::offline, "timeout");
  EXPECT_EQ(stage.availability("bank"), Availability::offline);
  sinks.availability("a", Availability::online, "");
  sinks.availability("b", Availability::online, "");
  sinks.availability("b", Availability::offline, "");
  sinks.availability("a", Availability::offline, "");
  sinks.availability("other", Availability::online, "");
  EXPECT_THAT(calls, ElementsAre("a offline", "bank offline", "a online", "bank online", "b online",
                                 "b offline", "a offline", "bank offline", "other online"));
}

TEST_F(StageTest, ADeviceThatGoesOfflineTakesTheSumAlong) {
  stage.configure(options);
  publish("a", 0s, 100);
  publish("b", 0s, 50);
  sinks.availability("b", Availability::online, "");
  calls.clear();
  sinks.availability("b", Availability::offline, "timeout");
  EXPECT_THAT(calls, Contains("bank.virtual: power=- energy=0.000"));
}

TEST_F(StageTest, AVirtualDeviceThatAReloadBringsIsAnnounced) {
  stage.configure({});
  sinks.availability("a", Availability::online, "");
  stage.configure(options);
  stage.announce(sinks);
  stage.announce(sinks);
  EXPECT_THAT(calls, ElementsAre("a online", "bank online"));
}

TEST_F(StageTest, AForgottenDeviceCountsNoMore) {
  stage.configure(options);
  sinks.availability("a", Availability::online, "");
  sinks.forget("a");
  EXPECT_THAT(calls, ElementsAre("a online", "bank online", "bank offline"));
}

TEST_F(StageTest, CountersAreSavedAtTheirIntervalAndOnlyWhenTheyChanged) {
  stage.configure(options);
  loop.tasks.spawn("stage", stage.run());
  publish("a", 0s, 1000);
  publish("b", 0s, 0);
  publish("b", 36s, 0);  // unknown to a after 30 s: nothing is added
  publish("a", 36s, 1000);
  const fs_time before = written();
  ASSERT_TRUE(loop.until([&] { return written() != before; }));
  const double saved = on_disk().at("bank.energy");
  EXPECT_NEAR(saved, 10, 0.001);
  const auto last = written();
  EXPECT_FALSE(loop.until([&] { return written() != last; }, 200ms)) << "nothing new, no write";
}

TEST_F(StageTest, AnotherIntervalIsValidAtOnce) {
  loop.tasks.spawn("stage", stage.run());
  options.persist_interval = 1h;
  stage.configure(options);
  publish("a", 0s, 1000);
  publish("b", 0s, 0);
  publish("a", 18s, 1000);
  EXPECT_FALSE(loop.until([&] { return written().has_value(); }, 50ms));
  options.persist_interval = 20ms;
  stage.configure(options);
  EXPECT_TRUE(loop.until([&] { return written().has_value(); }));
}

TEST_F(StageTest, TheLastCountersAreSavedAtTheEnd) {
  options.persist_interval = 1h;
  stage.configure(options);
  publish("a", 0s, 1000);
  publish("b", 0s, 0);
  publish("a", 18s, 1000);
  ASSERT_TRUE(loop.run(stage.finish()));
  EXPECT_NEAR(on_disk().at("bank.energy"), 5, 1e-9);
}

TEST_F(StageTest, ANewRunGoesOnWhereTheLastOneEnded) {
  ASSERT_TRUE(save_counters(options.state_file, {{"bank.energy", 100}, {"retired.energy", 7}}));
  options.persist_interval = 1h;
  stage.configure(options);
  publish("a", 0s, 1000);
  publish("b", 0s, 0);
  publish("a", 18s, 1000);
  EXPECT_THAT(calls.back(), HasSubstr("energy=105.000"));
  ASSERT_TRUE(loop.run(stage.finish()));
  EXPECT_NEAR(on_disk().at("bank.energy"), 105, 1e-9);
  EXPECT_EQ(on_disk().at("retired.energy"), 7) << "a counter that is not configured now is kept";
}

TEST_F(StageTest, ACounterThatIsTakenOutAndPutBackGoesOn) {
  options.persist_interval = 1h;
  stage.configure(options);
  publish("a", 0s, 1000);
  publish("b", 0s, 0);
  publish("a", 18s, 1000);
  Options without = options;
  without.definitions.pop_back();
  stage.configure(without);
  stage.configure(options);
  publish("a", 19s, 0);
  EXPECT_THAT(calls.back(), HasSubstr("energy=5.000"));
}

TEST_F(StageTest, ADamagedFileIsToldAndKeptAside) {
  std::ofstream{options.state_file} << "{\"version\": 1, \"watt_";
  stage.configure(options);
  EXPECT_THAT(log.text(), HasSubstr("counters of energy begin at zero"));
  EXPECT_THAT(directory.names(), ElementsAre("energy.json.damaged"));
}

TEST_F(StageTest, ADirectoryThatIsGoneIsToldOnceAndCountingGoesOn) {
  options.state_file = (directory.path / "gone" / "energy.json").string();
  stage.configure(options);
  loop.tasks.spawn("stage", stage.run());
  publish("a", 0s, 1000);
  publish("b", 0s, 0);
  publish("a", 18s, 1000);
  ASSERT_TRUE(loop.until([&] { return log.count("not saved") > 0; }));
  EXPECT_FALSE(loop.until([&] { return log.count("not saved") > 1; }, 100ms));
  std::filesystem::create_directory(directory.path / "gone");
  ASSERT_TRUE(loop.until([&] { return std::filesystem::exists(options.state_file); }));
  EXPECT_NEAR(on_disk().at("bank.energy"), 5, 1e-9);
}

TEST_F(StageTest, WithoutAStateFileNothingIsWritten) {
  options.state_file.clear();
  stage.configure(options);
  publish("a", 0s, 1000);
  publish("b", 0s, 0);
  publish("a", 18s, 1000);
  ASSERT_TRUE(loop.run(stage.finish()));
  EXPECT_THAT(directory.names(), IsEmpty());
}

TEST_F(StageTest, HealthKnowsVirtualDevicesAndWhatWasDropped) {
  options.definitions.push_back(expression({"a", "odd"}, "1/(r0-100)", {{"a", "power"}}));
  stage.configure(options);
  sinks.availability("a", Availability::online, "");
  publish("a", 0s, 100);
  std::vector<DeviceHealth> devices(1);
  devices[0].id = "a";
  devices[0].implausible = 2;
  stage.add_health(devices);
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].implausible, 3U);
  EXPECT_EQ(devices[1].id, "bank");
  EXPECT_EQ(devices[1].availability, Availability::online);
  EXPECT_EQ(devices[1].last_success, test::start_utc);
}

}  // namespace
}  // namespace busbar::virtuals
