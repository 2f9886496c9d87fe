// A capture, told event by event: what was asked, which frames came, what became of each, and every field.
#pragma once

#include "link/capture.hpp"
#include "profile/library.hpp"

#include <iosfwd>

namespace busbar::app {

/// Frames are told apart by the channel's own router, so that late, foreign and damaged are what they were
/// then. exit_ok; exit_data when the protocol of the capture is not known.
int explain_capture(const link::capture::Capture& recorded, const profile::Library& profiles,
                    std::ostream& out);

}  // namespace busbar::app
