#include "protocol/mbus/search_axes.hpp"

#include <busbar/protocol/mbus/address.hpp>

#include <array>
#include <string_view>

namespace busbar::protocol::mbus {
namespace {

// Codes that makers of wired meters are registered with (FLAG association). All combinations of three letters
// would take hours, so that who is not here cannot be told apart by this alone.
constexpr std::array<std::string_view, 64> manufacturers{
    "ABB", "ACW", "ADN", "AMT", "APA", "AXI", "BAR", "BMT", "CAR", "DEV", "DME", "EFE", "EGM",
    "ELE", "ELS", "ELV", "EMH", "EMU", "ESY", "FFD", "FIN", "GAV", "GMC", "GSP", "GWF", "HYD",
    "HYG", "INE", "INV", "ISK", "IST", "ITR", "ITW", "JAN", "KAM", "LAS", "LGB", "LGZ", "LSE",
    "LUG", "MAD", "MTX", "NES", "NZR", "PAD", "PII", "QDS", "REL", "RKE", "SAP", "SBC", "SEN",
    "SEO", "SIE", "SLB", "SON", "SPX", "SVM", "TCH", "WEP", "WZG", "ZAG", "ZRI", "ZRM"};

constexpr std::size_t version_axis = 9;
constexpr std::size_t media = 0x40;     // EN 13757-3:2018, table 13: what lies above is reserved
constexpr std::size_t versions = 0xFF;  // FF is the wildcard
constexpr std::uint32_t open_digit = 0x0F;

unsigned shift_of(std::size_t axis) { return static_cast<unsigned>(4 * (digit_axes - 1 - axis)); }

bool is_open(const Identity& mask, std::size_t axis) {
  if (axis < digit_axes) return (mask.id >> shift_of(axis) & 0x0F) == open_digit;
  if (axis == medium_axis) return mask.medium == any_identity.medium;
  if (axis == version_axis) return mask.version == any_identity.version;
  return mask.manufacturer == any_identity.manufacturer;
}

}  // namespace

std::optional<std::size_t> open_axis(const Identity& mask, std::size_t from) {
  for (std::size_t axis = from; axis < axes; ++axis)
    if (is_open(mask, axis)) return axis;
  return std::nullopt;
}

std::size_t axis_size(std::size_t axis, bool hexadecimal) {
  if (axis < digit_axes) return hexadecimal ? open_digit : 10;
  if (axis == medium_axis) return media;
  return axis == version_axis ? versions : manufacturers.size();
}

Identity narrowed(const Identity& mask, std::size_t axis, std::size_t number) {
  Identity result = mask;
  const auto value = static_cast<std::uint32_t>(number);
  if (axis < digit_axes)
    result.id = (mask.id & ~(open_digit << shift_of(axis))) | value << shift_of(axis);
  else if (axis == medium_axis)
    result.medium = static_cast<std::uint8_t>(value);
  else if (axis == version_axis)
    result.version = static_cast<std::uint8_t>(value);
  else
    result.manufacturer = manufacturer_code(manufacturers[number]).value_or(0);
  return result;
}

}  // namespace busbar::protocol::mbus
