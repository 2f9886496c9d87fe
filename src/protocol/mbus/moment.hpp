// Dates and times of EN 13757-3:2018, annex A: types F, G, I and J.
#pragma once

#include <busbar/protocol/mbus/value.hpp>

namespace busbar::protocol::mbus {

/// G of 2 bytes, J of 3, F of 4, I of 6; any other length is Raw. What is no moment is Unavailable.
[[nodiscard]] Value decode_moment(ByteView data);

}  // namespace busbar::protocol::mbus
