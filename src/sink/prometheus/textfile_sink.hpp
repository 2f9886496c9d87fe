// The latest readings as a .prom file for the textfile collector of node_exporter.
#pragma once

#include "sink/prometheus/options.hpp"
#include "sink/sink.hpp"

#include <memory>

namespace busbar::sink::prometheus {

/// Rewritten at every interval, so that its mtime says "alive"; removed when the daemon stops, because the
/// collector would export the last values for ever; written a last time and left there after a one-shot run.
/// A directory that is missing, full or not writable is counted and logged once; writing goes on as soon as
/// it can.
[[nodiscard]] std::unique_ptr<Sink> make_textfile_sink(asio::any_io_executor executor,
                                                       TextfileOptions options, HealthSource health);

}  // namespace busbar::sink::prometheus
