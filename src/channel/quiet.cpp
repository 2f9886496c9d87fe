// The silences a shared line needs before a request.
#include "channel/quiet.hpp"

#include <algorithm>

namespace busbar::channel {

void Quiet::connected(Steady now) {
  open_from_ = std::max(open_from_, now + pauses_.after_connect);
  last_end_.reset();
  address_.reset();
}

void Quiet::response_ended(Steady now, std::uint32_t address) {
  last_end_ = now;
  address_ = address;
}

void Quiet::unanswered(Steady now, std::uint32_t address) {
  open_from_ = std::max(open_from_, now + pauses_.settle);
  response_ended(now, address);
}

Steady Quiet::earliest(std::uint32_t address, milliseconds spacing) const {
  if (!last_end_) return open_from_;
  const bool changes = address_ && *address_ != address;
  return std::max(open_from_, *last_end_ + spacing + (changes ? pauses_.on_unit_change : milliseconds{0}));
}

}  // namespace busbar::channel
