#include "profile/totals.hpp"

namespace busbar::profile {

/// Remembers what this answer says of the totals other queries wait for.
void Totals::note(const Profile& profile, const Decoded& decoded) {
  for (const ProfileQuery& query : profile.queries) {
    if (query.total.empty()) {
      continue;
    }
    for (const Reading& reading : decoded.readings) {
      const double* const number =
          reading.quantity->key == query.total ? std::get_if<double>(&reading.value) : nullptr;
      // Its plausible range has been checked; this only keeps the conversion sound.
      if (number != nullptr && *number >= 0 && *number <= 65535) {
        known_[query.total] = static_cast<std::size_t>(*number);
      }
    }
  }
}

const ProfileQuery* Totals::missing(const Profile& profile, const ProfileQuery& query) const {
  return query.total.empty() || known_.contains(query.total) ? nullptr : profile.source_of_total(query);
}

void Totals::apply(const ProfileQuery& query, protocol::Query& request) const {
  const auto found = known_.find(query.total);
  if (request.collect && found != known_.end()) {
    request.collect->total = found->second;
  }
}

}  // namespace busbar::profile
