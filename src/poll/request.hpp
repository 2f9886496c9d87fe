// What a query of a profile is on the channel of a device.
#pragma once

#include "channel/channel.hpp"
#include "poll/device.hpp"
#include "profile/profile.hpp"

#include <chrono>
#include <optional>

namespace busbar::poll {

/// Nothing: that of the channel.
[[nodiscard]] std::optional<std::chrono::milliseconds> timeout_of(const Device& device,
                                                                  const profile::ProfileQuery& query);

/// What selects the device goes before what is asked of it.
[[nodiscard]] Bytes with_prefix(const Device& device, Bytes data);

[[nodiscard]] channel::Request request_for(const Device& device, const profile::ProfileQuery& query,
                                           channel::Priority priority, Steady deadline);

}  // namespace busbar::poll
