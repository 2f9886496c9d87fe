// Payloads that name their quantities themselves: the codec reads them, this keeps the quantities.
#pragma once

#include "profile/decoder.hpp"

#include <busbar/protocol/codec.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>

namespace busbar::profile {

class Describer {
 public:
  explicit Describer(std::unique_ptr<protocol::Codec> codec) : codec_{std::move(codec)} {}

  /// As Decoder::decode_into. A counter that falls is held back as in any other payload.
  [[nodiscard]] Result<void> decode(ByteView payload, CounterMemory& memory, Decoded& out);

 private:
  /// The one quantity that is equal to this; it stays where it is. Null when there are too many.
  [[nodiscard]] const Quantity* keep(const Quantity& quantity);

  std::unique_ptr<protocol::Codec> codec_;
  std::deque<Quantity> quantities_;
  std::multimap<std::string, const Quantity*, std::less<>> by_key_;
};

}  // namespace busbar::profile
