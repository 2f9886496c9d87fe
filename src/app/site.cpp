// Wiring only: every decision is taken in the folders that are wired here, what changes in changes.cpp.
#include "app/site.hpp"

#include "app/describe_device.hpp"
#include "app/sink_factory.hpp"
#include "async/gather.hpp"
#include "poll/schedule.hpp"
#include "poll/writer.hpp"

#include <busbar/protocol/codec.hpp>
#include <busbar/version.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace busbar::app {
namespace {

/// What a sink that a reload removes may take to deliver its queue; nothing else waits for it longer.
constexpr std::chrono::seconds farewell{2};

asio::awaitable<void> poll_device(poll::Poller& poller, std::vector<std::string>& unanswered) {
  // In a variable of its own: g++ 12 miscompiles !co_await in a condition.
  const bool answered = co_await poller.poll_once();
  if (!answered) unanswered.push_back(poller.device().id);
}

/// Answers also when the device is taken away while it is polled.
class Answer {
 public:
  explicit Answer(std::function<void(std::string)> done) : done_{std::move(done)} {}
  Answer(Answer&& other) noexcept : done_{std::exchange(other.done_, nullptr)} {}
  Answer& operator=(Answer&&) = delete;
  ~Answer() { give("the device was reconfigured"); }
  void give(std::string error) {
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(error));
  }

 private:
  std::function<void(std::string)> done_;
};

asio::awaitable<void> poll_and_answer(poll::Poller& poller, Answer answer) {
  const bool answered = co_await poller.poll_once();
  answer.give(answered ? "" : poller.health().last_error);
}

asio::awaitable<void> end(async::TaskGroup& tasks) {
  tasks.cancel();
  co_await tasks.join();
}

}  // namespace

struct Site::LiveSink {
  LiveSink(const Site& site, sink::Sink& sink_, bool configured_)
      : sink{&sink_}, tasks{site.executor_, site.on_failure_}, configured{configured_} {
    tasks.spawn("sink " + std::string{sink->name()}, sink->run());
  }
  sink::Sink* sink;  ///< owned by the fan-out
  async::TaskGroup tasks;
  bool configured;  ///< by the site file: a reload may end it
};

struct Site::LiveChannel {
  LiveChannel(const Site& site, const ChannelConfiguration& entry, const profile::Profile& profile)
      : recorder{start_recording(site.recording_, entry.channel, profile)},
        channel{site.executor_, entry.channel, link::make_link(entry.link),
                protocol::make_codec(profile.protocol, profile.dialect).value(), recorder.get()},
        tasks{site.executor_, site.on_failure_} {
    tasks.spawn("channel " + entry.id, channel.run());
  }
  std::unique_ptr<channel::Recorder> recorder;  ///< null when nothing is recorded
  channel::Channel channel;
  async::TaskGroup tasks;
};

struct Site::LiveDevice {
  LiveDevice(Site& site, poll::Device device, channel::Channel& channel, Steady first,
             sink::DeviceDescription description_)
      : setup{site.setup_},
        virtuals_setup{site.setup_},
        poller{std::move(device), channel, site.sinks_, first},
        writer{site.executor_, poller},
        tasks{site.executor_, site.on_failure_},
        description{std::move(description_)} {}
  SharedSetup setup;           ///< keeps the profile alive
  SharedSetup virtuals_setup;  ///< keeps the virtual readings alive that `description` names
  poll::Poller poller;
  poll::Writer writer;
  async::TaskGroup tasks;
  sink::DeviceDescription description;
};

struct Site::VirtualDevice {
  SharedSetup setup;  ///< keeps alive what `description` names
  sink::DeviceDescription description;
};

Site::Site(asio::any_io_executor executor, async::TaskGroup::OnFailure on_failure,
           std::vector<std::unique_ptr<sink::Sink>> extra)
    : executor_{std::move(executor)},
      on_failure_{std::move(on_failure)},
      started_{std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now())},
      setup_{std::make_shared<const Setup>()},
      virtuals_{executor_},
      tasks_{executor_, on_failure_} {
  sinks_.follow(virtuals_);
  tasks_.spawn("virtual readings", virtuals_.run());
  for (auto& sink : extra) {
    live_sinks_.emplace_back(*this, *sink, false);
    sinks_.add(std::move(sink));
  }
}

Site::~Site() = default;

asio::awaitable<void> Site::apply(SharedSetup setup, bool poll) {
  const auto changes = compare(*setup_, *setup);
  // Sinks look at the old description of a device once more when they get its new one.
  std::vector<SharedSetup> until_described{setup_};
  for (const auto& live : devices_)
    until_described.insert(until_described.end(), {live.setup, live.virtuals_setup});
  for (const auto& device : virtual_devices_) until_described.push_back(device.setup);
  co_await end_devices(changes.devices.stop);
  co_await end_channels(changes.channels.stop);
  for (const auto& device : changes.forgotten) sinks_.forget(device);
  co_await end_sinks(changes.sinks.stop);
  setup_ = std::move(setup);
  change_virtuals(changes);
  start_sinks(changes.sinks.start);
  start_channels(changes.channels.start);
  start_devices(changes.devices.start, poll);
}

