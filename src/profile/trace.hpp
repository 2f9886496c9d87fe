// Told of every step while a payload is decoded, so that an explanation cannot differ from the decoding
// itself.
#pragma once

#include "profile/plan.hpp"

#include <busbar/model/bytes.hpp>
#include <busbar/model/report.hpp>

#include <cstddef>
#include <cstdint>

namespace busbar::profile {

struct Seen {
  enum class Outcome { reading, internal, dropped, not_present, beyond_end };
  const Step* step = nullptr;
  const Bit* bit = nullptr;  ///< flags: which of its bits
  std::uint32_t index = 0;   ///< repeated: 0-based
  std::size_t offset = 0;
  ByteView bytes{};       ///< of one piece, with parts of the first word
  std::uint64_t raw = 0;  ///< numbers and flags, before sign extension
  Outcome outcome = Outcome::reading;
  const Quantity* quantity = nullptr;  ///< of what was read or dropped
  const Reading* reading = nullptr;  ///< valid during the call; why something was dropped is in the last drop
};

class Trace {
 public:
  virtual ~Trace() = default;
  virtual void seen(const Seen& seen) = 0;
};

}  // namespace busbar::profile
