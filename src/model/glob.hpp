// Shell-like patterns over ids and keys: "*" stands for any text, "?" for any one character.
#pragma once

#include <string_view>

namespace busbar {

/// The whole of `text` has to fit. Takes time proportional to both lengths at worst, never more.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text) noexcept;

}  // namespace busbar
