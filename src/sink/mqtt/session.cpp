// The transitions of the session.
#include "sink/mqtt/session.hpp"

#include <algorithm>
#include <chrono>

namespace busbar::sink::mqtt {

namespace {

using namespace std::chrono_literals;
using Duration = Steady::duration;

constexpr Duration first_retry = 1s;
constexpr Duration longest_retry = 5s;
/// A broker that does not want us will say so again; some lock out who asks too often.
constexpr Duration longest_retry_when_rejected = 30s;
/// A connection that ends sooner does not count as success: two daemons with one client id throw each other
/// out.
constexpr Duration stable_after = 3s;
/// Longer than the library's own deadline for connecting: reached only when the library itself hangs (name
/// lookup).
constexpr Duration connect_limit = 30s;
/// A broker that does not let us read discovery topics never says that it has told us all.
constexpr Duration recall_limit = 2s;
constexpr Duration birth_spread = 10s;
constexpr Duration birth_gap = 5s;
constexpr Duration removal_wait = 10s;

Duration scaled(Duration duration, double factor) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(duration) * factor);
}

}  // namespace

Session::Action Session::step(Steady now) {
  Action action;
  const bool due = now >= next_due();
  switch (phase_) {
    case Phase::waiting:
      if (now < attempt_) return action;
      if (options_->version) version_ = *options_->version;
      phase_ = Phase::connecting;
      deadline_ = now + connect_limit;
      action.open = true;
      return action;
    case Phase::connecting:
      if (now < deadline_) return action;
      action.give_up = true;
      back_off(now, longest_retry);
      return action;
    case Phase::recalling:
      if (heard_all_ || now >= deadline_) {
        recalled_ = true;
        phase_ = Phase::serving;
        action.recalled = true;
      }
      break;
    case Phase::serving:
      break;
  }
  if (due && now >= answer_deadline()) {
    action = Action{};
    action.give_up = true;
    lost(now);
    return action;
  }
  if (now >= probe_due()) {
    probed_ = now;
    action.probe = true;
  }
  if (replay_ && now >= *replay_ && phase_ == Phase::serving) {
    replay_.reset();
    last_replay_ = now;
    action.replay = true;
  }
  if (removal_ && now >= *removal_) {
    removal_.reset();
    action.finish_removals = true;
  }
  return action;
}

Steady Session::answer_deadline() const {
  Steady deadline = Steady::max();
  if (!unanswered_.empty()) {
    const auto oldest =
        std::ranges::min_element(unanswered_, {}, &decltype(unanswered_)::value_type::second)->second;
    // As long as the broker answers anything it is alive; but one answer withheld for ever is a fault as
    // well.
    deadline =
        std::min(std::max(oldest, last_answer_) + options_->keepalive, oldest + 2 * options_->keepalive);
  }
  return probed_ ? std::min(deadline, *probed_ + options_->keepalive) : deadline;
}

/// Half a keepalive of silence, so that a dead broker is known within one and a half, and a living one never
/// misses us.
Steady Session::probe_due() const {
  if (probed_ || !unanswered_.empty()) return Steady::max();
  return last_answer_ + Duration{options_->keepalive} / 2;
}

Steady Session::next_due() const {
  switch (phase_) {
    case Phase::waiting:
      return attempt_;
    case Phase::connecting:
      return deadline_;
    case Phase::recalling:
      return heard_all_ ? Steady::min() : std::min({deadline_, answer_deadline(), probe_due()});
    case Phase::serving:
      break;
  }
  return std::min(
      {answer_deadline(), probe_due(), replay_.value_or(Steady::max()), removal_.value_or(Steady::max())});
}

void Session::connected(Steady now, int version, std::size_t max_packet) {
  version_ = version;
  version_proven_ = true;
  max_packet_ = max_packet;
  connected_ = now;
  last_answer_ = now;
  unanswered_.clear();
  probed_.reset();
  replay_.reset();
  heard_all_ = false;
  const bool recall = options_->home_assistant.enabled && !recalled_;
  phase_ = recall ? Phase::recalling : Phase::serving;
  deadline_ = recall ? now + recall_limit : Steady::max();
}

void Session::refused(Steady now, const Refusal& refusal) {
  const bool other_version = refusal.unsupported_version || (refusal.hung_up && !version_proven_);
  const bool unwanted = refusal.rejected && !refusal.passing;
  back_off(now, unwanted ? longest_retry_when_rejected : longest_retry);
  if (!other_version || options_->version) return;
  version_ = version_ == 5 ? 4 : 5;
  // The first try with the other version does not have to wait; when both are refused, the back-off counts.
  if (version_ == 4) attempt_ = now;
}

void Session::lost(Steady now) {
  if (now - connected_ >= stable_after) failures_ = 0;
  back_off(now, longest_retry);
}

void Session::born(Steady now) {
  if (phase_ != Phase::serving || replay_) return;
  auto due = now + scaled(birth_spread, random_());
  if (last_replay_) due = std::max(due, *last_replay_ + birth_gap);
  replay_ = due;
}

void Session::removals_sent(Steady now) {
  if (!removal_) removal_ = now + removal_wait;
}

void Session::sent(std::uint64_t id, Steady now) { unanswered_.emplace_back(id, now); }

void Session::answered(std::uint64_t id, Steady now) {
  std::erase_if(unanswered_, [id](const auto& one) { return one.first == id; });
  last_answer_ = now;
}

void Session::alive(Steady now) {
  probed_.reset();
  last_answer_ = now;
}

void Session::back_off(Steady now, Duration longest) {
  const auto step = std::min<Duration>(longest, first_retry * (1 << std::min(failures_, 10)));
  ++failures_;
  attempt_ = now + scaled(step, 0.5 + 0.5 * random_());
  phase_ = Phase::waiting;
  deadline_ = Steady::max();
  unanswered_.clear();
  probed_.reset();
  replay_.reset();
}

}  // namespace busbar::sink::mqtt
