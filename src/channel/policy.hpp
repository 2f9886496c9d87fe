// What a channel does next, and when: spacing, turns, deadlines, retries, reconnects and breakers in one pure
// machine. The time and the randomness are passed in; the shell (channel.cpp) performs the actions and
// reports what happened.
#pragma once

#include "channel/backoff.hpp"
#include "channel/breaker.hpp"
#include "channel/job.hpp"
#include "channel/options.hpp"
#include "channel/quiet.hpp"
#include "channel/turns.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace busbar::channel {

namespace event {
struct Tick {};  ///< nothing but the passing of time
struct Queued {
  Job job;
};
struct Dropped {  ///< the caller of this job is gone
  JobId job;
};
struct Opened {};
struct OpenFailed {};
struct Lost {};  ///< the stream ended; also after our own close
struct Sent {};
struct Answered {  ///< at: last byte of the response
  Steady at;
};
struct Failed {  ///< the attempt in flight; the answer deadline has passed, or writing or the answer were bad
  Errc error;
};
struct Unheard {};  ///< who listens has waited in vain
struct Expired {};  ///< the wait for the answer in flight has ended, whatever the clock says
struct Late {       ///< an answer of this address came after its deadline
  std::uint32_t address;
};
}  // namespace event

using Event =
    std::variant<event::Tick, event::Queued, event::Dropped, event::Opened, event::OpenFailed, event::Lost,
                 event::Sent, event::Answered, event::Failed, event::Unheard, event::Expired, event::Late>;

struct Action {
  enum class Kind {
    wait,       ///< for an event, or until `until`
    open,       ///< the link; answer with Opened or OpenFailed
    reconnect,  ///< close the stream; Lost follows
    send,       ///< the request of `job`; answer with Sent or Failed
    conclude,   ///< the deadline of the answer has come: look a last time; answer with Answered or Failed
    finish,     ///< tell the caller of `job`: done, or given up with `error`
  };
  Kind kind = Kind::wait;
  Steady until = Steady::max();
  JobId job = 0;
  std::optional<Errc> error{};
  unsigned attempts = 0;  ///< finish: how often it was sent
};

class Policy {
 public:
  using Random = std::function<double()>;  ///< uniform in [0, 1)

  Policy(const Options& options, Random random);

  /// Takes note of the event and says what to do. After any action but `wait` call again, with its outcome or
  /// a Tick.
  [[nodiscard]] Action step(Steady now, const Event& event);
  /// Bytes of any kind came in: the far side is alive.
  void heard(Steady now) noexcept { heard_ = now; }

  [[nodiscard]] const CircuitBreaker* breaker(const std::string& device) const;
  [[nodiscard]] std::size_t queued() const noexcept { return turns_.size(); }
  [[nodiscard]] std::uint64_t retries() const noexcept { return retries_; }

 private:
  enum class LinkState { down, opening, up, broken, closing };  // broken: to be closed by us

  void apply(Steady now, const Event& event);
  void queued(Steady now, Job job);
  void dropped(JobId id);
  void lost(Steady now);
  void unheard(Steady now);
  void answered(Steady at);
  void attempt_failed(Steady now, Errc error);
  void back_off(Steady now);
  void finish(const Job& job, std::optional<Errc> error);
  [[nodiscard]] bool worth_retry(const Job& job, Errc error) const;
  [[nodiscard]] Action decide(Steady now);
  [[nodiscard]] Action next_turn(Steady now);
  [[nodiscard]] CircuitBreaker& breaker_of(const std::string& device);

  Options options_;
  Random random_;
  Quiet quiet_;
  Turns turns_;
  std::map<std::string, CircuitBreaker> breakers_;
  std::deque<Action> finished_;

  LinkState link_ = LinkState::down;
  bool unreachable_ = false;  // the last attempt to open failed
  bool useful_ = false;       // this connection has brought an answer
  Steady open_at_ = Steady::min();
  Steady heard_ = Steady::min();
  Backoff reconnect_;

  std::optional<Job> current_;  // in flight
  bool probing_ = false;        // the one in flight probes a silent device
  bool sent_ = false;
  bool concluding_ = false;
  Steady answer_by_{};
  std::uint64_t retries_ = 0;
};

}  // namespace busbar::channel
