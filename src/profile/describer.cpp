#include "profile/describer.hpp"

#include <cmath>

namespace busbar::profile {
namespace {

/// Of all devices of one profile together. A device that invents new names with every answer must not fill
/// the memory.
constexpr std::size_t most_quantities = 4096;

}  // namespace

/// The same address for the same description, ever after: readings point at it, and sinks compare it. null
/// when there is no room, or the codec made up a key that is none.
const Quantity* Describer::keep(const Quantity& quantity) {
  const auto [first, last] = by_key_.equal_range(quantity.key);
  for (auto known = first; known != last; ++known) {
    if (*known->second == quantity) {
      return known->second;
    }
  }
  if (quantities_.size() == most_quantities || !is_key(quantity.key)) {
    return nullptr;
  }
  quantities_.push_back(quantity);
  by_key_.emplace(quantity.key, &quantities_.back());
  return &quantities_.back();
}

Result<void> Describer::decode(ByteView payload, CounterMemory& memory, Decoded& out) {
  out.clear();
  auto description = codec_->describe(payload);
  if (!description) {
    return description.error();
  }
  out.anomalies = std::move(description->anomalies);
  for (auto& [quantity, value] : description->items) {
    const Quantity* const kept = keep(quantity);
    if (kept == nullptr) {
      out.anomalies.push_back("there is no room for " + quantity.key.substr(0, 64));
      continue;
    }
    const auto* const number = std::get_if<double>(&value);
    const bool counts = number != nullptr && kept->kind == Kind::counter && kept->statistics;
    if (counts && !memory.accept(kept->key, *number)) {
      out.drops.push_back({kept, "below the counter's last value, kept back until it repeats"});
    } else {
      out.readings.push_back({kept, std::move(value)});
    }
  }
  return {};
}

}  // namespace busbar::profile
