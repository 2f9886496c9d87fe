// What can be said about a serial device node that could not be opened: who holds it, who owns it.
#pragma once

#include <string>

namespace busbar::link {

/// "held by process 1234 (minicom)", or "held by another process" when the holder cannot be seen.
[[nodiscard]] std::string holder_of(const std::string& path);
/// "it belongs to root:dialout (mode 0660)", "" when the node cannot be looked at.
[[nodiscard]] std::string owner_of(const std::string& path);

}  // namespace busbar::link
