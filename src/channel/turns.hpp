// Who goes next on a shared line: by priority, inside one priority the devices in turn. Pure: the time is
// passed in.
#pragma once

#include "channel/job.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>

namespace busbar::channel {

class Turns {
 public:
  void push(Job job);
  /// The one that goes next, or nullptr when nobody is ready; jobs with a later `not_before` are not ready
  /// yet.
  [[nodiscard]] const Job* next(Steady now) const;
  /// Removes a job; nullopt when it is not queued.
  [[nodiscard]] std::optional<Job> take(JobId id);
  /// Gives the bus to a job: as take(), and its device goes behind the others.
  [[nodiscard]] std::optional<Job> serve(JobId id);
  /// Removes one job whose deadline has passed.
  [[nodiscard]] std::optional<Job> take_expired(Steady now);
  [[nodiscard]] std::optional<Job> take_any();
  /// The next moment at which any of this changes by itself.
  [[nodiscard]] Steady next_change(Steady now) const;

  [[nodiscard]] std::size_t size() const noexcept { return jobs_.size(); }
  [[nodiscard]] bool empty() const noexcept { return jobs_.empty(); }

 private:
  std::list<Job> jobs_;                          // in order of arrival
  std::map<std::string, std::uint64_t> served_;  // device → its last turn
  std::uint64_t turn_ = 0;
};

}  // namespace busbar::channel
