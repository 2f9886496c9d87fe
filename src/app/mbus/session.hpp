// What the commands that talk to an M-Bus share: their arguments, an event loop that Ctrl-C ends, and what an
// error means to a person.
#pragma once

#include "app/arguments.hpp"
#include "async/asio.hpp"

#include <busbar/client/async_mbus.hpp>

#include <functional>
#include <optional>
#include <string>

namespace busbar::app::mbus {

/// Adds --baud, --timeout, --retries and --log-level.
void declare_bus(Arguments& options);
/// On an error it has been printed and `code` is set.
[[nodiscard]] std::optional<client::MbusOptions> bus_options(const Arguments& options, std::string url,
                                                             int& code);

/// `talk` runs with a master on that bus. False: it was interrupted by a signal. Throws what it throws, and
/// std::invalid_argument for an endpoint that cannot be parsed.
[[nodiscard]] bool with_bus(client::MbusOptions options,
                            const std::function<asio::awaitable<void>(client::AsyncMbus&)>& talk);

/// The error on standard error, with what to check; returns the exit code.
int tell(const Error& error);

}  // namespace busbar::app::mbus
