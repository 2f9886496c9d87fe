// The spine: next due → exchange → decode → report → publish. One coroutine per device.
#pragma once

#include "async/asio.hpp"
#include "channel/channel.hpp"
#include "model/health.hpp"
#include "poll/device.hpp"
#include "poll/schedule.hpp"
#include "sink/sink.hpp"

#include <busbar/model/report.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace busbar::poll {

class Poller {
 public:
  /// `start` is the steady moment of the first tick of every query (already staggered by the app).
  Poller(Device device, channel::Channel& channel, sink::Sinks& sinks, Steady start);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  /// Polls until cancelled.
  [[nodiscard]] asio::awaitable<void> run();
  /// Every scheduled query once, in the order of the profile; false when one gave no report. What the device
  /// does not know counts as answered.
  [[nodiscard]] asio::awaitable<bool> poll_once();
  /// On demand, ahead of scheduled polls; published like any other report. Reads only.
  [[nodiscard]] asio::awaitable<Result<Report>> ask(std::string query);
  /// Ahead of everything else, and not published. Whoever calls this has made sure that it is allowed:
  /// Writer.
  [[nodiscard]] asio::awaitable<Result<Report>> write(profile::Write write);

  /// An attempt to set something ended so; for health().
  void wrote(Verdict verdict) noexcept;

  /// An exchange has not ended although it must have, however the device behaves: the channel hangs.
  [[nodiscard]] bool stalled(Steady now) const noexcept;
  // The two halves of a poll, for whoever makes the exchange in between himself. `query` is of the device's
  // profile.
  [[nodiscard]] channel::Request request(const profile::ProfileQuery& query) const;
  /// Decoded, published and counted.
  Result<Report> take(const profile::ProfileQuery& query, Result<channel::Reply> reply);

  [[nodiscard]] const Device& device() const noexcept;
  [[nodiscard]] DeviceHealth health() const;
  [[nodiscard]] Availability availability() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace busbar::poll
