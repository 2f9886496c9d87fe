// Where virtual readings join the stream: after each report from a device the reports made from it go to the
// sinks, and the counters to disk now and then.
#pragma once

#include "async/asio.hpp"
#include "async/wakeup.hpp"
#include "async/worker.hpp"
#include "model/health.hpp"
#include "sink/sink.hpp"
#include "virtuals/engine.hpp"

#include <memory>
#include <set>
#include <string>
#include <utility>

namespace busbar::virtuals {

class Stage final : public sink::Follower {
 public:
  explicit Stage(asio::any_io_executor executor) : configured_{std::move(executor)} {}

  /// Takes the counters from the state file, or from the definitions there were before. Never fails: what is
  /// wrong with the file is logged, and a damaged one kept aside.
  void configure(const Options& options);
  [[nodiscard]] const Options& options() const noexcept { return engine_.options(); }

  void published(const Report& report, sink::Sinks& sinks) override;
  void availability_changed(std::string_view device, Availability state, sink::Sinks& sinks) override;
  void forgotten(std::string_view device, sink::Sinks& sinks) override;
  /// Tells the sinks of virtual devices that were configured while what they read was online already.
  void announce(sink::Sinks& sinks);
  /// Reports that were held back: at the end of a one-shot run.
  void flush(sink::Sinks& sinks);

  /// Saves the counters at their interval, if they changed, until cancelled.
  [[nodiscard]] asio::awaitable<void> run();
  /// Saves them a last time.
  [[nodiscard]] asio::awaitable<void> finish();

  [[nodiscard]] Availability availability(const std::string& virtual_device) const;
  /// Adds what was dropped to `devices`, and an entry for each virtual device.
  void add_health(std::vector<DeviceHealth>& devices) const;

 private:
  void send(const std::vector<Report>& reports, sink::Sinks& sinks);
  void load();
  void tell(const std::string& id, sink::Sinks& sinks);
  asio::awaitable<void> save();

  Engine engine_{Options{}};
  std::set<std::string, std::less<>> online_;                ///< polled devices
  std::map<std::string, Availability, std::less<>> states_;  ///< of virtual devices, as the sinks know them
  std::map<std::string, std::set<std::string, std::less<>>> origins_;  ///< virtual device → devices it reads
  std::map<std::string, std::pair<UtcMillis, Steady>, std::less<>> newest_;
  Counters strangers_;  ///< of the file and of earlier configurations: somebody may come back to them
  Counters saved_;
  std::string last_error_;
  async::Wakeup configured_;  ///< the interval may be another one
  std::unique_ptr<async::Worker> worker_;
};

}  // namespace busbar::virtuals
