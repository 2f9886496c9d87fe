#include "profile/reasons.hpp"

#include "model/value_text.hpp"

#include <algorithm>

namespace busbar::profile {

std::string out_of_range(const Quantity& quantity, double value, double min, double max) {
  return number_text(value) + (quantity.unit.empty() ? "" : " ") + quantity.unit + " is outside " +
         number_text(min) + "…" + number_text(max);
}

std::string printable(ByteView text) {
  constexpr std::size_t longest = 40;
  std::string shown;
  for (const std::uint8_t byte : text.first(std::min(text.size(), longest))) {
    shown += byte < 0x20 || byte > 0x7E ? '.' : static_cast<char>(byte);
  }
  return shown;
}

}  // namespace busbar::profile
