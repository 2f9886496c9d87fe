// The fan-out: order, and the failure domain of each sink.
#include "unit/sink/support.hpp"

#include <stdexcept>

namespace busbar::sink {
namespace {

/// Notes every call; throws when told to.
class Recorder final : public Sink {
 public:
  Recorder(std::string name, std::vector<std::string>& calls) : name_{std::move(name)}, calls_{calls} {}

  std::string_view name() const override { return name_; }
  void describe(const DeviceDescription& device) override { note("describe " + device.id); }
  void forget(std::string_view device) override { note("forget " + std::string{device}); }
  void publish(const Report& report) override { note("publish " + report.device); }
  void availability(std::string_view device, Availability state, std::string_view reason) override {
    note("availability " + std::string{device} + " " + std::string{to_string(state)} + " " +
         std::string{reason});
  }
  asio::awaitable<void> run() override { co_return; }
  asio::awaitable<void> finish(Steady, bool) override { co_return; }
  SinkAccount account() const override { return {.name = name_, .accepted = 7}; }

  std::string trouble;

 private:
  void note(std::string call) {
    if (!trouble.empty()) throw std::runtime_error{trouble};
    calls_.push_back(name_ + ": " + std::move(call));
  }
  std::string name_;
  std::vector<std::string>& calls_;
};

struct SinksTest : testing::Test {
  SinksTest() {
    auto one = std::make_unique<Recorder>("one", calls);
    first = one.get();
    sinks.add(std::move(one));
    sinks.add(std::make_unique<Recorder>("two", calls));
  }
  std::vector<std::string> calls;
  Sinks sinks;
  Recorder* first = nullptr;
  test::CapturedLog log;
};

TEST_F(SinksTest, EverySinkGetsEverythingInTheOrderOfConfiguration) {
  sinks.describe(test::description("pack"));
  sinks.publish(test::report("pack", "status", {}));
  sinks.availability("pack", Availability::offline, "timeout");
  sinks.forget("pack");
  EXPECT_EQ(calls, (std::vector<std::string>{"one: describe pack", "two: describe pack", "one: publish pack",
                                             "two: publish pack", "one: availability pack offline timeout",
                                             "two: availability pack offline timeout", "one: forget pack",
                                             "two: forget pack"}));
  EXPECT_EQ(sinks.all().size(), 2U);
  EXPECT_EQ(log.text(), "");
}

TEST_F(SinksTest, ASinkThatThrowsCostsOnlyItself) {
  first->trouble = "out of paper";
  sinks.publish(test::report("pack", "status", {}));
  sinks.describe(test::description("pack"));
  EXPECT_EQ(calls, (std::vector<std::string>{"two: publish pack", "two: describe pack"}));
}

TEST_F(SinksTest, TheSameFailureIsLoggedOnceAndCountedEveryTime) {
  first->trouble = "out of paper";
  for (int i = 0; i < 3; ++i) sinks.publish(test::report("pack", "status", {}));
  EXPECT_EQ(log.count("sink one: publishing failed: out of paper"), 1U);
  first->trouble = "on fire";
  sinks.publish(test::report("pack", "status", {}));
  EXPECT_EQ(log.count("on fire"), 1U);

  const auto accounts = sinks.accounts();
  ASSERT_EQ(accounts.size(), 2U);
  EXPECT_EQ(accounts[0].errors, 4U);
  EXPECT_FALSE(accounts[0].healthy);
  EXPECT_EQ(accounts[0].last_error, "on fire");
  EXPECT_EQ(accounts[0].accepted, 7U);
  EXPECT_EQ(accounts[1].errors, 0U);
  EXPECT_TRUE(accounts[1].healthy);
}

}  // namespace
}  // namespace busbar::sink
