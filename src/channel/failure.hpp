// The error a caller gets, in words.
#pragma once

#include "channel/breaker.hpp"
#include "channel/desk.hpp"
#include "channel/policy.hpp"

namespace busbar::channel {

/// `finished` is a finish action with an error; `link_error` is the last of the link; `breaker` may be null.
[[nodiscard]] Error failure(const Action& finished, const Order& order, const Options& options,
                            const CircuitBreaker* breaker, const Error& link_error, Steady now);

/// The channel is stopped.
[[nodiscard]] Error over(const Options& options);
/// Listening in vain.
[[nodiscard]] Error unheard(const Request& request);

/// Why a stream is given up that is open, but over which nothing comes any more.
[[nodiscard]] Error silence(const Options& options);

}  // namespace busbar::channel
