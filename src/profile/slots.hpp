// Payloads that have no fixed offsets: words of a text, lines of label and value, values behind tags. They
// are cut into slots once; a field then names the slot it stands in.
#pragma once

#include <busbar/model/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace busbar::profile {

enum class Layout : std::uint8_t {
  fixed,   ///< offsets, no slots
  words,   ///< separated by single blanks; the slot is the number of the word, from 0
  commas,  ///< the same, separated by commas; a word may be empty, and is then not there
  labels,  ///< CR LF label TAB value, repeated; the slot is found by its label
  tags,    ///< one byte of tag and a value whose length the tag tells, repeated; the slot is found by its tag
  described,  ///< by the codec: the payload names its quantities itself, no slots and no fields
};

inline constexpr std::size_t max_slots = 96;

/// What is needed to cut a payload.
struct SlotPlan {
  Layout layout = Layout::fixed;
  std::vector<std::string> labels{};  ///< labels: of each slot
  std::vector<std::uint8_t> tags{};   ///< tags: of each slot
  /// tags: bytes of the value of every tag there is; 0: unknown, −1: the first byte tells.
  std::array<int, 256> sizes{};
};

struct Slot {
  std::size_t offset = 0;
  std::size_t size = 0;
  bool there = false;
};

struct Slots {
  std::array<Slot, max_slots> slots{};
  std::size_t words = 0;  ///< words and commas: how many there are, unnamed ones included
};

/// False when the payload is not of this layout; what comes behind an unknown tag is unknown, too, and left
/// out. Of two equal labels or tags the first counts.
[[nodiscard]] bool cut(const SlotPlan& plan, ByteView payload, Slots& slots) noexcept;

}  // namespace busbar::profile
