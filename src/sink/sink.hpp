// An output with its own bounded queue and failure domain. All sinks get the same report.
#pragma once

#include "async/asio.hpp"
#include "model/command.hpp"
#include "model/health.hpp"

#include <busbar/model/report.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink {

/// One group of readings that arrive together.
struct QueryDescription {
  std::string name;
  std::chrono::milliseconds interval{};     ///< 0 = on demand only
  std::vector<const Quantity*> quantities;  ///< all that can come
  std::vector<const Quantity*> guaranteed;  ///< those every valid answer carries; none when on demand only
  bool open = false;                        ///< more may come: the device names them itself
};

/// What a sink may know about a device. The quantities live as long as the device is registered: until
/// forget().
struct DeviceDescription {
  std::string id;    ///< stable; [a-z0-9_-]+
  std::string name;  ///< for people
  std::string manufacturer;
  std::string model;
  std::string profile;
  std::string channel;
  std::string endpoint;
  std::uint32_t address = 0;
  std::vector<QueryDescription> queries;
  std::vector<Setting> settings{};  ///< those the site allows
};

/// Everything runs on the one loop thread. No call blocks, throws or waits for I/O.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Id in logs and metrics: "mqtt", "textfile", "http".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// A device appears, or its description changes. Before its first report.
  virtual void describe(const DeviceDescription& device) = 0;
  /// The device is gone from the configuration; its traces are cleaned up.
  virtual void forget(std::string_view device) = 0;
  virtual void publish(const Report& report) = 0;
  virtual void availability(std::string_view device, Availability state, std::string_view reason) = 0;

  /// Serves until cancelled; spawned once by the app. Sinks without I/O of their own return at once.
  [[nodiscard]] virtual asio::awaitable<void> run() = 0;
  /// Delivers what is queued, as far as that is possible before `deadline`, then says good-bye (offline,
  /// close). Called once, after the last publish. `keep_state` (one-shot runs): neither the devices nor
  /// the daemon are declared offline.
  [[nodiscard]] virtual asio::awaitable<void> finish(Steady deadline, bool keep_state) = 0;

  [[nodiscard]] virtual SinkAccount account() const = 0;
};

/// Where a sink that exports the daemon's own state gets it from.
using HealthSource = std::function<Health()>;

class Sinks;

/// Makes further reports out of those of the devices. Called after every sink has been; what it publishes
/// comes back to it, too.
class Follower {
 public:
  virtual ~Follower() = default;
  virtual void published(const Report& report, Sinks& sinks) = 0;
  virtual void availability_changed(std::string_view device, Availability state, Sinks& sinks) = 0;
  virtual void forgotten(std::string_view device, Sinks& sinks) = 0;
};

/// The fan-out the pollers publish to. Order of sinks is order of configuration; one that throws is logged
/// and counted, the others still get the report.
class Sinks {
 public:
  void add(std::unique_ptr<Sink> sink);
  void remove(const Sink& sink);
  /// `follower` outlives this object.
  void follow(Follower& follower) { follower_ = &follower; }
  [[nodiscard]] std::span<const std::unique_ptr<Sink>> all() const noexcept { return sinks_; }

  void describe(const DeviceDescription& device);
  void forget(std::string_view device);
  void publish(const Report& report);
  void availability(std::string_view device, Availability state, std::string_view reason);
  [[nodiscard]] std::vector<SinkAccount> accounts() const;

 private:
  struct Failures {
    std::uint64_t count = 0;
    std::string last;
  };
  template <class Call>
  void guarded(std::size_t index, std::string_view what, Call&& call);

  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<Failures> failures_;  ///< one per sink
  Follower* follower_ = nullptr;
};

}  // namespace busbar::sink
