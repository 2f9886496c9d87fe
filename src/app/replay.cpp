// The recording decides what is asked when; channel, codec, profile and sinks do what they always do.
#include "app/replay.hpp"

#include "app/changes.hpp"
#include "app/describe_device.hpp"
#include "app/exit_code.hpp"
#include "app/sink_factory.hpp"
#include "async/gather.hpp"
#include "async/race.hpp"
#include "async/task_group.hpp"
#include "async/wakeup.hpp"
#include "link/replay.hpp"
#include "poll/poller.hpp"
#include "service/signals.hpp"

#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace busbar::app {
namespace {

/// There is nobody to set anything on.
void refuse(const Command&, const CommandDone& done) { done({.detail = "this is a replay"}); }

namespace capture = link::capture;
using capture::Event;
using capture::Kind;
using channel::Reply;

constexpr std::chrono::seconds delivery{10};
/// Reports that may wait in a sink before the replay waits for it: nothing may be dropped because we are
/// fast.
constexpr std::uint64_t backlog = 100;

/// Everything that would make the channel act by itself is off: the recording says when to connect, to ask,
/// and to stop waiting.
channel::Options passive(const capture::Header& header) {
  using std::chrono::milliseconds;
  return {.id = header.channel,
          .spacing = milliseconds{0},
          .after_connect = milliseconds{0},
          .on_unit_change = milliseconds{0},
          .settle = milliseconds{0},
          .timeout = header.timeout,
          .retries = 0,
          .retry_backoff = milliseconds{0},
          .reconnect_min = milliseconds{1},
          .reconnect_max = milliseconds{1},
          .breaker_failures = 0,
          .silence_limit = milliseconds{0},
          .replayed = true};
}

std::string where(const Event& event) {
  return format_utc(event.utc) + " " + event.device + " " + event.query + ", exchange " +
         std::to_string(event.exchange);
}

/// One channel of the recording.
class Player {
 public:
  Player(asio::any_io_executor executor, const capture::Capture& recorded, const profile::Library& profiles,
         const ReplayOptions& options, sink::Sinks& sinks, std::unique_ptr<protocol::Codec> codec)
      : recorded_{recorded},
        profiles_{profiles},
        options_{options},
        sinks_{sinks},
        tape_{executor, recorded.events, options.speed},
        channel_{std::move(executor), passive(recorded.header), std::make_unique<link::ReplayLink>(tape_),
                 std::move(codec)} {}

  [[nodiscard]] channel::Channel& channel() noexcept { return channel_; }
  /// The event that play() takes next; nullptr at the end.
  [[nodiscard]] const Event* next() const noexcept {
    return place_ < recorded_.events.size() ? &recorded_.events[place_] : nullptr;
  }
  [[nodiscard]] UtcMillis begin() const noexcept { return recorded_.header.begin; }
  [[nodiscard]] std::uint64_t deviations() const noexcept { return deviations_; }

  asio::awaitable<void> play() {
    const Event& event = recorded_.events[place_++];
    if (event.kind == Kind::device) {
      co_await meet(event);
    } else {
      tape_.start();
    }
    if (event.kind == Kind::sent) co_await ask(event);
    if (event.kind == Kind::done) conclude(event);
    if (event.kind == Kind::heard) co_await hear(event);
  }

 private:
  asio::awaitable<void> meet(const Event& event) {
    const auto* const profile = profiles_.find(event.profile);
    if (profile == nullptr || pollers_.contains(event.device)) {
      if (profile == nullptr) deviate(event, "there is no profile '" + event.profile + "' here");
      co_return;
    }
    DeviceConfiguration device;
    for (const auto& known : options_.site.devices)
      if (known.id == event.device) device = known;
    device.id = event.device;
    device.channel = recorded_.header.channel;
    device.profile = event.profile;
    device.address = event.address;
    for (const auto& query : profile->queries) {
      if (!query.request.write) device.intervals.try_emplace(query.request.name, query.interval);
    }
    sinks_.describe(describe_device(device, *profile, virtuals_, "replay"));
    poll::Device played;
    played.id = device.id;
    played.profile = profile;
    played.address = device.address;
    played.intervals = device.intervals;
    played.offline_after = device.offline_after;
    played.prefix = event.bytes;
    pollers_.try_emplace(event.device, std::move(played), channel_, sinks_, std::chrono::steady_clock::now());
    for (const auto& query : profile->queries) {
      if (!query.listen) continue;
      // From now on the channel keeps what comes for it. There is nothing yet.
      auto request = pollers_.at(event.device).request(query);
      request.timeout = std::chrono::milliseconds{0};
      (void)co_await channel_.exchange(std::move(request));
    }
  }