/// Before new sinks and devices start: these are told what is valid now.
void Site::change_virtuals(const Changes& changes) {
  const auto& configuration = setup_->configuration;
  virtuals_.configure(configuration.virtuals);
  for (auto& live : devices_) {
    if (!listed(changes.redescribed, live.description.id)) continue;
    auto& queries = live.description.queries;
    std::erase_if(queries, [](const auto& query) { return query.name == virtuals::query_name; });
    auto query = describe_virtuals(live.description.id, configuration.virtuals);
    if (!query.quantities.empty()) queries.push_back(std::move(query));
    live.virtuals_setup = setup_;
    sinks_.describe(live.description);
  }
  std::erase_if(virtual_devices_, [&](const VirtualDevice& old) {
    return listed(changes.virtual_devices, old.description.id) ||
           listed(changes.forgotten, old.description.id);
  });
  for (const auto& device : configuration.virtual_devices) {
    if (!listed(changes.virtual_devices, device.id)) continue;
    virtual_devices_.push_back({setup_, describe_device(device, configuration.virtuals)});
    sinks_.describe(virtual_devices_.back().description);
  }
  virtuals_.announce(sinks_);
}

asio::awaitable<void> Site::end_devices(std::vector<std::string> ids) {
  for (auto live = devices_.begin(); live != devices_.end();) {
    if (!listed(ids, live->poller.device().id)) {
      ++live;
      continue;
    }
    co_await end(live->tasks);
    live = devices_.erase(live);
  }
}

asio::awaitable<void> Site::end_channels(std::vector<std::string> ids) {
  for (auto live = channels_.begin(); live != channels_.end();) {
    if (!listed(ids, live->channel.options().id)) {
      ++live;
      continue;
    }
    live->channel.stop();
    co_await end(live->tasks);
    live = channels_.erase(live);
  }
}

asio::awaitable<void> Site::end_sink(LiveSink& live, Steady deadline, bool keep_state) {
  co_await live.sink->finish(deadline, keep_state);
  co_await end(live.tasks);
}

asio::awaitable<void> Site::end_sinks(std::vector<std::string> names) {
  const auto deadline = std::chrono::steady_clock::now() + farewell;
  std::vector<asio::awaitable<void>> farewells;
  for (auto& live : live_sinks_) {
    if (live.configured && listed(names, live.sink->name()))
      farewells.push_back(end_sink(live, deadline, false));
  }
  co_await async::gather(std::move(farewells));
  std::erase_if(live_sinks_, [&](const LiveSink& live) {
    const bool ended = live.configured && listed(names, live.sink->name());
    if (ended) sinks_.remove(*live.sink);
    return ended;
  });
}

void Site::start_sinks(const std::vector<std::string>& names) {
  for (const auto& options : setup_->configuration.sinks) {
    if (!listed(names, sink_name(options))) continue;
    auto sink = make_sink(
        options, setup_->configuration.filter_of(std::string{sink_name(options)}), executor_,
        [this] { return health(); },
        [this](Command command, CommandDone done) { set(std::move(command), std::move(done)); });
    for (const auto& device : devices_) {
      sink->describe(device.description);
      sink->availability(device.description.id, device.poller.health().availability,
                         "configuration reloaded");
    }
    for (const auto& device : virtual_devices_) {
      sink->describe(device.description);
      sink->availability(device.description.id, virtuals_.availability(device.description.id),
                         "configuration reloaded");
    }
    live_sinks_.emplace_back(*this, *sink, true);
    sinks_.add(std::move(sink));
  }
}

void Site::start_channels(const std::vector<std::string>& ids) {
  for (const auto& entry : setup_->configuration.channels) {
    if (!listed(ids, entry.id)) continue;
    const auto& devices = setup_->configuration.devices;
    const auto user = std::find_if(devices.begin(), devices.end(),
                                   [&](const auto& device) { return device.channel == entry.id; });
    const auto& profile = *setup_->profiles.find(user->profile);  // one protocol per channel, validated
    channels_.emplace_back(*this, entry, profile);
  }
}

