// One M-Bus data record: DIF [DIFE…] VIF [VIFE…] data. Source: EN 13757-3:2018, sections 6.2 to 6.4.
#pragma once

#include <busbar/protocol/mbus/measure.hpp>
#include <busbar/protocol/mbus/value.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace busbar::protocol::mbus {

inline constexpr std::size_t max_extensions = 10;  ///< DIFEs, and as many VIFEs

enum class Function : std::uint8_t { instantaneous, maximum, minimum, error_state };

/// What the VIFEs make of the quantity: the time, the duration or the number of something is not a quantity
/// of its own.
enum class Role : std::uint8_t { value, time_point, duration, count, other };

/// One VIFE behind the VIF. `table` is 0 for the common ones, FC for the second table.
struct Modifier {
  std::uint8_t table = 0;
  std::uint8_t code = 0;
  bool operator==(const Modifier&) const = default;
};

struct Record {
  ByteView bytes{};  ///< the whole record
  ByteView vib{};    ///< VIF, text and VIFEs
  ByteView data{};   ///< without the length byte of a value of variable length
  ByteView text{};   ///< a unit in plain text, the last character first

  std::uint64_t storage = 0;
  std::uint32_t tariff = 0;
  std::uint16_t subunit = 0;
  Function function = Function::instantaneous;
  std::uint8_t data_field = 0;  ///< the low four bits of the DIF
  Measure measure = Measure::unknown;
  Role role = Role::value;
  bool old_table = false;  ///< a VIF that the standard has withdrawn
  int exponent = 0;        ///< decimal places of the value, negated; known also where there is no value
  std::uint8_t record_error = 0;  ///< of a VIFE; 0: none
  std::uint8_t modifier_count = 0;
  std::array<Modifier, max_extensions> modifier_list{};
  std::string_view unit{};  ///< of the value as it is here, "m³/h"; texts are in `text`
  Value value{};

  [[nodiscard]] std::span<const Modifier> modifiers() const noexcept {
    return std::span{modifier_list}.first(modifier_count);
  }
};

[[nodiscard]] std::string_view to_string(Function function) noexcept;
/// "lower limit exceeds", "phase L1"; "VIFE 1b" for what is not known.
[[nodiscard]] std::string to_string(Modifier modifier);
/// "data overflow"; "error 13" for a code that is not known.
[[nodiscard]] std::string record_error_text(std::uint8_t code);
/// "Wh", or the plain text. What a modifier makes of it ("per pulse") is in the title.
[[nodiscard]] std::string unit_of(const Record& record);
/// "Volume flow, maximum, tariff 1": quantity, modifiers, function, tariff, subunit and storage.
[[nodiscard]] std::string title_of(const Record& record);

}  // namespace busbar::protocol::mbus
