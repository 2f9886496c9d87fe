// What binary codecs share that look for a start byte.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstdint>
#include <optional>

namespace busbar::protocol {

/// Drops what stands at the front of `buffered`, at least one byte. A start byte inside what was refused may
/// be the true one: it goes on right behind the false start.
[[nodiscard]] Scan skip_to_next(std::uint8_t start_byte, ByteView buffered, std::optional<Errc> fault);

}  // namespace busbar::protocol
