// Why a value was dropped, for people.
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/model/quantity.hpp>

#include <string>

namespace busbar::profile {

/// "4873 % is outside 0…100"
[[nodiscard, gnu::cold]] std::string out_of_range(const Quantity& quantity, double value, double min,
                                                  double max);
/// Text of a device, cut short, with a dot for what cannot be printed.
[[nodiscard, gnu::cold]] std::string printable(ByteView text);

}  // namespace busbar::profile
