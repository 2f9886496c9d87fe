// What stands on a simulated wire: the devices of one family. Pure; time is passed in.
#pragma once

#include "simulate/faults.hpp"

#include <busbar/model/bytes.hpp>
#include <busbar/protocol/codec.hpp>

#include <chrono>
#include <vector>

namespace busbar::simulate {

class Model {
 public:
  virtual ~Model() = default;

  /// Cuts what a master sends into requests; only its scan() and max_frame() are used.
  [[nodiscard]] virtual const protocol::Codec& requests() const = 0;
  /// The frames that answer `request`, in order; none when no device here would answer it. `elapsed` since
  /// the devices were started does not fall from call to call.
  [[nodiscard]] virtual std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) = 0;
  /// How often announce() is asked; 0 when the devices speak only when asked.
  [[nodiscard]] virtual milliseconds period() const { return milliseconds{0}; }
  /// What a device sends by itself.
  [[nodiscard]] virtual std::vector<Bytes> announce([[maybe_unused]] milliseconds elapsed) { return {}; }
  /// How to lie in this protocol.
  [[nodiscard]] virtual Forger forger() const = 0;
};

}  // namespace busbar::simulate
