// The device families that can be simulated; one line each.
#pragma once

#include "simulate/model.hpp"

#include <busbar/model/error.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace busbar::simulate {

/// What is to stand on one wire.
struct Population {
  unsigned count = 1;     ///< devices, with the addresses 1…count
  unsigned cells = 0;     ///< of each battery; 0: as many as are usual in the family
  std::string variant{};  ///< "": the family's usual one
};

struct Family {
  std::string_view name;         ///< "orion"
  std::string_view description;  ///< what it is, and its variants
  unsigned baud;                 ///< usual speed of the wire
  /// invalid_configuration names what cannot be.
  Result<std::unique_ptr<Model>> (*make)(const Population& population);
};

[[nodiscard]] std::span<const Family> families();

}  // namespace busbar::simulate