void Site::start_devices(const std::vector<std::string>& ids, bool poll) {
  for (const auto& device : setup_->configuration.devices) {
    if (!listed(ids, device.id)) continue;
    auto& on = *std::find_if(channels_.begin(), channels_.end(),
                             [&](const auto& live) { return live.channel.options().id == device.channel; });
    auto& channel = on.channel;
    if (on.recorder) on.recorder->device(device.id, device.profile, device.address, device.prefix);
    const auto& profile = *setup_->profiles.find(device.profile);
    poll::Device polled{device.id,
                        &profile,
                        device.address,
                        device.intervals,
                        device.allow_writes,
                        device.writes_per_minute,
                        device.offline_after,
                        [this, id = device.id](const auto& query, const auto& quantities) {
                          discovered(id, query, quantities);
                        },
                        device.prefix,
                        device.timeout,
                        device.polls_per_day};
    auto& live = devices_.emplace_back(
        *this, std::move(polled), channel, first_tick(device),
        describe_device(device, profile, setup_->configuration.virtuals, channel.health().endpoint));
    sinks_.describe(live.description);
    if (!device.allow_writes.empty()) live.tasks.spawn("writer " + device.id, live.writer.run());
    if (poll) live.tasks.spawn("poller " + device.id, live.poller.run());
  }
}

void Site::discovered(const std::string& device, const std::string& query,
                      const std::vector<const Quantity*>& quantities) {
  for (auto& live : devices_) {
    if (live.description.id != device) continue;
    for (auto& group : live.description.queries) {
      if (group.name == query) group.quantities = quantities;
    }
    sinks_.describe(live.description);
  }
}

/// Devices of one channel start at different moments of their shortest interval.
Steady Site::first_tick(const DeviceConfiguration& device) const {
  std::chrono::milliseconds shortest{0};
  for (const auto& [query, interval] : device.intervals) {
    if (interval.count() > 0 && (shortest.count() == 0 || interval < shortest)) shortest = interval;
  }
  std::size_t index = 0;
  std::size_t count = 0;
  for (const auto& other : setup_->configuration.devices) {
    if (other.channel != device.channel) continue;
    if (other.id == device.id) index = count;
    ++count;
  }
  return std::chrono::steady_clock::now() + poll::stagger(index, count, shortest);
}

asio::awaitable<std::vector<std::string>> Site::poll_once() {
  std::vector<std::string> unanswered;
  std::vector<asio::awaitable<void>> polls;
  for (auto& live : devices_) polls.push_back(poll_device(live.poller, unanswered));
  co_await async::gather(std::move(polls));
  virtuals_.flush(sinks_);
  co_return unanswered;
}

void Site::poll_now(const std::string& device, std::function<void(std::string error)> done) {
  const auto live = std::find_if(devices_.begin(), devices_.end(),
                                 [&](const auto& other) { return other.description.id == device; });
  if (live == devices_.end()) {
    done("there is no device '" + device + "'");
    return;
  }
  live->tasks.spawn("poll now " + device, poll_and_answer(live->poller, Answer{std::move(done)}));
}

void Site::set(Command command, CommandDone done) {
  const auto live = std::find_if(devices_.begin(), devices_.end(),
                                 [&](const auto& one) { return one.description.id == command.device; });
  if (live != devices_.end()) return live->writer.submit(std::move(command), std::move(done));
  done({.detail = "there is no device " + for_log(command.device) + " that can be set"});
}

asio::awaitable<void> Site::stop(Steady deadline, bool keep_state) {
  for (auto& live : channels_) live.channel.stop();
  // First: a poll whose answer is here already still publishes it, and no sink takes a report after finish().
  std::vector<asio::awaitable<void>> sources;
  sources.push_back(end(tasks_));
  for (auto& live : devices_) sources.push_back(end(live.tasks));
  co_await async::gather(std::move(sources));
  std::vector<asio::awaitable<void>> ends;
  ends.push_back(virtuals_.finish());
  for (auto& live : channels_) ends.push_back(end(live.tasks));
  for (auto& live : live_sinks_) ends.push_back(end_sink(live, deadline, keep_state));
  co_await async::gather(std::move(ends));
}

Health Site::health() const {
  Health health;
  health.version = version;
  health.started = started_;
  health.now = std::chrono::steady_clock::now();
  health.devices.reserve(devices_.size());
  for (const auto& live : devices_) health.devices.push_back(live.poller.health());
  virtuals_.add_health(health.devices);
  for (const auto& live : channels_) health.channels.push_back(live.channel.health());
  health.sinks = sinks_.accounts();
  return health;
}

RecordingSize Site::recorded() const {
  RecordingSize size;
  for (const auto& live : channels_) {
    if (live.recorder) size.bytes += live.recorder->bytes();
    if (live.recorder) size.exchanges += live.recorder->exchanges();
  }
  return size;
}

std::string Site::status_line() const {
  std::size_t online = 0;
  for (const auto& live : devices_) online += live.poller.availability() == Availability::online ? 1 : 0;
  std::string text = std::to_string(online) + " of " + std::to_string(devices_.size()) + " devices online";
  for (const auto& account : sinks_.accounts()) {
    if (!account.healthy) text += ", sink " + account.name + " failing";
  }
  return text;
}

std::string Site::stalled() const {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& live : devices_) {
    if (live.poller.stalled(now))
      return "channel " + live.description.channel + " does not end an exchange with " + live.description.id;
  }
  return {};
}

}  // namespace busbar::app
