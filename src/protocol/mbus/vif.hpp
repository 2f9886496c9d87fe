// The tables of value information fields: code → quantity, unit, decimal exponent and type of the data.
#pragma once

#include <busbar/protocol/mbus/measure.hpp>

#include <cstdint>
#include <string_view>

namespace busbar::protocol::mbus {

/// How the bytes are to be read where the data field alone does not tell. The letters are the standard's.
enum class Coding : std::uint8_t {
  number,    ///< A decimal, B signed or H float
  cardinal,  ///< C: unsigned, all ones is invalid
  bits,      ///< D: unsigned, every pattern is valid
  identity,  ///< decimal digits that count, leading zeros and all; else as cardinal
  day,       ///< G, of 2 bytes
  clock,     ///< J, F or I, by length
  moment,    ///< G, J, F or I, by length
  raw,       ///< structured; kept as bytes
};

struct Vif {
  Measure measure = Measure::unknown;
  Coding coding = Coding::number;
  std::int8_t exponent = 0;
  bool old = false;             ///< withdrawn from the standard
  std::int32_t multiplier = 1;  ///< where the factor is no power of ten
  std::string_view unit{};
};

/// By the low seven bits of the code. What a table does not have is Measure::unknown.
[[nodiscard]] const Vif& primary_vif(std::uint8_t code) noexcept;
[[nodiscard]] const Vif& fb_vif(std::uint8_t code) noexcept;
[[nodiscard]] const Vif& fd_vif(std::uint8_t code) noexcept;
[[nodiscard]] const Vif& fd_fd_vif(std::uint8_t code) noexcept;

}  // namespace busbar::protocol::mbus
