// Wiring only: every decision is taken in the folders that are wired here.
#include "app/site.hpp"

#include "app/sink_factory.hpp"
#include "async/gather.hpp"
#include "poll/schedule.hpp"

#include <busbar/protocol/codec.hpp>
#include <busbar/version.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

namespace busbar::app {
namespace {

template <class Range>
auto find_by_id(Range& range, std::string_view id) {
  return std::find_if(range.begin(), range.end(), [id](const auto& entry) { return entry.id == id; });
}

std::chrono::milliseconds shortest_interval(const DeviceConfiguration& device) {
  std::chrono::milliseconds shortest{0};
  for (const auto& [query, interval] : device.intervals) {
    if (interval.count() > 0 && (shortest.count() == 0 || interval < shortest)) shortest = interval;
  }
  return shortest;
}

sink::DeviceDescription describe_device(const DeviceConfiguration& device, const profile::Profile& profile,
                                        std::string endpoint) {
  sink::DeviceDescription description;
  description.id = device.id;
  description.name = device.name.empty() ? device.id : device.name;
  description.manufacturer = profile.manufacturer;
  description.model = profile.model;
  description.profile = profile.name;
  description.channel = device.channel;
  description.endpoint = std::move(endpoint);
  description.address = device.address;
  for (const auto& query : profile.queries) {
    if (query.request.write) continue;
    sink::QueryDescription group;
    group.name = query.request.name;
    if (const auto found = device.intervals.find(group.name); found != device.intervals.end()) {
      group.interval = found->second;
    }
    group.quantities = query.decoder.quantities();
    for (const auto* quantity : group.quantities) {
      if (query.decoder.guaranteed(*quantity)) group.guaranteed.push_back(quantity);
    }
    description.queries.push_back(std::move(group));
  }
  return description;
}

asio::awaitable<void> poll_device(poll::Poller& poller, std::vector<std::string>& unanswered) {
  const bool answered = co_await poller.poll_once();
  if (!answered) unanswered.push_back(poller.device().id);
}

}  // namespace

Site::Site(const Configuration& configuration, const profile::Library& profiles, async::TaskGroup& tasks,
           std::vector<std::unique_ptr<sink::Sink>> extra)
    : configuration_{configuration},
      tasks_{tasks},
      started_{std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now())} {
  add_sinks();
  for (auto& sink : extra) sinks_.add(std::move(sink));
  add_channels(profiles);
  add_pollers(profiles);
}

Site::~Site() = default;

void Site::add_sinks() {
  for (const auto& options : configuration_.sinks) {
    sinks_.add(make_sink(options, tasks_.executor(), [this] { return health(); }));
  }
}

void Site::add_channels(const profile::Library& profiles) {
  for (const auto& entry : configuration_.channels) {
    const auto user = std::find_if(configuration_.devices.begin(), configuration_.devices.end(),
                                   [&](const auto& device) { return device.channel == entry.id; });
    if (user == configuration_.devices.end()) {
      spdlog::warn("channel {} has no device: not opened", entry.id);
      continue;
    }
    const auto& profile = *profiles.find(user->profile);  // one protocol per channel, validated
    auto codec = protocol::make_codec(profile.protocol, profile.dialect).value();
    channels_.push_back(std::make_unique<channel::Channel>(tasks_.executor(), entry.channel,
                                                           link::make_link(entry.link), std::move(codec)));
  }
}

void Site::add_pollers(const profile::Library& profiles) {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& channel : channels_) {
    const auto& id = channel->options().id;
    const auto on_channel = [&](const auto& device) { return device.channel == id; };
    const auto count = static_cast<std::size_t>(
        std::count_if(configuration_.devices.begin(), configuration_.devices.end(), on_channel));
    std::size_t index = 0;
    for (const auto& device : configuration_.devices) {
      if (!on_channel(device)) continue;
      const auto& profile = *profiles.find(device.profile);
      const auto start = now + poll::stagger(index++, count, shortest_interval(device));
      sinks_.describe(describe_device(device, profile, channel->health().endpoint));
      poll::Device polled{
          device.id, &profile, device.address, device.intervals, device.allow_writes, device.offline_after};
      pollers_.push_back(std::make_unique<poll::Poller>(std::move(polled), *channel, sinks_, start));
    }
  }
}

void Site::start(bool poll) {
  for (const auto& sink : sinks_.all()) tasks_.spawn("sink " + std::string{sink->name()}, sink->run());
  for (const auto& channel : channels_) tasks_.spawn("channel " + channel->options().id, channel->run());
  if (!poll) return;
  for (const auto& poller : pollers_) tasks_.spawn("poller " + poller->device().id, poller->run());
}

asio::awaitable<std::vector<std::string>> Site::poll_once() {
  std::vector<std::string> unanswered;
  std::vector<asio::awaitable<void>> polls;
  for (const auto& poller : pollers_) polls.push_back(poll_device(*poller, unanswered));
  co_await async::gather(std::move(polls));
  co_return unanswered;
}

asio::awaitable<void> Site::stop(Steady deadline, bool keep_state) {
  for (const auto& channel : channels_) channel->stop();
  std::vector<asio::awaitable<void>> farewells;
  for (const auto& sink : sinks_.all()) farewells.push_back(sink->finish(deadline, keep_state));
  co_await async::gather(std::move(farewells));
}

Health Site::health() const {
  Health health;
  health.version = version;
  health.started = started_;
  health.now = std::chrono::steady_clock::now();
  for (const auto& poller : pollers_) health.devices.push_back(poller->health());
  for (const auto& channel : channels_) health.channels.push_back(channel->health());
  health.sinks = sinks_.accounts();
  return health;
}

std::string Site::status_line() const {
  std::size_t online = 0;
  for (const auto& poller : pollers_) online += poller->health().availability == Availability::online ? 1 : 0;
  std::string text = std::to_string(online) + " of " + std::to_string(pollers_.size()) + " devices online";
  for (const auto& account : sinks_.accounts()) {
    if (!account.healthy) text += ", sink " + account.name + " failing";
  }
  return text;
}

std::string Site::stalled() const { return {}; }

}  // namespace busbar::app