  /// What came by itself was kept by the channel until here.
  asio::awaitable<void> hear(const Event& event) {
    const auto [poller, query] = find(event);
    const bool there = co_await tape_.next_heard();
    if (!there) co_return;
    if (query != nullptr && !event.error) {
      auto outcome = co_await channel_.exchange(poller->request(*query));
      if (!outcome) deviate(event, "recorded as heard, but there is nothing");
      (void)poller->take(*query, std::move(outcome));
    } else if (query != nullptr) {
      (void)poller->take(*query, Error{*event.error, "as recorded"});
    }
    tape_.passed();
  }

  /// One attempt. What it gives waits for the recorded end of its exchange, which may be several attempts
  /// later.
  asio::awaitable<void> ask(const Event& event) {
    const auto [poller, query] = find(event);
    if (query == nullptr) {
      lost_ = true;
      co_return;
    }
    const bool more = co_await tape_.next_request();
    if (!more) co_return;
    auto request = poller->request(*query);
    request.spacing = std::chrono::milliseconds{0};
    auto outcome = co_await channel_.exchange(std::move(request));
    tape_.concluded();
    if (!tape_.deviation().empty()) {
      deviate(event, "another request than was recorded: " + tape_.deviation());
      lost_ = true;
    }
    outcomes_.insert_or_assign(event.exchange, std::move(outcome));
  }

  void conclude(const Event& event) {
    const auto [poller, query] = find(event);
    if (query == nullptr) return;
    if (event.attempts == 0) {
      (void)poller->take(*query, Error{event.error.value_or(Errc::cancelled), "as recorded"});
      return;
    }
    const auto outcome = outcomes_.find(event.exchange);
    if (outcome == outcomes_.end()) {
      spdlog::warn("{}: its request is not in the recording; left out", where(event));
      return;
    }
    Result<Reply> reply = std::move(outcome->second);
    outcomes_.erase(outcome);
    const auto error = reply ? std::nullopt : std::optional{reply.error().code};
    if (error != event.error) {
      const auto word = [](const auto& code) { return code ? to_string(*code) : std::string_view{"ok"}; };
      deviate(event,
              "ended as " + std::string{word(error)} + ", recorded as " + std::string{word(event.error)});
    }
    if (!reply && event.attempts > 1) {
      Error again = reply.error();  // a result gives its error as a copy
      again.detail += " (" + std::to_string(event.attempts) + " attempts)";
      reply = std::move(again);
    }
    (void)poller->take(*query, std::move(reply));
  }

  /// The device of an event and the query of its profile; null with a message when one of them is not known.
  std::pair<poll::Poller*, const profile::ProfileQuery*> find(const Event& event) {
    const auto poller = pollers_.find(event.device);
    if (poller == pollers_.end()) {
      deviate(event, "no device of that id was recorded before");
      return {nullptr, nullptr};
    }
    const auto* const query = poller->second.device().profile->find(event.query);
    if (query == nullptr)
      deviate(event, "the profile " + poller->second.device().profile->name + " here has no such query");
    return {&poller->second, query};
  }

  void deviate(const Event& event, const std::string& how) {
    ++deviations_;
    spdlog::error("{}: {}", where(event), how);
  }

 public:
  /// It cannot go on: the recording and this replay have parted.
  [[nodiscard]] bool lost() const noexcept { return lost_; }

