// A wire, its devices and their pollers in simulated time, driving the real Policy. Nothing here waits.
#pragma once

#include "channel/policy.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace busbar::channel::test {

using namespace std::chrono_literals;

inline constexpr Steady t0 = Steady{} + std::chrono::hours{1};

/// One device that polls `queries` queries one after the other at every tick of a fixed rate.
struct Unit {
  std::string device;
  std::uint32_t address = 0;
  milliseconds period{10s};
  int queries = 1;
  milliseconds first{0};  ///< offset of the first tick
  /// When the answer to a request sent at that moment is complete; nullopt: never.
  std::function<std::optional<milliseconds>(Steady sent)> answers = [](Steady) { return 60ms; };
};

struct Sent {
  Steady start;
  Steady end;  ///< of the answer, or of waiting for it
  std::string device;
  std::uint32_t address = 0;
  bool answered = false;
};

struct Finished {
  Steady at;
  std::string device;
  int query = 0;
  std::optional<Errc> error;
  unsigned attempts = 0;
};

class SimulatedLine {
 public:
  SimulatedLine(Options options, std::vector<Unit> units)
      : options_{std::move(options)}, policy_{options_, [this] { return random(); }} {
    for (Unit& unit : units) pollers_.push_back({.tick = t0 + unit.first, .unit = std::move(unit)});
  }

  void run_until(Steady end) {
    Event event = event::Tick{};
    for (;;) {
      const Action action = policy_.step(now_, event);
      event = event::Tick{};
      switch (action.kind) {
        case Action::Kind::open:
          event = event::Opened{};
          break;
        case Action::Kind::reconnect:
          event = event::Lost{};
          break;
        case Action::Kind::send:
          send(action.job);
          event = event::Sent{};
          break;
        case Action::Kind::conclude:
          trace.back().end = now_;
          event = event::Failed{Errc::timeout};
          break;
        case Action::Kind::finish:
          finish(action);
          break;
        case Action::Kind::wait: {
          Steady next = std::min(action.until, answer_at_);
          for (const Poller& poller : pollers_) {
            if (!poller.busy) next = std::min(next, poller.tick);
          }
          if (next > end) return;
          now_ = std::max(now_, next);
          event = arrive();
          break;
        }
      }
    }
  }

  [[nodiscard]] const Policy& policy() const { return policy_; }
  [[nodiscard]] Steady now() const { return now_; }
  [[nodiscard]] std::uint64_t skipped(const std::string& device) const {
    for (const Poller& poller : pollers_) {
      if (poller.unit.device == device) return poller.skipped;
    }
    return 0;
  }
  /// Moments at which the first query of a tick was answered.
  [[nodiscard]] std::vector<Steady> reports(const std::string& device) const {
    std::vector<Steady> moments;
    for (const Finished& end : finished) {
      if (end.device == device && end.query == 0 && !end.error) moments.push_back(end.at);
    }
    return moments;
  }
  /// Time the line was taken by requests of a device, silence included.
  [[nodiscard]] milliseconds bus_time(const std::string& device) const {
    Steady::duration sum{};
    for (const Sent& sent : trace) {
      if (sent.device == device) sum += sent.end - sent.start;
    }
    return std::chrono::duration_cast<milliseconds>(sum);
  }

  std::vector<Sent> trace;
  std::vector<Finished> finished;

 private:
  struct Poller {
    Steady tick;
    Unit unit;
    bool busy = false;
    int query = 0;
    JobId job = 0;
    std::uint64_t skipped = 0;
  };

  double random() {
    seed_ = seed_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(seed_ >> 11) * 0x1.0p-53;
  }

  Event arrive() {
    if (now_ >= answer_at_) {
      answer_at_ = Steady::max();
      trace.back().end = now_;
      trace.back().answered = true;
      policy_.heard(now_);
      return event::Answered{now_};
    }
    for (Poller& poller : pollers_) {
      if (!poller.busy && now_ >= poller.tick) return ask(poller);
    }
    return event::Tick{};
  }

  Event ask(Poller& poller) {
    poller.busy = true;
    poller.job = ++jobs_;
    return event::Queued{{.id = poller.job,
                          .device = poller.unit.device,
                          .address = poller.unit.address,
                          .deadline = poller.tick + poller.unit.period,
                          .timeout = options_.timeout,
                          .spacing = options_.spacing}};
  }

  Poller& of(JobId job) { return *std::ranges::find(pollers_, job, &Poller::job); }

  void send(JobId job) {
    const Unit& unit = of(job).unit;
    trace.push_back({.start = now_, .end = now_, .device = unit.device, .address = unit.address});
    const auto delay = unit.answers(now_);
    answer_at_ = delay && *delay < options_.timeout ? now_ + *delay : Steady::max();
  }

  void finish(const Action& action) {
    Poller& poller = of(action.job);
    finished.push_back({now_, poller.unit.device, poller.query, action.error, action.attempts});
    poller.busy = false;
    poller.job = 0;
    if (++poller.query < poller.unit.queries) return;
    poller.query = 0;
    poller.tick += poller.unit.period;
    while (now_ - poller.tick >= poller.unit.period) {
      poller.tick += poller.unit.period;
      ++poller.skipped;
    }
  }

  Options options_;
  Policy policy_;
  std::vector<Poller> pollers_;
  Steady now_ = t0;
  Steady answer_at_ = Steady::max();
  JobId jobs_ = 0;
  std::uint64_t seed_ = 1;
};

}  // namespace busbar::channel::test
