// The spine: next due → exchange → decode → report → publish.
#include "poll/poller.hpp"

#include "async/wakeup.hpp"
#include "poll/announcer.hpp"
#include "poll/catalogue.hpp"
#include "poll/quota.hpp"
#include "poll/request.hpp"
#include "poll/waiting.hpp"
#include "profile/totals.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace busbar::poll {
namespace {

using Clock = std::chrono::steady_clock;
using channel::Priority;
using profile::ProfileQuery;

constexpr std::chrono::seconds patience{10};  ///< of a person, until the request has its turn

/// The report stays with the poller; only who asked for it gets a copy.
using Polled = Result<const Report*>;

Result<Report> copy_of(const Polled& outcome) {
  return outcome ? Result<Report>{**outcome} : outcome.error();
}

}  // namespace

struct Poller::State {
  State(Device device_, channel::Channel& channel_, sink::Sinks& sinks_, Steady start)
      : device{std::move(device_)},
        channel{channel_},
        sinks{sinks_},
        quota{device.polls_per_day},
        announcer{device.id, device.offline_after, sinks_} {
    for (const ProfileQuery& query : device.profile->queries) {
      const auto interval = device.intervals.find(query.request.name);
      if (query.request.write || interval == device.intervals.end() || interval->second.count() <= 0)
        continue;
      schedule.add(interval->second, start);
      scheduled.push_back(&query);
    }
  }

  asio::awaitable<Polled> poll(const ProfileQuery& query, Priority priority, Steady due, Steady deadline);
  Polled take(const ProfileQuery& query, Result<channel::Reply> reply);
  channel::Request request(const ProfileQuery& query, Priority priority, Steady deadline) const;
  Result<void> decode(const ProfileQuery& query, ByteView payload, Report& report);

  Device device;
  channel::Channel& channel;
  sink::Sinks& sinks;
  Schedule schedule;
  std::vector<const ProfileQuery*> scheduled;
  profile::CounterMemory memory;
  profile::Totals totals;
  Catalogue catalogue;
  Quota quota;
  Announcer announcer;
  std::map<const ProfileQuery*, Report> reports;  ///< the newest of each query, written over by the next
  Report no_news;                                 ///< of a query that may go without an answer
  profile::Decoded decoded;  ///< while decode() runs; its readings are those of the report
  std::uint64_t sequence = 0;
  std::optional<Steady> overdue{};  ///< when the exchange under way must have ended
};

/// The way of one reading from the wire to the sinks.
asio::awaitable<Polled> Poller::State::poll(const ProfileQuery& query, Priority priority, Steady due,
                                            Steady deadline) {
  co_await async::wait_until(due);
  if (due != Steady::min()) announcer.started(Clock::now() - due);
  if (const ProfileQuery* const source = totals.missing(*device.profile, query)) {
    auto known = co_await poll(*source, priority, Steady::min(), deadline);
    if (!known) co_return known;
  }
  // Who is asked by a person gives one more answer, which counts.
  if (priority == Priority::scheduled && !quota.allows(Clock::now()))
    co_return announcer.failed(query.request.name, quota.used_up());
  quota.count(Clock::now());
  const Waiting waiting{overdue, deadline};
  auto reply = co_await channel.exchange(request(query, priority, deadline));
  if (query.occasional && !reply && reply.error().code == Errc::timeout) co_return &no_news;
  co_return take(query, std::move(reply));
}

Polled Poller::State::take(const ProfileQuery& query, Result<channel::Reply> reply) {
  // A write that is refused is a result for who asked for it, and no trouble of the device.
  if (!reply && query.request.write && reply.error().code == Errc::rejected) return reply.error();
  if (!reply) return announcer.failed(query.request.name, reply.error());
  Report& report = reports[&query];
  if (const auto fits = decode(query, reply->payload, report); !fits)
    return announcer.failed(query.request.name, fits.error());
  if (query.decoder.open() && catalogue.note(query.request.name, report.readings) && device.discovered)
    device.discovered(query.request.name, catalogue.of(query.request.name));
  report.device = device.id;
  report.query = query.request.name;
  report.timestamp = reply->utc;
  report.received = reply->received;
  report.sequence = query.request.write ? 0 : ++sequence;
  announcer.succeeded(report, *reply, timeout_of(device, query).value_or(channel.options().timeout));
  // An acknowledgement is a result for the asker; what it changed is read back.
  if (!query.request.write) sinks.publish(report);
  return &report;
}

