// Who a slave is: numbers to letters and back.
#include <busbar/protocol/mbus/telegram.hpp>

#include <algorithm>

namespace busbar::protocol::mbus {

std::array<std::uint8_t, 8> to_wire(const Identity& identity) {
  const auto byte = [](std::uint32_t value, int at) { return static_cast<std::uint8_t>(value >> 8 * at); };
  return {byte(identity.id, 0),
          byte(identity.id, 1),
          byte(identity.id, 2),
          byte(identity.id, 3),
          byte(identity.manufacturer, 0),
          byte(identity.manufacturer, 1),
          identity.version,
          identity.medium};
}

Identity identity_from_wire(ByteView eight) {
  Identity identity;
  for (std::size_t at = 4; at > 0; --at) identity.id = identity.id << 8 | eight[at - 1];
  identity.manufacturer = static_cast<std::uint16_t>(eight[5] << 8 | eight[4]);
  identity.version = eight[6];
  identity.medium = eight[7];
  return identity;
}

std::string id_text(std::uint32_t id) {
  return to_hex(Bytes{static_cast<std::uint8_t>(id >> 24), static_cast<std::uint8_t>(id >> 16),
                      static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)});
}

std::string manufacturer_text(std::uint16_t code) {
  std::string letters;
  // Bit 15 marks an address that is not unique world-wide; it is no part of the letters.
  for (const int shift : {10, 5, 0}) letters += static_cast<char>((code >> shift & 0x1F) + '@');
  const bool spelled =
      std::all_of(letters.begin(), letters.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return spelled ? letters
                 : to_hex(Bytes{static_cast<std::uint8_t>(code >> 8), static_cast<std::uint8_t>(code)});
}

std::optional<std::uint16_t> manufacturer_code(std::string_view letters) {
  if (letters.size() != 3) return std::nullopt;
  unsigned code = 0;
  for (const char c : letters) {
    if (c < 'A' || c > 'Z') return std::nullopt;
    code = code << 5 | static_cast<unsigned>(c - '@');
  }
  return static_cast<std::uint16_t>(code);
}

std::string secondary_address(const Identity& identity) {
  const auto wire = to_wire(identity);
  return id_text(identity.id) + to_hex(ByteView{wire}.subspan(4));
}

std::optional<Identity> parse_secondary_address(std::string_view text) {
  const auto bytes = text.size() == 16 ? from_hex(text) : std::nullopt;
  if (!bytes || bytes->size() != 8) return std::nullopt;
  Bytes wire = *bytes;
  std::reverse(wire.begin(), wire.begin() + 4);
  return identity_from_wire(wire);
}

}  // namespace busbar::protocol::mbus
