// The line of an M-Bus master: which link, how fast, how long to wait; and a link that tells when it is open.
#pragma once

#include "channel/options.hpp"
#include "link/link.hpp"

#include <busbar/client/mbus_types.hpp>
#include <busbar/protocol/mbus/timing.hpp>

#include <functional>

namespace busbar::client {

struct MbusLine {
  link::Options link;
  protocol::mbus::Timing timing{};
};

/// Throws std::invalid_argument when the endpoint cannot be parsed.
[[nodiscard]] MbusLine mbus_line(const MbusOptions& options);
[[nodiscard]] channel::Options mbus_channel(const MbusOptions& options, const MbusLine& line);

/// `told` is called with the outcome of every attempt to open.
[[nodiscard]] std::unique_ptr<link::Link> watched(std::unique_ptr<link::Link> link,
                                                  std::function<void(Result<void>)> told);

}  // namespace busbar::client
