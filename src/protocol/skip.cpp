#include "protocol/skip.hpp"

#include <cstring>

namespace busbar::protocol {

Scan skip_to_next(std::uint8_t start_byte, ByteView buffered, std::optional<Errc> fault) {
  const void* const start = std::memchr(buffered.data() + 1, start_byte, buffered.size() - 1);
  const std::size_t count =
      start == nullptr ? buffered.size()
                       : static_cast<std::size_t>(static_cast<const std::uint8_t*>(start) - buffered.data());
  return {.outcome = Scan::Outcome::skip, .count = count, .fault = fault};
}

}  // namespace busbar::protocol