channel::Request Poller::State::request(const ProfileQuery& query, Priority priority, Steady deadline) const {
  channel::Request request = request_for(device, query, priority, deadline);
  totals.apply(query, request.query);
  return request;
}

Result<void> Poller::State::decode(const ProfileQuery& query, ByteView payload, Report& report) {
  // Over the readings of the report before: the next answer to the same query needs no memory of its own.
  decoded.readings.swap(report.readings);
  const auto fits = query.decoder.decode_into(payload, memory, decoded);
  if (fits) {
    announcer.decoded(query.request.name, decoded);
    totals.note(*device.profile, decoded);
  }
  decoded.readings.swap(report.readings);
  if (!fits) return Error{fits.error().code, fits.error().detail, payload};
  return {};
}

Poller::Poller(Device device, channel::Channel& channel, sink::Sinks& sinks, Steady start)
    : state_{std::make_unique<State>(std::move(device), channel, sinks, start)} {}

Poller::~Poller() = default;

asio::awaitable<void> Poller::run() {
  for (;;) {
    const Due due = state_->schedule.next(Clock::now());
    if (state_->schedule.empty()) co_await async::wait_until(due.at);
    const ProfileQuery& query = *state_->scheduled[due.query];
    // A poll that has not got its turn when the next one is due would only add to the jam.
    const Steady deadline = due.at + state_->device.intervals.at(query.request.name);
    const auto report = co_await state_->poll(query, Priority::scheduled, due.at, deadline);
    const bool refused = !report && report.error().code == Errc::rejected;
    refused ? state_->schedule.refused(due.query) : state_->schedule.done(due.query);
  }
}

asio::awaitable<bool> Poller::poll_once() {
  bool complete = true;
  for (const ProfileQuery* const query : state_->scheduled) {
    const auto report = co_await state_->poll(*query, Priority::scheduled, Steady::min(), Steady::max());
    // What the device does not know is an answer, too.
    complete = complete && (report.has_value() || report.error().code == Errc::rejected);
  }
  co_return complete;
}

asio::awaitable<Result<Report>> Poller::ask(std::string name) {
  const Device& device = state_->device;
  const ProfileQuery* const query = device.profile->find(name);
  if (query == nullptr)
    co_return Error{Errc::unknown_query, "profile " + device.profile->name + " has no " + name};
  if (query->request.write)
    co_return Error{Errc::not_allowed, name + " changes the device: it is set, not asked"};
  const auto turn = Clock::now() + patience;
  co_return copy_of(co_await state_->poll(*query, Priority::on_demand, Steady::min(), turn));
}

asio::awaitable<Result<Report>> Poller::write(profile::Write write) {
  const ProfileQuery& query = *write.query;
  auto request = state_->request(query, Priority::write, Clock::now() + patience);
  request.query.data = with_prefix(state_->device, std::move(write.data));
  request.once = !query.repeatable;
  co_return copy_of(state_->take(query, co_await state_->channel.exchange(std::move(request))));
}

void Poller::wrote(Verdict verdict) noexcept { state_->announcer.wrote(verdict); }
bool Poller::stalled(Steady now) const noexcept { return state_->overdue && now > *state_->overdue; }
Availability Poller::availability() const noexcept { return state_->announcer.availability(); }
const Device& Poller::device() const noexcept { return state_->device; }

channel::Request Poller::request(const ProfileQuery& query) const {
  return state_->request(query, Priority::scheduled, Steady::max());
}

Result<Report> Poller::take(const ProfileQuery& query, Result<channel::Reply> reply) {
  return copy_of(state_->take(query, std::move(reply)));
}

DeviceHealth Poller::health() const {
  DeviceHealth health = state_->announcer.health();
  health.id = state_->device.id;
  health.channel = state_->channel.options().id;
  health.writable = !state_->device.allow_writes.empty();
  health.breaker = state_->channel.breaker(health.id);
  health.polls_skipped += state_->schedule.skipped();
  return health;
}

}  // namespace busbar::poll
