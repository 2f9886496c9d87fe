// Who goes next on a shared line.
#include "channel/turns.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace busbar::channel {

void Turns::push(Job job) { jobs_.push_back(std::move(job)); }

const Job* Turns::next(Steady now) const {
  const Job* best = nullptr;
  std::uint64_t best_turn = 0;
  for (const Job& job : jobs_) {
    if (job.not_before > now) continue;
    const auto served = served_.find(job.device);
    const std::uint64_t turn = served == served_.end() ? 0 : served->second;
    // Equals keep the order of arrival.
    if (best == nullptr || std::tie(job.priority, turn) < std::tie(best->priority, best_turn)) {
      best = &job;
      best_turn = turn;
    }
  }
  return best;
}

std::optional<Job> Turns::take(JobId id) {
  const auto found = std::ranges::find(jobs_, id, &Job::id);
  if (found == jobs_.end()) return std::nullopt;
  std::optional<Job> job{std::move(*found)};
  jobs_.erase(found);
  return job;
}

std::optional<Job> Turns::serve(JobId id) {
  auto job = take(id);
  if (job) served_[job->device] = ++turn_;
  return job;
}

std::optional<Job> Turns::take_expired(Steady now) {
  const auto late = std::ranges::find_if(jobs_, [now](const Job& job) { return job.deadline <= now; });
  return late == jobs_.end() ? std::nullopt : take(late->id);
}

std::optional<Job> Turns::take_any() { return jobs_.empty() ? std::nullopt : take(jobs_.front().id); }

Steady Turns::next_change(Steady now) const {
  Steady first = Steady::max();
  for (const Job& job : jobs_) {
    first = std::min(first, job.deadline);
    if (job.not_before > now) first = std::min(first, job.not_before);
  }
  return first;
}

}  // namespace busbar::channel
