// Byte buffers and their hexadecimal text form, as used in logs, examples and the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace busbar {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Lower-case hex; `separator` (0 = none) is put between bytes: "ea d1 01".
[[nodiscard]] std::string to_hex(ByteView bytes, char separator = 0);

/// Accepts upper and lower case, an optional 0x before each byte, and blanks, ':' , '-' , ',' between bytes.
/// nullopt when a character is not hexadecimal or a byte has only one digit.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

}  // namespace busbar
