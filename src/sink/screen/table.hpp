// Readings as an aligned table for a person.
#pragma once

#include "sink/screen/board.hpp"

#include <string>

namespace busbar::sink::screen {

/// A heading line for the device, then one line per reading: name, value, unit. Values not available are
/// shown as "-". `colour` adds ANSI sequences: heading bold, what is wrong red.
[[nodiscard]] std::string table(const DeviceView& device, bool colour);

}  // namespace busbar::sink::screen
