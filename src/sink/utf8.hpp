// Text from devices is not to be trusted: validity, escaping and width on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace busbar::sink {

/// `text` with every invalid byte replaced by U+FFFD, so that the result is always valid UTF-8.
[[nodiscard]] std::string valid_utf8(std::string_view text);
/// valid_utf8 with control characters replaced too: safe to show on one line of a terminal.
[[nodiscard]] std::string printable(std::string_view text);
/// Columns `text` takes on a terminal: one per code point, two for East Asian wide ones, none for combining
/// marks.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace busbar::sink
