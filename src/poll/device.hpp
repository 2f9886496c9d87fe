// A device as the poller sees it: id, profile, address and schedule.
#pragma once

#include "profile/profile.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace busbar::poll {

struct Device {
  std::string id;
  const profile::Profile* profile = nullptr;  ///< outlives the poller
  std::uint32_t address = 0;
  std::map<std::string, std::chrono::milliseconds>
      intervals;                          ///< query → period; absent or 0: on demand only
  std::vector<std::string> allow_writes;  ///< exact names of settings
  unsigned writes_per_minute = 6;
  unsigned offline_after = 3;  ///< failed polls in a row before the device counts as offline
  /// Told before their first report what quantities a device has named itself, all of them.
  std::function<void(const std::string& query, const std::vector<const Quantity*>& quantities)> discovered{};
  Bytes prefix{};                                      ///< before the data of every request: protocol::Target
  std::optional<std::chrono::milliseconds> timeout{};  ///< of its reads, instead of the profile's
  unsigned polls_per_day = 0;  ///< scheduled polls beyond so many in 24 hours are skipped; 0: no limit
};

}  // namespace busbar::poll
