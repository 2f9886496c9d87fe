// A capture run again through the whole pipeline: link → channel → codec → profile → sinks, without the
// devices and with the recorded moments as timestamps. docs/capture.md says how time works in it.
#pragma once

#include "app/configuration.hpp"
#include "link/capture.hpp"
#include "sink/sink.hpp"

#include <memory>
#include <string>
#include <vector>

namespace busbar::app {

struct ReplayOptions {
  double speed = 0;  ///< 1 = as recorded, 0 = without waiting
  Configuration
      site{};  ///< its sinks are used, and its devices' names and settings for those of the captures
};

/// Runs the captures of one run side by side, in the order of their events. exit_ok; exit_data when an
/// exchange ended in another way than it did when it was recorded, or could not be repeated; exit_temporary
/// when a sink could not deliver. Why, goes to the log.
[[nodiscard]] int replay(const std::vector<link::capture::Capture>& captures,
                         const profile::Library& profiles, ReplayOptions options);

}  // namespace busbar::app
