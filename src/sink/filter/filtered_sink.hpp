// A sink before a sink: passes on the readings that are wanted, as they come or summed up per period.
#pragma once

#include "sink/filter/options.hpp"
#include "sink/sink.hpp"

#include <memory>

namespace busbar::sink::filter {

/// Devices of which nothing passes do not exist for `inner`. The account is that of `inner`, and of the
/// reports that wait for the end of their period (queued), went into one with others (coalesced), or lost
/// their device before (dropped); readings that do not pass were never accepted. The last period ends with
/// finish().
[[nodiscard]] std::unique_ptr<Sink> make_filtered_sink(std::unique_ptr<Sink> inner, Options options);

}  // namespace busbar::sink::filter
