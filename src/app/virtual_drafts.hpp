// Virtual readings as the file states them, before it is known what they read: internal to
// configuration_virtuals.cpp.
#pragma once

#include "app/configuration_reader.hpp"
#include "virtuals/definition.hpp"
#include "virtuals/formula.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace busbar::app {

/// One entry of a `virtual` mapping.
struct VirtualDraft {
  std::string device;
  Quantity quantity;
  yaml::Place place;  ///< of its entry
  yaml::Place rule;   ///< of its expression, or of the reading it integrates
  std::vector<virtuals::Piece> pieces;
  bool energy = false;
  virtuals::Sign sign = virtuals::Sign::positive;
  std::chrono::milliseconds max_gap{std::chrono::minutes{5}};
  bool by_default = false;  ///< from `defaults`: for those devices that have what it reads
};

/// Reads `virtual: {KEY: {…}}`. What cannot be read is reported and left out.
[[nodiscard]] std::vector<VirtualDraft> read_virtual_drafts(const ReadContext& context,
                                                            const yaml::Node& node, const std::string& what);

}  // namespace busbar::app
