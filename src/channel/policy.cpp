// The channel's decisions. apply() takes note of what happened, decide() says what is due now.
#include "channel/policy.hpp"

#include <algorithm>
#include <utility>

namespace busbar::channel {
namespace {

/// The link is at fault, which says nothing about the device behind it.
bool breaks_link(Errc error) {
  return error == Errc::connection_closed || error == Errc::connect_failed || error == Errc::io_error ||
         error == Errc::resolve_failed;
}

/// The device sent nothing that can be used; everything else proves that it is alive.
bool is_silence(Errc error) { return error_class(error) == ErrorClass::transient && !breaks_link(error); }

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace

Policy::Policy(const Options& options, Random random)
    : options_{options},
      random_{std::move(random)},
      quiet_{{options.after_connect, options.on_unit_change, options.settle}},
      reconnect_{options.reconnect_min, options.reconnect_max} {}

Action Policy::step(Steady now, const Event& event) {
  apply(now, event);
  return decide(now);
}

const CircuitBreaker* Policy::breaker(const std::string& device) const {
  const auto found = breakers_.find(device);
  return found == breakers_.end() ? nullptr : &found->second;
}

CircuitBreaker& Policy::breaker_of(const std::string& device) {
  return breakers_
      .try_emplace(device, options_.breaker_failures, options_.breaker_probe_min, options_.breaker_probe_max)
      .first->second;
}

void Policy::apply(Steady now, const Event& event) {
  std::visit(Overloaded{
                 [](const event::Tick&) {},
                 [&](const event::Queued& e) { queued(now, e.job); },
                 [&](const event::Dropped& e) { dropped(e.job); },
                 [&](const event::Opened&) {
                   link_ = LinkState::up;
                   unreachable_ = useful_ = false;
                   heard_ = now;
                   quiet_.connected(now);
                   for (auto& [device, breaker] : breakers_) breaker.expedite(now);
                 },
                 [&](const event::OpenFailed&) {
                   link_ = LinkState::down;
                   unreachable_ = true;
                   back_off(now);
                 },
                 [&](const event::Lost&) { lost(now); },
                 [&](const event::Sent&) { sent_ = true; },
                 [&](const event::Answered& e) { answered(e.at); },
                 [&](const event::Failed& e) { attempt_failed(now, e.error); },
                 [&](const event::Unheard&) { unheard(now); },
                 [&](const event::Expired&) { answer_by_ = now; },
                 [&](const event::Late& e) {
                   useful_ = true;
                   quiet_.response_ended(now, e.address);
                 },
             },
             event);
}

void Policy::queued(Steady now, Job job) {
  if (turns_.size() >= options_.max_queue) return finish(job, Errc::queue_full);
  if (!breaker_of(job.device).allows(now)) return finish(job, Errc::breaker_open);
  turns_.push(std::move(job));
}

void Policy::dropped(JobId id) {
  if (current_ && current_->id == id) {
    // What was asked will be answered: the line stays taken until then.
    current_->abandoned = true;
  } else {
    (void)turns_.take(id);
  }
}

void Policy::back_off(Steady now) { open_at_ = now + reconnect_.next(random_()); }

void Policy::lost(Steady now) {
  link_ = LinkState::down;
  // A gateway that accepts and hangs up at once is treated like one that refuses.
  if (useful_) reconnect_.reset();
  back_off(now);
  if (current_) attempt_failed(now, Errc::connection_closed);
}

/// A link on which nothing has come for long is opened anew.
void Policy::unheard(Steady now) {
  const bool deaf = options_.silence_limit.count() > 0 && now - heard_ >= options_.silence_limit;
  if (deaf && link_ == LinkState::up) link_ = LinkState::broken;
}

void Policy::answered(Steady at) {
  if (!current_) return;
  useful_ = true;
  quiet_.response_ended(at, current_->address);
  breaker_of(current_->device).succeeded();
  finish(*std::exchange(current_, std::nullopt), std::nullopt);
}

bool Policy::worth_retry(const Job& job, Errc error) const {
  if (job.abandoned || job.once || job.attempts > options_.retries ||
      error_class(error) != ErrorClass::transient)
    return false;
  if (breaks_link(error)) return true;
  // Attempts at a silent device cost the others a timeout each: one that has failed before gets no second
  // one.
  const CircuitBreaker* const known = breaker(job.device);
  return !probing_ && (known == nullptr || !known->suspect());
}

void Policy::attempt_failed(Steady now, Errc error) {
  if (!current_) return;
  Job job = *std::exchange(current_, std::nullopt);
  job.error = error;
  CircuitBreaker& device = breaker_of(job.device);

  if (breaks_link(error)) {
    device.undecided();
    if (link_ == LinkState::up) link_ = LinkState::broken;
  } else if (error == Errc::cancelled) {
    device.undecided();  // the caller left before the request went out
  } else if (is_silence(error)) {
    quiet_.unanswered(now, job.address);
    unheard(now);
  } else {
    quiet_.response_ended(now, job.address);
    device.succeeded();
  }

  if (worth_retry(job, error)) {
    Backoff delay{options_.retry_backoff, options_.retry_backoff * 16};
    for (unsigned n = 1; n < job.attempts; ++n) (void)delay.next(0);
    job.not_before = now + delay.next(random_());
    if (job.not_before < job.deadline) {
      ++retries_;
      return turns_.push(std::move(job));
    }
  }
  if (is_silence(error)) device.failed_at(now);
  finish(job, error);
}

void Policy::finish(const Job& job, std::optional<Errc> error) {
  finished_.push_back(
      {.kind = Action::Kind::finish, .job = job.id, .error = error, .attempts = job.attempts});
}

Action Policy::decide(Steady now) {
  if (unreachable_) {
    while (auto job = turns_.take_any()) finish(*job, job->error.value_or(Errc::connect_failed));
  }
  while (auto job = turns_.take_expired(now)) {
    // Tried once and failed is what the caller should hear, not that the second attempt came too late.
    if (job->error && is_silence(*job->error)) breaker_of(job->device).failed_at(now);
    finish(*job, job->error.value_or(Errc::cancelled));
  }
  if (!finished_.empty()) {
    const Action action = finished_.front();
    finished_.pop_front();
    return action;
  }
  Steady wake = turns_.next_change(now);
  if (link_ == LinkState::down) {
    if (now >= open_at_) {
      link_ = LinkState::opening;
      return {.kind = Action::Kind::open};
    }
    wake = std::min(wake, open_at_);
  }
  if (current_) {
    if (sent_ && !concluding_) {
      if (now >= answer_by_) {
        concluding_ = true;
        return {.kind = Action::Kind::conclude, .job = current_->id};
      }
      wake = std::min(wake, answer_by_);
    }
    return {.kind = Action::Kind::wait, .until = wake};
  }
  if (link_ == LinkState::broken) {
    link_ = LinkState::closing;
    return {.kind = Action::Kind::reconnect};
  }
  Action action = link_ == LinkState::up ? next_turn(now) : Action{};
  action.until = std::min(action.until, wake);
  return action;
}

Action Policy::next_turn(Steady now) {
  const Job* next = turns_.next(now);
  while (next != nullptr && !breaker_of(next->device).allows(now)) {
    // It was queued before the breaker opened.
    finish(*turns_.take(next->id), Errc::breaker_open);
    next = turns_.next(now);
  }
  if (!finished_.empty()) return decide(now);
  if (next == nullptr) return {};
  const Steady start = quiet_.earliest(next->address, next->spacing);
  if (start > now) return {.until = start};

  current_ = turns_.serve(next->id);
  ++current_->attempts;
  CircuitBreaker& device = breaker_of(current_->device);
  probing_ = device.state() != Breaker::closed;
  device.started();
  sent_ = concluding_ = false;
  answer_by_ = options_.replayed ? Steady::max() : now + current_->timeout;
  return {.kind = Action::Kind::send, .job = current_->id};
}

}  // namespace busbar::channel
