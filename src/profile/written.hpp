// Values as devices write them in text: decimal and hexadecimal numbers, ON and OFF, rows of 0 and 1, letters
// of what is on and what is off. The list is closed.
#pragma once

#include <busbar/model/bytes.hpp>

#include <cstdint>
#include <string_view>

namespace busbar::profile {

enum class Notation : std::uint8_t {
  binary,       ///< not written: bytes
  decimal,      ///< -12.5
  hexadecimal,  ///< 0x1F or 1F
  bitstring,    ///< 00110110; the leftmost character is bit 0
  onoff,        ///< ON or OFF, in any case
  letters,  ///< EabDxyz: bit 0 is the letter a, on when it stands behind E, off behind D, absent otherwise
};

struct Written {
  enum class State : std::uint8_t { value, unavailable, bad } state = State::bad;
  double number = 0;
  std::uint64_t raw = 0;    ///< of a whole number, and of everything that has bits
  std::uint64_t known = 0;  ///< which bits the text says anything about
};

/// Nothing but dashes and points ("---", "-") is what devices write for "not available".
[[nodiscard]] Written read_written(Notation notation, ByteView text) noexcept;
[[nodiscard]] std::string_view to_string(Notation notation) noexcept;

}  // namespace busbar::profile
