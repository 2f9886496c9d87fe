#include "virtuals/stage.hpp"

#include "async/wakeup.hpp"
#include "virtuals/state_file.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace busbar::virtuals {
namespace {

void log_gap(const std::string& counter, std::chrono::milliseconds gap) {
  spdlog::info("{}: no power for {:.0f} s, that time is not counted", counter,
               std::chrono::duration<double>(gap).count());
}

bool has_counters(const Options& options) {
  return std::any_of(options.definitions.begin(), options.definitions.end(),
                     [](const Definition& each) { return std::holds_alternative<Energy>(each.rule); });
}

/// Devices whose measured readings reach `device`, through other virtual readings too.
std::set<std::string, std::less<>> origins_of(const Options& options, const std::string& device) {
  std::set<std::string, std::less<>> origins;
  std::set<Source> wanted;
  // Backwards: what a definition reads stands before it.
  for (auto each = options.definitions.rbegin(); each != options.definitions.rend(); ++each) {
    if (each->device != device && !wanted.contains({each->device, each->quantity.key})) continue;
    for (Source& source : sources_of(*each)) {
      if (options.lifetimes.contains(source)) origins.insert(source.device);
      wanted.insert(std::move(source));
    }
  }
  return origins;
}

}  // namespace

/// At the start and after each reload. Counters of readings that are configured no more are kept as
/// strangers: they stay in the file, and go on when the reading comes back.
void Stage::configure(const Options& options) {
  for (auto& [name, total] : engine_.counters()) strangers_[name] = total;
  if (options.state_file != engine_.options().state_file) saved_.clear();
  Engine engine{options, log_gap};
  engine.inherit(engine_);
  engine_ = std::move(engine);
  if (!options.state_file.empty() && has_counters(options) && !worker_) {
    worker_ = std::make_unique<async::Worker>();
    load();
  }
  engine_.restore(strangers_);
  origins_.clear();
  for (const auto& [device, interval] : options.devices) origins_[device] = origins_of(options, device);
  configured_.notify();
  std::erase_if(states_, [&](const auto& state) { return !options.devices.contains(state.first); });
}

void Stage::announce(sink::Sinks& sinks) {
  for (const auto& [id, origins] : origins_) tell(id, sinks);
}

/// The sinks hear of a virtual device's state when it changes.
void Stage::tell(const std::string& id, sink::Sinks& sinks) {
  const Availability now = availability(id);
  const auto known = states_.find(id);
  if (now == Availability::unknown || (known != states_.end() && known->second == now)) return;
  states_[id] = now;
  sinks.availability(
      id, now, now == Availability::online ? "a device it reads is online" : "no device it reads is online");
}

/// A file that cannot be read stays where it is; a damaged one is put aside, so that the next save does not
/// destroy what a person might still mend.
void Stage::load() {
  const auto& file = engine_.options().state_file;
  auto counters = load_counters(file);
  if (counters) {
    saved_ = *counters;
    strangers_.merge(*counters);
    return;
  }
  spdlog::error("counters of energy begin at zero: {}", counters.error().detail);
  if (counters.error().code != Errc::bad_value) return;
  std::error_code problem;
  std::filesystem::rename(file, file + ".damaged", problem);
  if (!problem) spdlog::error("the damaged file is kept as {}.damaged", file);
}

/// Reports of measured values only: those made here come by again, and must not feed themselves.
void Stage::published(const Report& report, sink::Sinks& sinks) {
  if (report.query == query_name) return;
  send(engine_.take(report), sinks);
}

void Stage::send(const std::vector<Report>& reports, sink::Sinks& sinks) {
  for (const Report& report : reports) {
    newest_[report.device] = {report.timestamp, report.received};
    sinks.publish(report);
  }
}

void Stage::flush(sink::Sinks& sinks) { send(engine_.flush(), sinks); }

void Stage::availability_changed(std::string_view device, Availability state, sink::Sinks& sinks) {
  if (state == Availability::online) {
    online_.emplace(device);
  } else {
    online_.erase(std::string{device});
    using namespace std::chrono;
    send(engine_.lose(device, steady_clock::now(), floor<milliseconds>(system_clock::now())), sinks);
  }
  for (const auto& [id, origins] : origins_) {
    if (!origins.contains(device)) continue;
    if (state == Availability::offline) states_.try_emplace(id, Availability::unknown);
    tell(id, sinks);
  }
}

void Stage::forgotten(std::string_view device, sink::Sinks& sinks) {
  availability_changed(device, Availability::unknown, sinks);
}

/// Online while any device it reads is; unknown until the first of them was heard of.
Availability Stage::availability(const std::string& virtual_device) const {
  const auto origins = origins_.find(virtual_device);
  if (origins == origins_.end()) return Availability::unknown;
  for (const auto& device : origins->second) {
    if (online_.contains(device)) return Availability::online;
  }
  return states_.contains(virtual_device) ? Availability::offline : Availability::unknown;
}

/// Saves at its interval; a reload wakes it, because the interval may be another one.
asio::awaitable<void> Stage::run() {
  using std::chrono::steady_clock;
  Steady last = steady_clock::now();
  for (;;) {
    const auto interval = engine_.options().persist_interval;
    const bool changed =
        co_await configured_.wait_until(interval.count() > 0 ? last + interval : Steady::max());
    if (changed) continue;
    co_await save();
    last = steady_clock::now();
  }
}

asio::awaitable<void> Stage::finish() { co_await save(); }

/// Nothing is written when nothing changed: SD cards. A failure is logged once and tried again at the next
/// interval.
asio::awaitable<void> Stage::save() {
  const std::string file = engine_.options().state_file;
  Counters counters = engine_.counters();
  counters.insert(strangers_.begin(), strangers_.end());
  if (file.empty() || !worker_ || counters == saved_) co_return;
  std::string problem;
  std::function<void()> job = [&] {
    if (const auto done = save_counters(file, counters); !done) problem = done.error().detail;
  };
  co_await worker_->perform(std::move(job));
  if (problem.empty()) {
    saved_ = std::move(counters);
  } else if (problem != last_error_) {
    spdlog::error("counters of energy are not saved: {}; trying again", problem);
  }
  last_error_ = std::move(problem);
}

void Stage::add_health(std::vector<DeviceHealth>& devices) const {
  for (DeviceHealth& device : devices) device.implausible += engine_.dropped(device.id);
  for (const auto& [id, interval] : engine_.options().devices) {
    DeviceHealth health;
    health.id = id;
    health.availability = availability(id);
    health.implausible = engine_.dropped(id);
    if (const auto newest = newest_.find(id); newest != newest_.end()) {
      health.last_success = newest->second.first;
      health.last_success_steady = newest->second.second;
    }
    devices.push_back(std::move(health));
  }
}

}  // namespace busbar::virtuals
