// The wiring: a configuration becomes channels, pollers and sinks that run on one loop.
#pragma once

#include "app/configuration.hpp"
#include "async/task_group.hpp"
#include "model/health.hpp"
#include "poll/poller.hpp"
#include "sink/sink.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::app {

class Site {
 public:
  /// `configuration` is valid and, like `profiles`, outlives the site. `extra` sinks stand beside the
  /// configured ones.
  Site(const Configuration& configuration, const profile::Library& profiles, async::TaskGroup& tasks,
       std::vector<std::unique_ptr<sink::Sink>> extra = {});
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site();

  /// Announces the devices and spawns sinks and channels; with `poll`, the pollers too.
  void start(bool poll);
  /// Polls every device once, devices of one channel in turn and channels side by side. The ids that did not
  /// answer.
  [[nodiscard]] asio::awaitable<std::vector<std::string>> poll_once();
  /// No new requests, streams closed; then every sink delivers what it holds, all until the same `deadline`.
  [[nodiscard]] asio::awaitable<void> stop(Steady deadline, bool keep_state);

  [[nodiscard]] Health health() const;
  [[nodiscard]] const sink::Sinks& sinks() const noexcept { return sinks_; }
  /// "12 of 13 devices online"
  [[nodiscard]] std::string status_line() const;
  /// Which task makes no progress although it must; "" when all do. Devices that do not answer are no such
  /// case.
  [[nodiscard]] std::string stalled() const;

 private:
  void add_sinks();
  void add_channels(const profile::Library& profiles);
  void add_pollers(const profile::Library& profiles);

  const Configuration& configuration_;
  async::TaskGroup& tasks_;
  UtcMillis started_;
  sink::Sinks sinks_;
  std::vector<std::unique_ptr<channel::Channel>> channels_;  // destroyed after the pollers that use them
  std::vector<std::unique_ptr<poll::Poller>> pollers_;
};

}  // namespace busbar::app
