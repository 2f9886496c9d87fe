// The error a caller gets, in words.
#include "channel/failure.hpp"

#include <chrono>
#include <string>

namespace busbar::channel {

Error failure(const Action& finished, const Order& order, const Options& options,
              const CircuitBreaker* breaker, const Error& link_error, Steady now) {
  if (order.error && finished.attempts > 0) {
    Error error = *order.error;
    if (finished.attempts > 1) error.detail += " (" + std::to_string(finished.attempts) + " attempts)";
    return error;
  }
  const Errc code = *finished.error;
  if (code == Errc::breaker_open && breaker != nullptr) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(breaker->probe_at() - now).count();
    return {code, order.request.device + " did not answer " + std::to_string(breaker->failed()) +
                      " times; next try in " + std::to_string(std::max<std::int64_t>(wait, 0)) + " s"};
  }
  if (code == Errc::queue_full) {
    return {code, std::to_string(options.max_queue) + " requests wait already on channel " + options.id};
  }
  if (code == Errc::cancelled) return {code, "no turn on channel " + options.id + " before the deadline"};
  // The policy knows only that the link does not open; the link knows why.
  const bool refused = code == Errc::connect_failed && !link_error.detail.empty();
  return {refused ? link_error.code : code, link_error.detail};
}

Error over(const Options& options) { return {Errc::cancelled, "channel " + options.id + " is stopped"}; }

Error unheard(const Request& request) {
  return {Errc::timeout, "nothing was heard within " + std::to_string(request.timeout->count()) + " ms"};
}

Error silence(const Options& options) {
  const auto limit = options.silence_limit / std::chrono::seconds{1};
  return {Errc::connection_closed, "no byte came for " + std::to_string(limit) + " s"};
}

}  // namespace busbar::channel
