// Names of the states a device can be in, as shown by every sink.
#include "model/health.hpp"

namespace busbar {

std::string_view to_string(Availability availability) noexcept {
  switch (availability) {
    case Availability::unknown:
      return "unknown";
    case Availability::online:
      return "online";
    case Availability::offline:
      return "offline";
  }
  return "unknown";
}

std::string_view to_string(Breaker breaker) noexcept {
  switch (breaker) {
    case Breaker::closed:
      return "closed";
    case Breaker::open:
      return "open";
    case Breaker::half_open:
      return "half_open";
  }
  return "unknown";
}

}  // namespace busbar
