// Counters are monotonic until proven reset.
#include "profile/decoder.hpp"

namespace busbar::profile {

bool CounterMemory::accept(const std::string& key, double value, int confirmations) {
  const auto [found, fresh] = entries_.try_emplace(key, Entry{value, 0, 0});
  Entry& entry = found->second;
  if (fresh || value >= entry.last) {
    entry = {value, 0, 0};
    return true;
  }
  // A counter that was reset goes on counting from where it is; a disturbance jumps about.
  entry.seen = entry.seen > 0 && value >= entry.pending ? entry.seen + 1 : 1;
  entry.pending = value;
  if (entry.seen < confirmations) {
    return false;
  }
  entry = {value, 0, 0};
  return true;
}

}  // namespace busbar::profile
