// The wiring: a configuration becomes channels, pollers and sinks that run on one loop, and a later one
// changes them.
#pragma once

#include "app/changes.hpp"
#include "app/recording.hpp"
#include "async/task_group.hpp"
#include "model/command.hpp"
#include "model/health.hpp"
#include "poll/poller.hpp"
#include "sink/sink.hpp"
#include "virtuals/stage.hpp"

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace busbar::app {

class Site {
 public:
  /// `extra` sinks stand beside the configured ones and outlive every change. `on_failure` hears of a task
  /// that died.
  Site(asio::any_io_executor executor, async::TaskGroup::OnFailure on_failure,
       std::vector<std::unique_ptr<sink::Sink>> extra = {});
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site();  ///< stop() has completed

  /// Records what the channels started from now on do.
  void record(Recording recording) { recording_ = std::move(recording); }
  /// Starts what is new, restarts what changed, ends what is gone; everything else is not touched. With
  /// `poll`, devices are polled on their schedule from now on.
  [[nodiscard]] asio::awaitable<void> apply(SharedSetup setup, bool poll);
  /// Polls every device once, devices of one channel in turn and channels side by side. The ids that did not
  /// answer.
  [[nodiscard]] asio::awaitable<std::vector<std::string>> poll_once();
  /// No new requests, streams closed; then every sink delivers what it holds, all until the same `deadline`.
  [[nodiscard]] asio::awaitable<void> stop(Steady deadline, bool keep_state);

  /// Every scheduled query of one device, once and now; `done` gets "" or what went wrong, exactly once.
  void poll_now(const std::string& device, std::function<void(std::string error)> done);

  /// Sets what the site file allows; `done` hears the result exactly once.
  void set(Command command, CommandDone done);

  [[nodiscard]] Health health() const;
  [[nodiscard]] std::vector<SinkAccount> accounts() const { return sinks_.accounts(); }
  /// How much has been recorded, over all channels.
  [[nodiscard]] RecordingSize recorded() const;
  /// "12 of 13 devices online"
  [[nodiscard]] std::string status_line() const;
  /// Which task makes no progress although it must; "" when all do. Devices that do not answer are no such
  /// case.
  [[nodiscard]] std::string stalled() const;

 private:
  struct LiveSink;
  struct LiveChannel;
  struct LiveDevice;
  struct VirtualDevice;

  asio::awaitable<void> end_sink(LiveSink& live, Steady deadline, bool keep_state);
  asio::awaitable<void> end_sinks(std::vector<std::string> names);
  asio::awaitable<void> end_channels(std::vector<std::string> ids);
  asio::awaitable<void> end_devices(std::vector<std::string> ids);
  void start_sinks(const std::vector<std::string>& names);
  void start_channels(const std::vector<std::string>& ids);
  void start_devices(const std::vector<std::string>& ids, bool poll);
  /// A device has named quantities itself: the sinks learn of them.
  void discovered(const std::string& device, const std::string& query,
                  const std::vector<const Quantity*>& quantities);
  void change_virtuals(const Changes& changes);
  [[nodiscard]] Steady first_tick(const DeviceConfiguration& device) const;

  asio::any_io_executor executor_;
  async::TaskGroup::OnFailure on_failure_;
  UtcMillis started_;
  std::optional<Recording> recording_;
  SharedSetup setup_;
  virtuals::Stage virtuals_;
  sink::Sinks sinks_;
  std::list<LiveSink> live_sinks_;
  std::list<LiveChannel> channels_;
  std::list<LiveDevice> devices_;  // destroyed before the channels they use
  std::list<VirtualDevice> virtual_devices_;
  async::TaskGroup tasks_;  // of the site itself
};

}  // namespace busbar::app
