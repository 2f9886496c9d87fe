// When to connect, what to try, when to give a connection up and when to repeat everything: the policy of the
// MQTT sink. A plain state machine with the time passed in; the sink performs what step() returns.
#pragma once

#include "sink/mqtt/connection.hpp"
#include "sink/mqtt/options.hpp"
#include "sink/mqtt/outbox.hpp"

#include <busbar/model/report.hpp>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace busbar::sink::mqtt {

class Session {
 public:
  enum class Phase {
    waiting,  ///< not connected, until the next attempt is due
    connecting,
    recalling,  ///< connected for the first time: hearing what an earlier run left at the broker
    serving,
  };
  struct Action {
    bool open = false;             ///< connect with version()
    bool probe = false;            ///< nothing was heard for a while: is the broker alive?
    bool give_up = false;          ///< the connection is dead: abandon it
    bool recalled = false;         ///< nothing more is to be heard of the earlier run: announce, then serve
    bool replay = false;           ///< Home Assistant was born: repeat everything
    bool finish_removals = false;  ///< Home Assistant has had time to withdraw retired readings
  };
  /// Uniform in [0, 1).
  using Random = std::function<double()>;

  Session(const Options& options, Random random) : options_{&options}, random_{std::move(random)} {}

  [[nodiscard]] Action step(Steady now);
  /// The moment at which step() has something new to say; Steady::max() = only after an event.
  [[nodiscard]] Steady next_due() const;

  void connected(Steady now, int version, std::size_t max_packet);
  void refused(Steady now, const Refusal& refusal);
  void lost(Steady now);
  void sent(std::uint64_t id, Steady now);
  void answered(std::uint64_t id, Steady now);
  /// The answer to a probe.
  void alive(Steady now);
  /// Home Assistant says that it has started.
  void born(Steady now);
  /// Our own status came back after all that was retained before it.
  void heard_all() { heard_all_ = true; }
  /// Retired readings were announced as such.
  void removals_sent(Steady now);

  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  [[nodiscard]] bool is_connected() const noexcept {
    return phase_ == Phase::recalling || phase_ == Phase::serving;
  }
  /// The last kind of message that may go out now.
  [[nodiscard]] Kind allowed() const noexcept {
    return phase_ == Phase::serving ? Kind::state : Kind::availability;
  }
  [[nodiscard]] int version() const noexcept { return version_; }
  [[nodiscard]] std::size_t max_packet() const noexcept { return max_packet_; }

  static constexpr std::size_t max_in_flight = 10;

 private:
  void back_off(Steady now, Steady::duration longest);
  /// When the connection counts as dead because the broker owes an acknowledgement.
  [[nodiscard]] Steady answer_deadline() const;
  [[nodiscard]] Steady probe_due() const;

  const Options* options_;
  Random random_;
  Phase phase_ = Phase::waiting;
  Steady attempt_ = Steady::min();   ///< the next one, when waiting
  Steady deadline_ = Steady::max();  ///< of connecting or recalling
  Steady connected_{};
  Steady last_answer_{};
  std::vector<std::pair<std::uint64_t, Steady>> unanswered_;  ///< the few publications under way
  std::optional<Steady> probed_;                              ///< a probe waits for its answer since
  std::optional<Steady> replay_;
  std::optional<Steady> last_replay_;
  std::optional<Steady> removal_;
  bool recalled_ = false;
  bool heard_all_ = false;
  int version_ = 5;
  bool version_proven_ = false;  ///< a connection with it came about
  std::size_t max_packet_ = 0;
  int failures_ = 0;  ///< attempts in a row without a lasting connection
};

}  // namespace busbar::sink::mqtt
