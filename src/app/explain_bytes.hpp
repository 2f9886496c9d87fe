// Bytes as they came off a wire → frames → explained text, shared by decode, raw and profile explain.
#pragma once

#include "profile/profile.hpp"

#include <iosfwd>

namespace busbar::app {

/// exit_ok when every frame found could be explained; exit_data when there was none, or one could not.
int explain_bytes(const profile::Profile& profile, ByteView bytes, std::ostream& out);

}  // namespace busbar::app
