// How many items the numbered frames of a device's answers carry, as the device has told with another query.
// One per device and owned by whoever asks it.
#pragma once

#include "profile/profile.hpp"

#include <busbar/protocol/codec.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace busbar::profile {

class Totals {
 public:
  /// Remembers every number among the readings that the total of a query refers to.
  void note(const Profile& profile, const Decoded& decoded);
  /// The query to ask before `query` can be; nullptr when all is known.
  [[nodiscard]] const ProfileQuery* missing(const Profile& profile, const ProfileQuery& query) const;
  /// Puts what is known into a request about to be built.
  void apply(const ProfileQuery& query, protocol::Query& request) const;

 private:
  std::map<std::string, std::size_t, std::less<>> known_;
};

}  // namespace busbar::profile
