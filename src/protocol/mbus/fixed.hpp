// The fixed data structure of old meters: two counters. Source: MBDOC48, section 6.2 and appendix 8.2.
#pragma once

#include <busbar/protocol/mbus/telegram.hpp>

namespace busbar::protocol::mbus {

inline constexpr std::size_t fixed_size = 16;

/// `data` has fixed_size bytes, `msb_first` says that numbers start with their most significant byte.
void decode_fixed(ByteView data, bool msb_first, Telegram& out);

}  // namespace busbar::protocol::mbus
