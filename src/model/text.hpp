// Bytes seen as text.
#pragma once

#include <busbar/model/bytes.hpp>

#include <string_view>

namespace busbar {

/// The same bytes, whatever they are; nothing is copied or checked.
[[nodiscard]] inline std::string_view text_of(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace busbar
