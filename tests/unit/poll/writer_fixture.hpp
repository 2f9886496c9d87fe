// A writer and its poller on a scripted channel, for a profile of the test.
#pragma once

#include "poll/writer.hpp"
#include "unit/channel/channel_fixture.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace busbar::poll::test {

class WriterFixture : public channel::test::ChannelFixture {
 protected:
  explicit WriterFixture(std::string_view profile_text, unsigned retries = 0) {
    auto options = channel::test::quick_options();
    options.retries = retries;
    make(std::move(options));
    yaml::Findings findings;
    profile_ = profile::load_profile(profile_text, "tiny.yaml", findings);
    EXPECT_TRUE(profile_) << findings.text();
  }
  void TearDown() override {
    ChannelFixture::TearDown();
    writer_.reset();
  }
  /// Pack 5 on the channel, with a writer that runs.
  void begin(std::vector<std::string> allowed, unsigned per_minute,
             std::map<std::string, std::chrono::milliseconds> intervals = {}) {
    Device device{.id = "pack",
                  .profile = profile_.get(),
                  .address = 5,
                  .intervals = std::move(intervals),
                  .allow_writes = std::move(allowed),
                  .writes_per_minute = per_minute};
    poller_.emplace(std::move(device), *channel_, sinks_, std::chrono::steady_clock::now());
    writer_.emplace(io_.get_executor(), *poller_);
    start();
    tasks_.spawn("writer", writer_->run());
  }
  void submit(std::string setting, std::string value) {
    writer_->submit({"pack", std::move(setting), std::move(value), "a test"},
                    [this](const CommandResult& result) { results_.push_back(result); });
  }
  CommandResult set(std::string setting, std::string value) {
    const std::size_t before = results_.size();
    submit(std::move(setting), std::move(value));
    run_until([&] { return results_.size() > before; });
    return results_.back();
  }
  /// The command bytes of what was sent, in order.
  std::vector<int> sent() const {
    std::vector<int> commands;
    for (const Bytes& request : far_.requests) commands.push_back(request[5]);
    return commands;
  }

  std::unique_ptr<profile::Profile> profile_;
  sink::Sinks sinks_;
  std::optional<Poller> poller_;
  std::optional<Writer> writer_;
  std::vector<CommandResult> results_;
};

}  // namespace busbar::poll::test
