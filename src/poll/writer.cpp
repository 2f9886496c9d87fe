#include "poll/writer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace busbar::poll {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr unsigned logged_refusals_per_minute = 30;
/// Some devices take a moment until their readings show what they have acknowledged.
constexpr std::chrono::milliseconds second_look = 1s;

CommandResult refused(std::string why) { return {.verdict = Verdict::refused, .detail = std::move(why)}; }

const Reading* find(const Report& report, const std::string& key) {
  const auto found =
      std::ranges::find_if(report.readings, [&](const Reading& r) { return r.quantity->key == key; });
  return found == report.readings.end() ? nullptr : &*found;
}

/// A protocol may answer "no" in so many words.
bool denied(const Report& report) {
  const Reading* const reading = find(report, "acknowledged");
  return reading != nullptr && reading->value == Value{false};
}

}  // namespace

Verdict verdict_of(Errc error) noexcept {
  switch (error) {
    case Errc::rejected:
      return Verdict::rejected;
    case Errc::resolve_failed:
    case Errc::connect_failed:
    case Errc::permission_denied:
    case Errc::cancelled:
    case Errc::queue_full:
    case Errc::breaker_open:
    case Errc::not_allowed:
    case Errc::unknown_query:
      return Verdict::refused;  // these end a request before its first byte
    default:
      return Verdict::unacknowledged;
  }
}

/// A write and who waits for it. Whatever becomes of the writer, the asker gets an answer.
class Writer::Pending {
 public:
  Pending(Command command_, const profile::Setter& setter_, profile::Write write_, CommandDone done)
      : command{std::move(command_)}, setter{&setter_}, write{std::move(write_)}, done_{std::move(done)} {}
  Pending(Pending&& other) noexcept
      : command{std::move(other.command)},
        setter{other.setter},
        write{std::move(other.write)},
        started{other.started},
        done_{std::exchange(other.done_, nullptr)} {}
  Pending& operator=(Pending&&) = delete;
  ~Pending() {
    constexpr const char* why = "the device was reconfigured, or busbar stops";
    give({.verdict = started ? Verdict::unacknowledged : Verdict::refused, .detail = why});
  }
  void give(const CommandResult& result) {
    if (const auto done = std::exchange(done_, nullptr)) done(result);
  }

  Command command;
  const profile::Setter* setter;
  profile::Write write;
  bool started = false;

 private:
  CommandDone done_;
};

Writer::Writer(asio::any_io_executor executor, Poller& poller)
    : poller_{poller},
      limit_{poller.device().writes_per_minute},
      log_limit_{logged_refusals_per_minute},
      wakeup_{std::move(executor)} {}

Writer::~Writer() = default;

/// Everything that can be said without the device, cheapest first. What comes last costs a token.
std::optional<CommandResult> Writer::refusal(const Command& command, const profile::Setter* setter) {
  const Device& device = poller_.device();
  if (setter == nullptr) {
    auto result = refused("profile " + device.profile->name + " has no setting " + for_log(command.setting));
    result.forbidden = true;
    return result;
  }
  if (std::ranges::count(device.allow_writes, setter->setting.key) == 0) {
    auto result = refused("the site file does not allow it; to change that, add 'allow_writes: [" +
                          setter->setting.key + "]' to device " + device.id);
    result.forbidden = true;
    return result;
  }
  if (const auto write = prepare(*device.profile, *setter, command.value); !write) {
    auto result = refused(write.error().detail);
    result.invalid = true;
    return result;
  }
  if (queue_.size() >= max_queue) return refused(std::to_string(max_queue) + " writes wait already");
  const auto now = Clock::now();
  if (!limit_.take(now)) {
    return refused("more than " + std::to_string(device.writes_per_minute) +
                   " writes in a minute; the next is taken in " + std::to_string(limit_.wait(now).count()) +
                   " s");
  }
  return std::nullopt;
}

void Writer::submit(Command command, CommandDone done) {
  const profile::Setter* const setter = poller_.device().profile->find_setter(command.setting);
  if (const auto no = refusal(command, setter)) {
    audit(command, *no);
    done(*no);
    return;
  }
  auto write = prepare(*poller_.device().profile, *setter, command.value);
  queue_.emplace_back(std::move(command), *setter, std::move(*write), std::move(done));
  wakeup_.notify();
}

