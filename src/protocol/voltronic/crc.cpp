// CRC-16/XMODEM: polynomial 1021, from 0, not reflected; and how Voltronic's devices write it down.
#include <busbar/protocol/voltronic.hpp>

#include <array>

namespace busbar::protocol::voltronic {
namespace {

constexpr auto table = [] {
  std::array<std::uint16_t, 256> entries{};
  for (unsigned byte = 0; byte < entries.size(); ++byte) {
    unsigned value = byte << 8U;
    for (int bit = 0; bit < 8; ++bit) value = (value & 0x8000U) != 0 ? value << 1U ^ 0x1021U : value << 1U;
    entries[byte] = static_cast<std::uint16_t>(value);
  }
  return entries;
}();

unsigned moved(unsigned byte) noexcept {
  return byte == '(' || byte == '\r' || byte == '\n' ? byte + 1 : byte;
}

}  // namespace

std::uint16_t crc(ByteView bytes) noexcept {
  unsigned value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8U ^ table[(value >> 8U ^ byte) & 0xFFU]) & 0xFFFFU;
  return static_cast<std::uint16_t>(value);
}

std::uint16_t escaped_crc(ByteView bytes) noexcept {
  const unsigned plain = crc(bytes);
  return static_cast<std::uint16_t>(moved(plain >> 8U) << 8U | moved(plain & 0xFFU));
}

}  // namespace busbar::protocol::voltronic
