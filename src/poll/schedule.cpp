// Ticks at a fixed rate: first + n × period. What cannot be kept is skipped and counted.
#include "poll/schedule.hpp"

#include <algorithm>

namespace busbar::poll {

void Schedule::add(std::chrono::milliseconds period, Steady first) {
  entries_.push_back(
      {.period = std::max(period, std::chrono::milliseconds{1}), .next = first, .since = first});
}

Due Schedule::next(Steady now) {
  for (Entry& entry : entries_) {
    if (now - entry.next < entry.period) continue;
    const auto missed = (now - entry.next) / entry.period;
    entry.next += missed * entry.period;
    skipped_ += static_cast<std::uint64_t>(missed);
  }
  // The first of equals is the first in the profile.
  const auto longest = std::ranges::min_element(entries_, {}, &Entry::since);
  if (longest == entries_.end()) return {.query = 0, .at = Steady::max()};
  return {.query = static_cast<std::size_t>(longest - entries_.begin()), .at = longest->next};
}

void Schedule::done(std::size_t query) {
  Entry& entry = entries_.at(query);
  entry.next += entry.period;
  entry.since = entry.next;
  entry.rest = {};
}

void Schedule::refused(std::size_t query) {
  Entry& entry = entries_.at(query);
  const auto longest = std::max<std::chrono::milliseconds>(longest_rest, entry.period);
  entry.rest = std::min(2 * std::max(entry.rest, entry.period), longest);
  entry.next += entry.rest / entry.period * entry.period;  // it keeps to its ticks
  entry.since = entry.next;
}

std::chrono::milliseconds stagger(std::size_t index, std::size_t count, std::chrono::milliseconds period) {
  if (count == 0) return std::chrono::milliseconds{0};
  return std::chrono::milliseconds{period.count() * static_cast<std::int64_t>(index % count) /
                                   static_cast<std::int64_t>(count)};
}

}  // namespace busbar::poll