asio::awaitable<void> Writer::run() {
  for (;;) {
    while (!queue_.empty()) {
      Pending pending = std::move(queue_.front());
      queue_.pop_front();
      pending.started = true;
      auto write = pending.write;
      const auto result = co_await carry_out(*pending.setter, std::move(write));
      audit(pending.command, result);
      pending.give(result);
    }
    co_await wakeup_.wait();
  }
}

asio::awaitable<std::optional<CommandResult>> Writer::out_of_bounds(const profile::Setter& setter,
                                                                    double number) {
  const auto& bounds = setter.bounds;
  if (!bounds || setter.setting.also == number) co_return std::nullopt;
  const auto report = co_await poller_.ask(bounds->query);
  // A firmware that has no such list takes what the profile says.
  const bool silent_list = bounds->ranges.empty() && !report && report.error().code == Errc::rejected;
  if (silent_list) co_return std::nullopt;
  if (!report) {
    co_return refused("which values the device takes could not be asked: " + to_string(report.error()));
  }
  const Reading* const reading = find(*report, bounds->reading);
  const auto why = bounds->refusal(number, reading == nullptr ? Value{} : reading->value);
  if (!why) co_return std::nullopt;
  auto result = refused(setter.setting.key + ": " + *why);
  result.invalid = true;
  co_return result;
}

asio::awaitable<CommandResult> Writer::carry_out(const profile::Setter& setter, profile::Write write) {
  const auto unfit = co_await out_of_bounds(setter, write.number);
  if (unfit) co_return *unfit;
  Value expected = write.expected;
  const auto report = co_await poller_.write(std::move(write));
  CommandResult result{.verdict = report ? Verdict::accepted : verdict_of(report.error().code)};
  if (!report && result.verdict == Verdict::rejected) result.detail = report.error().detail;
  if (!report && result.verdict != Verdict::rejected) result.detail = to_string(report.error());
  if (report && denied(*report)) result = {.verdict = Verdict::rejected, .detail = "the device says no"};
  // Also without acknowledgement: it may have happened, and then the readings should show it.
  const bool sent = result.verdict == Verdict::accepted || result.verdict == Verdict::unacknowledged;
  if (sent && !setter.setting.read_back.empty()) {
    co_await read_back(setter, std::move(expected), result);
  } else if (sent) {
    co_await refresh();
  }
  co_return result;
}

asio::awaitable<void> Writer::read_back(const profile::Setter& setter, Value expected,
                                        CommandResult& result) {
  const Setting& setting = setter.setting;
  const bool acknowledged = result.verdict == Verdict::accepted;
  for (const bool last : {false, true}) {
    const auto report = co_await poller_.ask(setting.read_query);
    const Reading* const reading = report ? find(*report, setting.read_back) : nullptr;
    if (reading != nullptr) result.read_back = profile::as_set(setting, *reading);
    if (reading == nullptr && acknowledged) {
      result.detail = "acknowledged, but " + setting.read_back + " could not be read back" +
                      (report ? "" : ": " + to_string(report.error()));
    }
    if (reading == nullptr || profile::reads_back(setting, expected, reading->value)) co_return;
    if (!last) co_await async::wait_until(Clock::now() + second_look);
  }
  if (acknowledged) {
    result.verdict = Verdict::mismatch;
    result.detail = "acknowledged, but " + setting.read_back + " is still " + result.read_back;
  }
}

/// Nothing shows what a button did, or any reading may.
asio::awaitable<void> Writer::refresh() {
  std::vector<std::string> polled;
  for (const auto& [query, interval] : poller_.device().intervals)
    if (interval.count() > 0) polled.push_back(query);
  for (const std::string& query : polled) (void)co_await poller_.ask(query);
}

/// A warning, so that no usual log level hides that a device was changed, or that somebody tried.
void Writer::audit(const Command& command, const CommandResult& result) {
  poller_.wrote(result.verdict);
  if (result.verdict == Verdict::refused && !log_limit_.take(Clock::now())) {
    ++unlogged_;
    return;
  }
  const auto more = std::exchange(unlogged_, 0);
  spdlog::warn("write {} {} = {} by {}: {}{}{}{}", poller_.device().id, for_log(command.setting),
               for_log(command.value), for_log(command.origin), to_string(result.verdict),
               result.read_back.empty() ? "" : ", reads back " + result.read_back,
               result.detail.empty() ? "" : ": " + result.detail,
               more == 0 ? "" : " (" + std::to_string(more) + " more refused before, not logged)");
}

}  // namespace busbar::poll