 private:
  const capture::Capture& recorded_;
  const profile::Library& profiles_;
  const ReplayOptions& options_;
  const virtuals::Options virtuals_{};  ///< none: only what was on the wire is replayed
  sink::Sinks& sinks_;
  link::Tape tape_;
  channel::Channel channel_;
  std::map<std::string, poll::Poller> pollers_;
  std::map<std::uint64_t, Result<Reply>> outcomes_;
  std::size_t place_ = 0;
  std::uint64_t deviations_ = 0;
  bool lost_ = false;
};

class Replay {
 public:
  Replay(const std::vector<capture::Capture>& captures, const profile::Library& profiles,
         ReplayOptions options)
      : options_{std::move(options)} {
    for (const auto& sink : options_.site.sinks) {
      const auto filter = options_.site.filter_of(std::string{sink_name(sink)});
      sinks_.add(make_sink(
          sink, filter, loop_.get_executor(), [] { return Health{}; }, refuse));
    }
    for (const auto& recorded : captures) {
      auto codec = protocol::make_codec(recorded.header.protocol, recorded.header.dialect);
      if (codec) {
        players_.emplace_back(loop_.get_executor(), recorded, profiles, options_, sinks_, std::move(*codec));
      } else {
        spdlog::error("{}", codec.error().detail);
        code_ = exit_data;
      }
    }
  }

  int run() {
    if (code_ != exit_ok) return code_;
    asio::co_spawn(loop_, main(), [this](std::exception_ptr error) {
      if (error) failure_ = error;
      loop_.stop();
    });
    loop_.run();
    if (failure_) std::rethrow_exception(failure_);
    return code_;
  }

 private:
  asio::awaitable<void> main() {
    for (const auto& sink : sinks_.all()) tasks_.spawn("sink", sink->run());
    for (auto& player : players_) tasks_.spawn("channel", player.channel().run());
    co_await async::race(play(), stop_.wait());
    if (!ended_) spdlog::error("interrupted");
    if (!ended_) code_ = exit_temporary;
    for (auto& player : players_) player.channel().stop();
    const auto deadline = std::chrono::steady_clock::now() + delivery;
    std::vector<asio::awaitable<void>> farewells;
    for (const auto& sink : sinks_.all()) farewells.push_back(sink->finish(deadline, true));
    co_await async::gather(std::move(farewells));
    tasks_.cancel();
    co_await tasks_.join();
    for (const auto& account : sinks_.accounts()) {
      if (account.queued + account.dropped == 0) continue;
      spdlog::error("sink {}: {} message(s) not delivered: {}", account.name,
                    account.queued + account.dropped, account.last_error);
      code_ = exit_temporary;
    }
  }

  asio::awaitable<void> play() {
    while (Player* const player = earliest()) {
      co_await player->play();
      if (player->lost()) break;
      co_await let_sinks_follow();
    }
    for (const auto& player : players_)
      if (player.deviations() > 0) code_ = exit_data;
    ended_ = true;
  }

  Player* earliest() {
    Player* first = nullptr;
    const auto moment = [](const Player& player) { return player.begin() + player.next()->offset; };
    for (auto& player : players_) {
      if (player.next() != nullptr && (first == nullptr || moment(player) < moment(*first))) first = &player;
    }
    return first;
  }

  asio::awaitable<void> let_sinks_follow() {
    const auto behind = [this] {
      const auto accounts = sinks_.accounts();
      return std::any_of(accounts.begin(), accounts.end(),
                         [](const SinkAccount& account) { return account.queued > backlog; });
    };
    const auto patience = std::chrono::steady_clock::now() + delivery;
    while (behind() && std::chrono::steady_clock::now() < patience)
      co_await async::wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds{1});
  }

  ReplayOptions options_;
  asio::io_context loop_{1};
  sink::Sinks sinks_;
  std::list<Player> players_;
  async::TaskGroup tasks_{loop_.get_executor(), [this](std::string_view name, std::exception_ptr error) {
                            spdlog::critical("{} died", name);
                            failure_ = std::move(error);
                            stop_.notify();
                          }};
  async::Wakeup stop_{loop_.get_executor()};
  service::Signals signals_{loop_.get_executor(), [this] { stop_.notify(); }};
  std::exception_ptr failure_;
  bool ended_ = false;
  int code_ = exit_ok;
};

}  // namespace

int replay(const std::vector<link::capture::Capture>& captures, const profile::Library& profiles,
           ReplayOptions options) {
  return Replay{captures, profiles, std::move(options)}.run();
}

}  // namespace busbar::app
